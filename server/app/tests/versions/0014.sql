INSERT INTO consents VALUES ('31999', '00000000-0000-4000-8000-000000000001', 'face_comparison', 'given', <74>, 'vi', 'kiosk', 1795000000000, <75>, NULL, NULL);
