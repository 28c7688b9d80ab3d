-- A decision on an application of the client's own: it is locked and read, then all that follows leaves with the commit. Two round trips.
\set n :n + 64
\set u :n + :client_id
\set item :item + 1
\set number :item * :clients + :client_id
\startpipeline
BEGIN;
SELECT id, number, kind, licensor, applicant, language, contact, status, submitted_at, digest, rules, facts, decision, licence, '[]'::jsonb AS history, version, applicant AS subject, derivation FROM application JOIN deadline ON deadline.digest = application.deadline WHERE number = 'bench-' || :number FOR UPDATE OF application;
\endpipeline
\startpipeline
UPDATE application SET status = 'issued', decision = :decision, licence = to_hex(:u::bigint), history = history || :steps, version = 3 WHERE id = lpad(to_hex(:number::bigint), 32, '0')::uuid;
INSERT INTO licence (number, application, kind, kinds_edition, licensor, holder, holder_name, issued_on, deemed_issued, status) VALUES (to_hex(:u::bigint), lpad(to_hex(:number::bigint), 32, '0')::uuid, :kind, :kinds_edition, :licensor, :holder, :holder_name, current_date, false, 'active');
INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, headers) VALUES (rpad('0' || to_hex(:u::bigint), 32, '9')::uuid, :event_topic, lpad(to_hex(:number::bigint), 32, '0')::uuid::text, :decided_type, convert_to(:decided, 'UTF8'), :decided_headers);
INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, headers) VALUES (rpad('0' || to_hex(:u::bigint), 32, 'a')::uuid, :event_topic, lpad(to_hex(:number::bigint), 32, '0')::uuid::text, :issued_type, convert_to(:issued, 'UTF8'), :issued_headers);
DELETE FROM timer WHERE type = 'decision-due' AND key = lpad(to_hex(:number::bigint), 32, '0')::uuid::text;
INSERT INTO idempotency (caller, key, request_hash, status, answer, at) VALUES (:caller, to_hex(:u::bigint) || '00000000000000000', convert_to(:hash, 'UTF8'), 200, convert_to(:answer, 'UTF8'), now());
INSERT INTO journal (id, at, caller, capacity, body, service, subject, operation, case_id, basis, fields, outcome, rule, trace) VALUES (rpad('0' || to_hex(:u::bigint), 32, '8')::uuid, now(), :caller, 'official', :licensor, NULL, :holder, 'applications.decide', 'e-license/' || :number, 'permits-law-2014', :fields, 'changed', NULL, :trace) ON CONFLICT DO NOTHING;
COMMIT;
\endpipeline
