-- A decision on a note of the client's own: it is locked and read, then all that follows leaves with the commit. Two round trips.
\set n :n + 64
\set u :n + :client_id
\set item :item + 1
\set number :item * :clients + :client_id
\startpipeline
BEGIN;
SELECT text, status, at FROM note WHERE id = lpad(to_hex(:number::bigint), 32, '0')::uuid AND owner = :owner FOR UPDATE;
\endpipeline
\startpipeline
UPDATE note SET status = 'closed' WHERE id = lpad(to_hex(:number::bigint), 32, '0')::uuid;
INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, headers) VALUES (rpad('0' || to_hex(:u::bigint), 32, '9')::uuid, :topic, lpad(to_hex(:number::bigint), 32, '0')::uuid::text, :type, convert_to(:event, 'UTF8'), :headers);
INSERT INTO idempotency (caller, key, request_hash, status, answer, at) VALUES (:caller, to_hex(:u::bigint) || '00000000000000000', convert_to(:hash, 'UTF8'), 200, convert_to(:answer, 'UTF8'), now());
INSERT INTO journal (id, at, caller, capacity, body, service, subject, operation, case_id, basis, fields, outcome, rule, trace) VALUES (rpad('0' || to_hex(:u::bigint), 32, '8')::uuid, now(), :caller, 'citizen', NULL, NULL, :owner, 'notes.decide', NULL, :basis, :fields, 'changed', NULL, :trace) ON CONFLICT DO NOTHING;
COMMIT;
\endpipeline
