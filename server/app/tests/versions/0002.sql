-- A certificate that was accepted, and one whose sending was begun: its signed bytes stood in the job's own row.
INSERT INTO certificates (facility_code, certificate_id, kind, paper_id, variant, state, state_at, revision, created_at, created_by, draft_sealed, frozen_sealed, frozen_hash, frozen_at, year, number, natural_key, issue, confirmer_hash, issued_at, deadline_at, settled_at, outcome_code, receipt, received_at, token_hash, token_sealed)
  VALUES ('31999', '00000000-0000-4000-8000-0000000000c1', 'death', '00000000-0000-4000-8000-0000000000c1', '', 'accepted', 1795000009000, 7, 1795000000000, 'staff:hoa', <20>, <21>, <22>, 1795000003000, 2026, 1, '00001/2026', 1, <23>, 1795000003000, 1795017403000, 1795000009000, '200', 'R1', 1795000009000, <24>, <25>);
INSERT INTO certificates (facility_code, certificate_id, kind, paper_id, variant, state, state_at, revision, created_at, created_by, draft_sealed, frozen_sealed, frozen_hash, frozen_at, year, number, natural_key, issue, issued_at, deadline_at)
  VALUES ('31999', '00000000-0000-4000-8000-0000000000c2', 'death', '00000000-0000-4000-8000-0000000000c2', '', 'outcome_unknown', 1795000009000, 7, 1795000000000, 'staff:hoa', <26>, <27>, <28>, 1795000003000, 2026, 2, '00002/2026', 1, 1795000003000, 1795017403000);
INSERT INTO certificate_people VALUES ('31999', '00000000-0000-4000-8000-0000000000c1', <29>, 'deceased');
INSERT INTO certificate_events VALUES ('31999', '00000000-0000-7000-8000-0000000000e1', '00000000-0000-4000-8000-0000000000c1', 1795000009000, 'worker', 'accept', 'sending', 'accepted', 'as_planned', NULL, 'hand_over_paper');
INSERT INTO number_counters VALUES ('31999', 'death', 2026, 2);
INSERT INTO number_ranges VALUES ('31999', 'death', 2026, 1, 500, 'ours', 1795000000000, 'hoa');
INSERT INTO confirmations VALUES ('31999', '00000000-0000-4000-8000-0000000000d1', '00000000-0000-4000-8000-0000000000c1', 'sanh-1', '00000000-0000-4000-8000-000000000001', <2A>, <2B>, 1795000002000, <2C:8>, <2D>);
INSERT INTO practitioner_signatures VALUES ('31999', '00000000-0000-4000-8000-0000000000c1', 'hoa', <22>, <2E>, 1795000002000);
INSERT INTO dispatch_jobs (facility_code, step, subject_id, kind, state, natural_key, issue, body_sealed, content_hash, created_at, due_at, attempts, fence, worker_id, started_at, last_outcome)
  VALUES ('31999', 'send', '00000000-0000-4000-8000-0000000000c2', 'death', 'unknown', '00002/2026', 1, <2F>, <30>, 1795000004000, 1795000004000, 1, 1, 'worker', 1795000005000, 'unknown');
INSERT INTO dispatch_attempts VALUES ('31999', '00000000-0000-7000-8000-0000000000f1', '00000000-0000-4000-8000-0000000000c2', 'death', 1, 'worker', 'papers', <30>, 1795000005000, 1795000009000, 'unknown', NULL, NULL, NULL, NULL);
INSERT INTO destinations VALUES ('31999', 'death', 0, 'current', 1795000000000, 'hoa');
INSERT INTO gateway_tokens VALUES ('31999', '31999_BV', 4, <31>, 1795003600000, NULL, NULL);
INSERT INTO worker_heartbeats VALUES ('31999', 'worker', 1795000000000, 1795000009000);
INSERT INTO dispatch_switches VALUES ('31999', '00000000-0000-7000-8000-0000000000b1', 1795000000000, 'hoa', 'on', 'begin');
