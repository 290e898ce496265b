INSERT INTO queue_heads VALUES ('31999', 'K01', '2026-11-22', 2);
INSERT INTO queue_events VALUES ('31999', 'K01', '2026-11-22', 1, 1794900000000, NULL, '{"v":1,"at":1794900000000,"by":"staff:hoa","what":{"counter_opened":{"counter":"101"}}}');
INSERT INTO queue_events VALUES ('31999', 'K01', '2026-11-22', 2, 1794900000000, '00000000-0000-4000-8000-000000000003', '{"v":1,"at":1794900000000,"by":"kiosk:sanh-1","what":{"joined":{"visit":"00000000-0000-4000-8000-000000000003","ticket":"B001","class":{"priority":"seventy_five_and_over"},"earned":1794900000000,"standing":"newcomer","through":"kiosk","enters":"waiting"}}}');
INSERT INTO queue_places VALUES ('31999', 'K01', '2026-11-22', '00000000-0000-4000-8000-000000000003', 'B001', 'waiting', 1794900000000, 1794900000000, 0, NULL);
