-- What makes a state change, its messages and its timers one thing. Column names of the outbox are those that Debezium's
-- outbox router reads, so that an operator may put it in place of our relay.

CREATE TABLE outbox (
    seq           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id            uuid  NOT NULL,
    aggregatetype text  NOT NULL,
    aggregateid   text  NOT NULL,
    type          text  NOT NULL,
    payload       bytea NOT NULL,
    headers       jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON COLUMN outbox.aggregatetype IS 'the topic, without the prefix of the deployment';

-- The ids are UUIDv7, so a range of ids is a range of time: months can be dropped whole.
CREATE TABLE inbox (
    consumer   text NOT NULL,
    message_id uuid NOT NULL,
    at         timestamptz NOT NULL,
    CONSTRAINT inbox_pkey PRIMARY KEY (consumer, message_id)
) PARTITION BY RANGE (message_id);
CREATE TABLE inbox_default PARTITION OF inbox DEFAULT;

-- Makes the inbox's months from the present one to `ahead` months later: the first UUIDv7 of a month is its milliseconds and zeros.
CREATE FUNCTION make_inbox_months(ahead integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    month timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
    name text;
BEGIN
    -- Two instances that start at once make them one after the other.
    PERFORM pg_advisory_xact_lock(hashtext('make_inbox_months'));
    FOR i IN 0..ahead LOOP
        name := 'inbox_' || to_char(month + make_interval(months => i), 'YYYY_MM');
        IF to_regclass(name) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF inbox FOR VALUES FROM (%L) TO (%L)', name,
                           first_uuid_v7(month + make_interval(months => i)), first_uuid_v7(month + make_interval(months => i + 1)));
        END IF;
    END LOOP;
END $$;
CREATE FUNCTION first_uuid_v7(moment timestamp) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;
SELECT make_inbox_months(3);

CREATE TABLE parked (
    id           uuid PRIMARY KEY,
    consumer     text NOT NULL,
    topic        text NOT NULL,
    partition    integer NOT NULL,
    "offset"     bigint NOT NULL,
    key          bytea,
    headers      jsonb NOT NULL,
    payload      bytea,
    error        text NOT NULL,
    attempts     integer NOT NULL DEFAULT 1,
    message_id   uuid NOT NULL,
    is_behind    boolean NOT NULL DEFAULT false,
    state        text NOT NULL DEFAULT 'parked' CHECK (state IN ('parked', 'replayed', 'discarded')),
    reason       text,
    at           timestamptz NOT NULL,
    CONSTRAINT parked_once UNIQUE (consumer, topic, partition, "offset", message_id)
);
COMMENT ON COLUMN parked.message_id IS 'with it, a topic made anew, whose offsets begin again, does not meet old rows';
COMMENT ON COLUMN parked.is_behind IS 'nothing is wrong with it: it waits behind an earlier message of its key';
CREATE INDEX parked_waiting ON parked (consumer, topic, key, partition, "offset") WHERE state = 'parked';

CREATE TABLE timer (
    id      uuid PRIMARY KEY,
    fire_at timestamptz NOT NULL,
    type    text NOT NULL,
    key     text NOT NULL,
    payload bytea NOT NULL,
    CONSTRAINT timer_once UNIQUE (type, key)
);
CREATE INDEX timer_due ON timer (fire_at);

CREATE TABLE number_block (
    series text PRIMARY KEY,
    next   bigint NOT NULL
);

-- What this service has asked a register, until and after it was answered.
CREATE TABLE inquiry (
    id          uuid PRIMARY KEY,
    register    text NOT NULL,
    name        text NOT NULL,
    type        text NOT NULL,
    case_id     text NOT NULL,
    basis       text NOT NULL,
    body        text,
    fields      text[] NOT NULL,
    request     bytea NOT NULL,
    asked_at    timestamptz NOT NULL,
    attempts    integer NOT NULL DEFAULT 1,
    answered_at timestamptz,
    outcome     text
);
CREATE INDEX inquiry_open ON inquiry (case_id) WHERE answered_at IS NULL;

-- The clock of law and deadlines runs this much ahead of real time; other than zero in the development profile only.
CREATE TABLE law_clock (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    ahead    bigint NOT NULL
);
COMMENT ON COLUMN law_clock.ahead IS 'microseconds';
INSERT INTO law_clock (ahead) VALUES (0);
