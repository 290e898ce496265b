INSERT INTO departments VALUES ('31999', 'K01', 1, 'B', 'Khám bệnh', 'General examination', '101,102', '1', 0, 23400, 59400, 4, 8, 120, NULL);
INSERT INTO departments VALUES ('31999', 'TIEPDON', 0, 'A', 'Quầy tiếp đón', 'Reception', '1', '1', 1, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO department_lists VALUES ('31999', 1);
