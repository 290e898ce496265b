//! Lists as hospitals export them.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use interop::sheet::{
    Expected, Findings, MAX_BYTES, MAX_ROWS, Wrong, read_appointments, read_departments, write_departments,
};
use interop::{AppointmentNotice, Told};
use time::macros::{datetime, offset, time};

fn appointments(text: &str) -> Result<Vec<AppointmentNotice>, Findings> {
    read_appointments(text.as_bytes(), offset!(+7))
}

fn said(findings: &Findings) -> Vec<(u64, &str, Wrong)> {
    findings.findings.iter().map(|one| (one.line, one.column.as_str(), one.wrong)).collect()
}

#[test]
fn what_excel_saves_in_vietnamese_is_read() {
    let list = "\u{feff}sep=;\r\nMã hẹn;Số CCCD;Họ tên;Ngày sinh;Mã khoa;Phòng;Ngày hẹn;Giờ hẹn;Trạng thái;Ghi chú\r\n\
        LH-1;031085000017;\"Nguyễn; Văn Mẫu\";15/01/1985;K01;101;23/11/2026;7h30;Đã hẹn;x\r\n\
        ;;;;;;;;;\r\n\
        LH-2;;;;;;;;Hủy;\r\n";
    let notices = appointments(list).unwrap();
    assert_eq!(notices.len(), 2);
    let Told::Booked(booking) = &notices[0].told else { panic!("booked") };
    assert_eq!(booking.starts, datetime!(2026-11-23 07:30 +7));
    assert_eq!((booking.department.as_str(), booking.room.as_deref()), ("K01", Some("101")));
    assert_eq!(booking.patient.name.as_ref().unwrap().as_str(), "Nguyễn; Văn Mẫu");
    assert_eq!((notices[1].id.as_str(), &notices[1].told), ("LH-2", &Told::Cancelled));
}

#[test]
fn english_headers_with_commas_or_tabs_and_one_column_for_the_time_are_the_same() {
    for delimiter in [",", "\t"] {
        let list = "appointment_id,insurance_number,department,starts\nA1,GD4313100000017,K01,2026-11-23 07:30\n";
        let notices = appointments(&list.replace(',', delimiter)).unwrap();
        let Told::Booked(booking) = &notices[0].told else { panic!("booked") };
        assert_eq!(booking.starts, datetime!(2026-11-23 07:30 +7));
    }
}

#[test]
fn everything_that_is_wrong_is_said_at_once_with_its_line_and_column() {
    let list = "Mã hẹn,Số CCCD,BHYT,Mã khoa,Thời gian hẹn,Trạng thái\n\
        LH-1,31085000017,,K01,23/11/2026 07:30,\n\
        LH 2,,,khoa 1,mai,\n\
        LH-3,031085000017,,,,?\n\
        LH-4,031085000017,,,,\n\
        \"LH\n5\",031085000017,,K01,23/11/2026 07:30,\n\
        LH-6,031085000017,,K01,23/11/2026 07:30,\n\
        LH-6,031085000017,,K01,23/11/2026 07:30,huy\n";
    let findings = appointments(list).unwrap_err();
    assert_eq!(
        said(&findings),
        [
            (2, "Số CCCD", Wrong::Not(Expected::CitizenNumber)),
            (3, "Mã hẹn", Wrong::Not(Expected::Id)),
            (3, "Số CCCD", Wrong::NoNumber),
            (3, "Mã khoa", Wrong::Not(Expected::Department)),
            (3, "Thời gian hẹn", Wrong::Not(Expected::Moment)),
            (4, "Trạng thái", Wrong::Not(Expected::Status)),
            (5, "Mã khoa", Wrong::Missing),
            (5, "Thời gian hẹn", Wrong::Missing),
            (6, "Mã hẹn", Wrong::Not(Expected::Id)),
            (9, "Mã hẹn", Wrong::Twice { line: 8 }),
        ]
    );
    for finding in &findings.findings {
        let (vi, en) = finding.wrong.words();
        assert!(!vi.is_empty() && !en.is_empty() && !vi.contains("031085") && !en.contains("031085"));
    }
}

#[test]
fn a_table_without_its_columns_or_its_text_is_refused_whole() {
    let findings = appointments("id,name\n1,x\n").unwrap_err();
    let missing: Vec<_> = said(&findings).into_iter().map(|(_, column, wrong)| (column.to_owned(), wrong)).collect();
    let of = |name: &str| (name.to_owned(), Wrong::HeaderMissing);
    assert_eq!(missing, [of("department"), of("starts"), of("citizen_id")]);
    let twice = appointments("id,Mã hẹn,cccd,khoa,starts\n").unwrap_err();
    assert_eq!(said(&twice), [(1, "Mã hẹn", Wrong::HeaderTwice)]);
    for (bytes, wrong) in [
        (b"".to_vec(), Wrong::Empty),
        (b"id,cccd,khoa,starts\n\n".to_vec(), Wrong::Empty),
        (b"id,cccd,khoa,starts\n\xC0".to_vec(), Wrong::NotUtf8),
        (vec![b'x'; MAX_BYTES + 1], Wrong::TooLarge),
        (vec![b','; 64], Wrong::TooManyColumns),
    ] {
        assert_eq!(read_appointments(&bytes, offset!(+7)).unwrap_err().findings[0].wrong, wrong);
    }
    let mut many = "id,cccd,khoa,starts,status\n".to_owned();
    for row in 0..=MAX_ROWS {
        many.push_str(&format!("L{row},,,,huy\n"));
    }
    assert_eq!(appointments(&many).unwrap_err().findings[0].wrong, Wrong::TooManyRows);
}

#[test]
fn departments_come_with_rooms_hours_and_capacity() {
    let list = "Mã khoa;Tiền tố;Tên khoa;name_en;Phòng;Tầng;Tiếp đón;Giờ mở;Giờ đóng;minutes_low;minutes_high;Công suất\n\
        TIEPDON;A;Quầy tiếp đón;Reception;1, 2;1;có;;;2;4;\n\
        K01;B;Khám bệnh;;101,102;1;không;06:30;16h30;;;120\n";
    let departments = read_departments(list.as_bytes()).unwrap();
    assert_eq!(departments[0].rooms, ["1", "2"]);
    assert!(departments[0].reception && departments[0].hours.is_none());
    assert_eq!(departments[0].minutes_per_patient, Some((2, 4)));
    let hours = departments[1].hours.unwrap();
    assert_eq!((hours.from, hours.to, departments[1].capacity), (time!(6:30), time!(16:30), Some(120)));
    assert_eq!(departments[1].name_en, "Khám bệnh");
    assert_eq!(read_departments(&write_departments(&departments)).unwrap(), departments, "what is written is read");

    let wrong = list.replace("K01;B", "TIEPDON;A").replace("16h30;;;120", "06:00;5;;0").replace("có;", "?;");
    let findings = read_departments(wrong.as_bytes()).unwrap_err();
    assert_eq!(
        said(&findings),
        [
            (2, "Tiếp đón", Wrong::Not(Expected::YesOrNo)),
            (3, "Giờ đóng", Wrong::Not(Expected::LaterThanOpening)),
            (3, "minutes_high", Wrong::Not(Expected::Minutes)),
            (3, "Công suất", Wrong::Not(Expected::Capacity)),
        ]
    );
    let of_windows = read_departments(wrong.replace('\n', "\r\n").as_bytes()).unwrap_err();
    assert_eq!(of_windows, findings, "Excel's lines are the same lines");
    let twins = read_departments(list.replace("K01;B", "TIEPDON;A").as_bytes()).unwrap_err();
    assert_eq!(said(&twins), [(3, "Mã khoa", Wrong::Twice { line: 2 }), (3, "Tiền tố", Wrong::Twice { line: 2 })]);
    let nowhere = read_departments(list.replace("có", "không").as_bytes()).unwrap_err();
    assert_eq!(said(&nowhere), [(1, "reception", Wrong::Reception)]);
}
