INSERT INTO key_checks VALUES ('31999', <76>);
