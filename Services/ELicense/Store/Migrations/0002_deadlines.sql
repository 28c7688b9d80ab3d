-- How a deadline was derived is half a page, and the same for all that apply for a kind on one day: it is kept once.
CREATE TABLE deadline (
    digest     bytea PRIMARY KEY CHECK (length(digest) = 32),
    derivation text NOT NULL
) WITH (toast_tuple_target = 8160);
COMMENT ON COLUMN deadline.digest IS 'SHA-256 of the derivation';
COMMENT ON COLUMN deadline.derivation IS 'JSON as it was written; no row is ever changed or taken away';

ALTER TABLE application RENAME COLUMN deadline TO derivation;
-- No foreign key: each acceptance would lock the one row that all of a day refer to. They are written in one transaction.
ALTER TABLE application ADD COLUMN deadline bytea;
UPDATE application SET deadline = sha256(convert_to(derivation::text, 'UTF8'));
INSERT INTO deadline SELECT DISTINCT deadline, derivation::text FROM application;
ALTER TABLE application ALTER COLUMN deadline SET NOT NULL, DROP COLUMN derivation;

-- From acceptance to decision an application changes where it lies: its row has room, and no index knows its status.
ALTER TABLE application SET (fillfactor = 45);
ALTER TABLE application ADD COLUMN is_open boolean NOT NULL
    GENERATED ALWAYS AS (status IN ('awaiting-payment', 'registered', 'under-review')) STORED;
DROP INDEX application_queue;
CREATE INDEX application_queue ON application (licensor, deadline_at, id) WHERE is_open;
