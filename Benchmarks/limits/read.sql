-- A person's record and its journal entry, in one pipelined transaction (the implicit one of a pipeline, ended by its Sync).
-- Ids rise with the clock as UUIDv7 do: n begins at milliseconds * 65536 and is one client's own.
\set n :n + 64
\set u :n + :client_id
\set k random(1, 8)
\set iin case when :k = 1 then :iin1 when :k = 2 then :iin2 when :k = 3 then :iin3 when :k = 4 then :iin4 when :k = 5 then :iin5 when :k = 6 then :iin6 when :k = 7 then :iin7 else :iin8 end
\startpipeline
SELECT id, iin, surname_kk, given_kk, patronymic_kk, surname_ru, given_ru, patronymic_ru, sex, birth_date, citizenship, kato, address_text, status, version FROM person WHERE iin = :iin;
INSERT INTO journal (id, at, caller, capacity, body, service, subject, operation, case_id, basis, fields, outcome, rule, trace) VALUES (rpad('0' || to_hex(:u::bigint), 32, '8')::uuid, now(), 'citizen:' || :iin, 'citizen', NULL, NULL, :iin, 'persons.own', NULL, 'own-data', :fields, 'shown', NULL, :trace) ON CONFLICT DO NOTHING;
\endpipeline
