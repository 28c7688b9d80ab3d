-- What tells, after a process has ended without a word, on which message or timer it did.

-- The batch of a partition that was begun before any offset of that assignment was committed.
CREATE TABLE begun_batch (
    consumer    text NOT NULL,
    topic       text NOT NULL,
    partition   integer NOT NULL,
    run         uuid NOT NULL,
    last        bigint NOT NULL,
    doubtful_to bigint NOT NULL DEFAULT -1,
    CONSTRAINT begun_batch_pkey PRIMARY KEY (consumer, topic, partition)
);
COMMENT ON COLUMN begun_batch.run IS 'the process that began it';
COMMENT ON COLUMN begun_batch.doubtful_to IS 'the last offset of what another process had begun, and perhaps not ended';

-- Messages and timers that were handed to their handler with care, and whose handler has not returned yet.
CREATE TABLE begun_handling (
    consumer text NOT NULL,
    id       uuid NOT NULL,
    run      uuid NOT NULL,
    runs     integer NOT NULL DEFAULT 1,
    at       timestamptz NOT NULL,
    CONSTRAINT begun_handling_pkey PRIMARY KEY (consumer, id)
);
COMMENT ON COLUMN begun_handling.id IS 'of the message as the inbox has it, or of the timer';
COMMENT ON COLUMN begun_handling.runs IS 'how many processes have begun it';
