-- Answered, an inquiry changes where it lies: no index knows whether it is open, and its row has room.
CREATE INDEX inquiry_case ON inquiry (case_id);
DROP INDEX inquiry_open;
ALTER TABLE inquiry SET (fillfactor = 50);

-- A timer is found by what it is about and by its moment; nobody asks for its id alone.
ALTER TABLE timer DROP CONSTRAINT timer_pkey;
