-- What a caller was answered under an idempotency key, so that a retry is answered the same and has no second effect.
CREATE TABLE idempotency (
    caller       text NOT NULL,
    key          text NOT NULL,
    request_hash bytea NOT NULL,
    status       smallint NOT NULL,
    answer       bytea NOT NULL,
    at           timestamptz NOT NULL,
    CONSTRAINT idempotency_pkey PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_at ON idempotency (at);

-- Who read or changed whose data, for which case, on what basis. It commits with the read or the change itself.
CREATE TABLE journal (
    id        uuid NOT NULL,
    at        timestamptz NOT NULL,
    caller    text NOT NULL,
    capacity  text NOT NULL,
    body      text,
    service   text,
    subject   text,
    operation text NOT NULL,
    case_id   text,
    basis     text,
    fields    text[] NOT NULL,
    outcome   text NOT NULL CHECK (outcome IN ('shown', 'nothing', 'changed', 'refused')),
    rule      text,
    trace     text,
    CONSTRAINT journal_pkey PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX journal_subject ON journal (subject, id DESC);
CREATE TABLE journal_default PARTITION OF journal DEFAULT;

-- Append only: not even the service's own role may change or remove an entry.
REVOKE UPDATE, DELETE, TRUNCATE ON journal, journal_default FROM CURRENT_USER;

-- An id in time order (RFC 9562, version 7) where one statement writes many entries.
CREATE FUNCTION uuid_v7(moment timestamptz) RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT encode(set_byte(
        overlay(uuid_send(gen_random_uuid()) PLACING substring(int8send((extract(epoch FROM moment) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
        6, (get_byte(uuid_send(gen_random_uuid()), 6) & 15) | 112), 'hex')::uuid
$$;

-- Reference data as they were loaded from the data files: dated, with what they were made from.
CREATE TABLE reference_data (
    name       text NOT NULL,
    edition    text NOT NULL,
    content    bytea NOT NULL,
    checksum   bytea NOT NULL,
    loaded_at  timestamptz NOT NULL,
    PRIMARY KEY (name, edition)
);

-- Makes the journal's months from the present one to `ahead` months later.
CREATE FUNCTION make_journal_months(ahead integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    first timestamptz;
    name text;
BEGIN
    -- Two instances that start at once make them one after the other.
    PERFORM pg_advisory_xact_lock(hashtext('make_journal_months'));
    FOR i IN 0..ahead LOOP
        first := date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
        first := (first AT TIME ZONE 'UTC' + make_interval(months => i)) AT TIME ZONE 'UTC';
        name := 'journal_' || to_char(first AT TIME ZONE 'UTC', 'YYYY_MM');
        IF to_regclass(name) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF journal FOR VALUES FROM (%L) TO (%L)',
                           name, first, (first AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
            EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM CURRENT_USER', name);
        END IF;
    END LOOP;
END $$;
SELECT make_journal_months(3);
