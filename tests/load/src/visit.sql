-- What the server runs for one visit by the card's code: the identification, then the check-in, each in a transaction.
-- One statement a line. BEGIN opens a transaction as the engine's server does; GSET keeps the columns of the answer;
-- {hash} and {sealed} are 32 and 300 bytes; lines after POSTGRES are for that engine alone.
SELECT key_hash FROM kiosks WHERE facility_code = '31999' AND kiosk_id = 'bench-1' AND revoked_at IS NULL
SELECT kiosk_id, request_hash, reply_sealed FROM identifications WHERE facility_code = '31999' AND visit_id = '00000000-0000-4000-8000-' || :v
BEGIN
INSERT INTO visits (facility_code, visit_id, kiosk_id, service_day, opened_at, assurance, facts, person_sealed, number_hash, entitlement_state, entitlement_sealed, desk_state) VALUES ('31999', '00000000-0000-4000-8000-' || :v, 'bench-1', '2026-11-23', 1795000000000, 'C', 'number_only', {sealed}, {hash}, 'not_asked', NULL, 'none') ON CONFLICT DO NOTHING
INSERT INTO identifications (facility_code, visit_id, kiosk_id, identified_at, request_hash, reply_sealed, document, signer_trust, signer_hash, card_hash, authenticity, face, face_score, portrait_hash, evidence_sealed) VALUES ('31999', '00000000-0000-4000-8000-' || :v, 'bench-1', 1795000000000, {hash}, {sealed}, 'card_qr', NULL, NULL, NULL, NULL, 'not_asked', NULL, NULL, NULL)
INSERT INTO audit (facility_code, audit_id, at, actor, action, visit_id, detail) VALUES ('31999', '00000000-0000-7000-8001-' || :v, 1795000000000, 'kiosk/bench-1', 'identified', '00000000-0000-4000-8000-' || :v, 'number_only')
COMMIT
SELECT key_hash FROM kiosks WHERE facility_code = '31999' AND kiosk_id = 'bench-1' AND revoked_at IS NULL
SELECT visit_id, kiosk_id, service_day, opened_at, assurance, facts, person_sealed, entitlement_state, entitlement_sealed, department, payer, counter_reason, check_in_hash, check_in_reply_sealed, desk_state FROM visits WHERE facility_code = '31999' AND visit_id = '00000000-0000-4000-8000-' || :v
BEGIN
INSERT INTO visits (facility_code, visit_id, kiosk_id, service_day, opened_at, assurance, facts, person_sealed, number_hash, entitlement_state, entitlement_sealed, desk_state) VALUES ('31999', '00000000-0000-4000-8000-' || :v, 'bench-1', '2026-11-23', 1795000000000, 'D', 'not_identified', NULL, NULL, 'not_asked', NULL, 'none') ON CONFLICT DO NOTHING
UPDATE visits SET check_in_hash = {hash} WHERE facility_code = '31999' AND visit_id = '00000000-0000-4000-8000-' || :v AND kiosk_id = 'bench-1' AND check_in_hash IS NULL
SELECT visit_id, kiosk_id, service_day, opened_at, assurance, facts, person_sealed, entitlement_state, entitlement_sealed, department, payer, counter_reason, check_in_hash, check_in_reply_sealed, desk_state FROM visits WHERE facility_code = '31999' AND visit_id = '00000000-0000-4000-8000-' || :v
GSET INSERT INTO queue_heads (facility_code, department, service_day, last_seq) VALUES ('31999', 'K' || :d, '2026-11-23', 0) ON CONFLICT (facility_code, department, service_day) DO UPDATE SET last_seq = queue_heads.last_seq RETURNING last_seq
SELECT event FROM queue_events WHERE facility_code = '31999' AND department = 'K' || :d AND service_day = '2026-11-23' AND seq > :last_seq ORDER BY seq
GSET INSERT INTO counters (facility_code, department, service_day, last_number) VALUES ('31999', 'K' || :d, '2026-11-23', 1) ON CONFLICT (facility_code, department, service_day) DO UPDATE SET last_number = counters.last_number + excluded.last_number RETURNING last_number
INSERT INTO tickets (facility_code, department, service_day, number, visit_id, kiosk_id, issued_at, source, state) VALUES ('31999', 'K' || :d, '2026-11-23', :last_number, '00000000-0000-4000-8000-' || :v, 'bench-1', 1795000000000, 'server', 'issued')
UPDATE queue_heads SET last_seq = :last_seq + 1 WHERE facility_code = '31999' AND department = 'K' || :d AND service_day = '2026-11-23' AND last_seq = :last_seq
INSERT INTO queue_events (facility_code, department, service_day, seq, at, visit_id, event) VALUES ('31999', 'K' || :d, '2026-11-23', :last_seq + 1, 1795000000000, '00000000-0000-4000-8000-' || :v, 'as long as an event in JSON, whose colons the program that runs this would take for variables ....................................................................................................................................')
INSERT INTO queue_places (facility_code, department, service_day, visit_id, ticket, state, earned_at, joined_at, calls, counter) VALUES ('31999', 'K' || :d, '2026-11-23', '00000000-0000-4000-8000-' || :v, 'A0001', 'waiting', 1795000000000, 1795000000000, 0, NULL) ON CONFLICT (facility_code, department, service_day, visit_id) DO UPDATE SET ticket = excluded.ticket, state = excluded.state, earned_at = excluded.earned_at, joined_at = excluded.joined_at, calls = excluded.calls, counter = excluded.counter
UPDATE visits SET department = 'K' || :d, payer = 'undecided', counter_reason = 'number_only', check_in_reply_sealed = {sealed}, checked_in_at = 1795000000000, desk_state = 'waiting' WHERE facility_code = '31999' AND visit_id = '00000000-0000-4000-8000-' || :v
INSERT INTO audit (facility_code, audit_id, at, actor, action, visit_id, detail) VALUES ('31999', '00000000-0000-7000-8002-' || :v, 1795000000000, 'kiosk/bench-1', 'checked_in', '00000000-0000-4000-8000-' || :v, 'K01 A0001')
POSTGRES SELECT pg_notify('tiepdon_31999', 'queue K01 2026-11-23') IS NULL AS told
COMMIT
