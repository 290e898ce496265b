INSERT INTO dispatch_jobs (facility_code, step, subject_id, kind, state, natural_key, issue, content_hash, created_at, due_at, attempts, fence)
  VALUES ('31999', 'send', '00000000-0000-4000-8000-0000000000c3', 'death', 'ready', '00003/2026', 1, <52>, 1795000004000, 1795000004000, 0, 0);
INSERT INTO dispatch_bodies VALUES ('31999', 'send', '00000000-0000-4000-8000-0000000000c3', <53>);
