INSERT INTO staff_sessions (facility_code, token_hash, login, csrf, opened_at, expires_at, step, seen_at, workstation) VALUES ('31999', <57>, 'hoa', 'csrf', 1795000000000, 1795040000000, 'full', 1795000000000, <58>);
INSERT INTO staff (facility_code, login, name_sealed, password_hash, role, added_at, pin_hash, badge_hash) VALUES ('31999', 'lan', <59>, '$argon2id$', 'receptionist', 1795000000000, '$argon2id$', <5A>);
INSERT INTO workstation_members VALUES ('31999', <58>, 'lan', '2026-11-23', 0);
INSERT INTO staff_factors VALUES ('31999', 'hoa', <5B>, 1795000000000, 59833333);
INSERT INTO staff_recovery VALUES ('31999', 'hoa', <5C>, NULL);
INSERT INTO staff_links VALUES ('31999', <5D>, 'administrator', 1795000000000, 1795086400000, NULL);
