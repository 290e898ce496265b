INSERT INTO kiosk_states VALUES ('31999', 'sanh-1', 1795000000000, '0.1.0', 'up', 'up', 'down', 'up', 'sound', 3);
INSERT INTO document_signers VALUES ('31999', <70>, <71>);
INSERT INTO duty_officers VALUES ('31999', '00000000-0000-4000-8000-0000000000d1', <72>, <73>, 1795000000000, 1795028800000, 'quan-tri', 1795000000000, NULL, NULL);
