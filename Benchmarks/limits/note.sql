-- An accepted note: key, note, event, journal entry.
\set n :n + 64
\set u :n + :client_id
\startpipeline
INSERT INTO idempotency (caller, key, request_hash, status, answer, at) VALUES (:caller, to_hex(:u::bigint) || '00000000000000000', convert_to(:hash, 'UTF8'), 201, convert_to(:answer, 'UTF8'), now());
INSERT INTO note (id, owner, text, status, at) VALUES (rpad('0' || to_hex(:u::bigint), 32, '8')::uuid, :owner, :text, 'open', now());
INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, headers) VALUES (rpad('0' || to_hex(:u::bigint), 32, '9')::uuid, :topic, rpad('0' || to_hex(:u::bigint), 32, '8')::uuid::text, :type, convert_to(:event, 'UTF8'), :headers);
INSERT INTO journal (id, at, caller, capacity, body, service, subject, operation, case_id, basis, fields, outcome, rule, trace) VALUES (rpad('0' || to_hex(:u::bigint), 32, '8')::uuid, now(), :caller, 'citizen', NULL, NULL, :owner, 'notes.accept', NULL, :basis, :fields, 'changed', NULL, :trace) ON CONFLICT DO NOTHING;
\endpipeline
