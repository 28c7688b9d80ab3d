-- What a database that was restored to an earlier moment must know of itself: since when it goes its own way, and up to
-- where its messages stand on the topics. What the topics have beyond that, it has forgotten.

-- The server's timelines as the service has met them.
CREATE TABLE timeline (
    id          integer PRIMARY KEY,
    met_at      timestamptz NOT NULL,
    restored_to timestamptz
);
COMMENT ON COLUMN timeline.restored_to IS 'the last moment known from the timeline before; null for the first that the service has met';

-- A row for each partition and timeline, brought forward in the transaction that takes the messages out of the outbox.
CREATE TABLE published (
    timeline  integer NOT NULL,
    topic     text    NOT NULL,
    partition integer NOT NULL,
    first     bigint  NOT NULL,
    last      bigint  NOT NULL,
    CONSTRAINT published_pkey PRIMARY KEY (timeline, topic, partition)
) WITH (fillfactor = 50);
