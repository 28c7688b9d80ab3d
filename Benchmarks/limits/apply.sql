-- An accepted application: key, deadline, application, event, timer, inquiry with its message and its timer, journal entry.
\set n :n + 64
\set u :n + :client_id
\startpipeline
INSERT INTO idempotency (caller, key, request_hash, status, answer, at) VALUES (:caller, to_hex(:u::bigint) || '00000000000000000', convert_to(:hash, 'UTF8'), 201, convert_to(:answer, 'UTF8'), now());
INSERT INTO deadline (digest, derivation) VALUES (:deadline, :derivation) ON CONFLICT DO NOTHING;
INSERT INTO application (id, number, kind, licensor, applicant, language, contact, status, submitted_at, deadline_at, deadline, rules, facts, history, version) VALUES (rpad('0' || to_hex(:u::bigint), 32, '8')::uuid, to_hex(:u::bigint), :kind, :licensor, :applicant, 'ru', NULL, 'registered', now(), :deadline_at, :deadline, :rules, :facts, :history, 1);
INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, headers) VALUES (rpad('0' || to_hex(:u::bigint), 32, '9')::uuid, :event_topic, rpad('0' || to_hex(:u::bigint), 32, '8')::uuid::text, :event_type, convert_to(:event, 'UTF8'), :event_headers);
INSERT INTO timer (id, fire_at, type, key, payload) VALUES (rpad('0' || to_hex(:u::bigint), 32, 'a')::uuid, :deadline_at, 'decision-due', rpad('0' || to_hex(:u::bigint), 32, '8')::uuid::text, convert_to(:due, 'UTF8')) ON CONFLICT ON CONSTRAINT timer_once DO UPDATE SET id = EXCLUDED.id, fire_at = EXCLUDED.fire_at, payload = EXCLUDED.payload;
INSERT INTO inquiry (id, register, name, type, case_id, basis, body, fields, request, asked_at) VALUES (rpad('0' || to_hex(:u::bigint), 32, '8')::uuid, 'natural-persons', 'person-extract', :inquiry_type, 'e-license/' || to_hex(:u::bigint), 'permits-law-2014', :licensor, :inquiry_fields, convert_to(:request, 'UTF8'), now());
INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, headers) VALUES (rpad('0' || to_hex(:u::bigint), 32, 'b')::uuid, :inquiry_topic, 'e-license/' || to_hex(:u::bigint), :inquiry_type, convert_to(:inquiry, 'UTF8'), :inquiry_headers);
INSERT INTO timer (id, fire_at, type, key, payload) VALUES (rpad('0' || to_hex(:u::bigint), 32, 'b')::uuid, now() + interval '10 minutes', 'inquiry-ask-again', rpad('0' || to_hex(:u::bigint), 32, '8')::uuid::text, convert_to(:again, 'UTF8')) ON CONFLICT ON CONSTRAINT timer_once DO UPDATE SET id = EXCLUDED.id, fire_at = EXCLUDED.fire_at, payload = EXCLUDED.payload;
INSERT INTO journal (id, at, caller, capacity, body, service, subject, operation, case_id, basis, fields, outcome, rule, trace) VALUES (rpad('0' || to_hex(:u::bigint), 32, '8')::uuid, now(), :caller, 'citizen', NULL, NULL, :applicant, 'applications.submit', 'e-license/' || to_hex(:u::bigint), 'permits-law-2014', :fields, 'changed', NULL, :trace) ON CONFLICT DO NOTHING;
\endpipeline
