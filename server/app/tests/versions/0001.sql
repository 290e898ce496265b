-- Rows as version 1 wrote them. <AB> stands for 32 bytes AB in the words of the engine; everybody here is invented.
INSERT INTO kiosks VALUES ('31999', 'sanh-1', <01>, 1795000000000, NULL);
INSERT INTO challenges VALUES ('31999', <02:8>, 'sanh-1', '00000000-0000-4000-8000-000000000001', '2026-11-23', 1795000000000, 1795000300000, NULL, NULL);
INSERT INTO visits (facility_code, visit_id, kiosk_id, service_day, opened_at, assurance, person_sealed, number_hash, facts, entitlement_state, entitlement_sealed, department, payer, counter_reason, check_in_hash, check_in_reply_sealed, checked_in_at, desk_state, called_at)
  VALUES ('31999', '00000000-0000-4000-8000-000000000001', 'sanh-1', '2026-11-23', 1795000000000, 'B', <03>, <04>, 'pace signer_unknown', 'answered', <05>, 'K01', 'insurance', 'signer_unknown', <06>, <07>, 1795000001000, 'called', 1795000002000);
INSERT INTO visits (facility_code, visit_id, kiosk_id, service_day, opened_at, assurance, facts, entitlement_state, desk_state)
  VALUES ('31999', '00000000-0000-4000-8000-000000000002', 'sanh-1', '2026-11-23', 1795000000000, 'D', 'not_identified', 'not_asked', 'none');
INSERT INTO identifications VALUES ('31999', '00000000-0000-4000-8000-000000000001', 'sanh-1', 1795000000000, <08>, <09>, 'chip', 'unknown', <0A>, <0B>, 'active', 'matched', 0.75, <0C>, <0D>, '2026-12-23');
INSERT INTO counters VALUES ('31999', 'K01', '2026-11-23', 2);
INSERT INTO tickets VALUES ('31999', 'K01', '2026-11-23', 1, '00000000-0000-4000-8000-000000000001', 'sanh-1', 1795000001000, 'server', 'issued', NULL);
INSERT INTO tickets VALUES ('31999', 'K01', '2026-11-23', 2, '00000000-0000-4000-8000-000000000001', 'sanh-1', 1795000000500, 'server', 'void', 'paper_number_wins');
INSERT INTO block_numbers VALUES ('31999', 'K01', '2026-11-23', 3, 'sanh-1', 1795000000000);
INSERT INTO reconciliations VALUES ('31999', '00000000-0000-4000-8000-000000000001', 'sanh-1', <0E>, <0F>, 1795000003000);
INSERT INTO outbox VALUES ('31999', 'entitlement', '00000000-0000-4000-8000-000000000001', 'ready', <10>, 1795000000000, 1795000000000, 3, 3, NULL, NULL, 'silent');
INSERT INTO eid_answers VALUES ('31999', <11>, '00000000-0000-4000-8000-000000000001', 'sanh-1', <12>, <13>, 1795000300000, 1795000000000);
INSERT INTO alerts VALUES ('31999', '00000000-0000-4000-8000-0000000000a1', 'sanh-1', 'help', NULL, 1795000000000, NULL, NULL);
INSERT INTO signer_observations VALUES ('31999', <0A>, <0B>, '2026-11-22', '00000000-0000-4000-8000-000000000001', 'hoa');
INSERT INTO pinned_signers VALUES ('31999', <14>, 1795000000000, 'hoa', 20, 5);
INSERT INTO staff (facility_code, login, name_sealed, password_hash, role, added_at) VALUES ('31999', 'hoa', <15>, '$argon2id$', 'supervisor', 1795000000000);
INSERT INTO staff_sessions (facility_code, token_hash, login, csrf, opened_at, expires_at) VALUES ('31999', <16>, 'hoa', 'csrf', 1795000000000, 1795040000000);
INSERT INTO audit VALUES ('31999', '00000000-0000-7000-8000-000000000001', 1795000001000, 'kiosk:sanh-1', 'checked_in', '00000000-0000-4000-8000-000000000001', 'K01 B001');
