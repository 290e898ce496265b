//! Papers as they come out of the house: readable, whole, findable.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::path::{Path, PathBuf};
use std::process::Command;

use print::{
    Annex, AnnexSection, Asked, Code, Facility, Fonts, Line, Paper, Part, PrintError, Row, Seal, SignatureBox,
    Standing, pdf,
};
use proptest::prelude::*;
use time::macros::datetime;

fn fonts() -> Fonts {
    Fonts::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.provision/fonts")).unwrap()
}

fn seal(when: &str) -> Option<Seal> {
    let fingerprint = "5f2a9c04e1b7d83360aa41fe98c27d105f2a9c04e1b7d83360aa41fe98c27d10".to_owned();
    Some(Seal { what: "Đã ký số".into(), when: when.into(), fingerprint: Some(fingerprint) })
}

fn birth() -> Paper {
    let row = |lines: &[(&str, &str)]| Row(lines.iter().map(|(label, value)| Line::new(label, value)).collect());
    let signed = |title: &str, hint: &str, name: &str, seal| SignatureBox {
        title: title.into(),
        hint: hint.into(),
        seal,
        name: Some(name.into()),
    };
    Paper {
        facility: Facility {
            authority: Some("Sở Y tế Hải Phòng".into()),
            name: "Bệnh viện Đa khoa Mẫu".into(),
            code: "31999".into(),
            address: None,
        },
        title: "Giấy chứng sinh".into(),
        subtitle: None,
        form: "Mẫu theo Thông tư 22/2025/TT-BYT".into(),
        number: Some("00001.GCS.31999.26".into()),
        register: Some("Quyển số: 01/2026 · Số: 12".into()),
        standing: Standing::Issued,
        parts: vec![
            Part {
                title: None,
                rows: vec![
                    Row::one("Họ và tên mẹ", "Trần Thị Thử Nghiệm"),
                    row(&[("Ngày sinh", "02/09/1996"), ("Dân tộc", "Kinh"), ("Quốc tịch", "Việt Nam")]),
                    Row::one("Nơi thường trú", "Số 5 ngõ 12 phố Thử, phường Hồng Bàng, thành phố Hải Phòng"),
                    row(&[("Số định danh cá nhân", "031196000022"), ("Ngày cấp", "05/05/2022")]),
                    Row::one("Họ và tên cha", ""),
                ],
            },
            Part {
                title: Some("Đã sinh con".into()),
                rows: vec![
                    row(&[("Vào lúc", "03 giờ 20 phút"), ("Ngày", "23 tháng 11 năm 2026")]),
                    row(&[("Giới tính của con", "Nữ"), ("Cân nặng", "3 200 gam")]),
                    Row::one("Dự định đặt tên con là", "Nguyễn Ằng Ộ Ữ Ỹ Đằng"),
                ],
            },
        ],
        place_and_date: "Hải Phòng, ngày 23 tháng 11 năm 2026".into(),
        signatures: vec![
            signed("Người thân thích", "(Ký, ghi rõ họ tên)", "Trần Thị Thử Nghiệm", None),
            signed("Người đỡ đẻ", "(Ký, ghi rõ họ tên)", "Lê Thị Hoà", seal("23/11/2026 04:02")),
            signed("Người ghi phiếu", "(Ký, ghi rõ họ tên)", "Phạm Văn Viết", None),
            signed("Thủ trưởng cơ sở", "(Ký, đóng dấu)", "Bệnh viện Đa khoa Mẫu", seal("23/11/2026 04:05")),
        ],
        codes: vec![
            Code {
                caption: "Tra cứu trực tuyến".into(),
                content: format!("https://verify.example/v/{}", "0a".repeat(16)),
            },
            Code { caption: "Kiểm tra ngoại tuyến".into(), content: "A".repeat(300) },
        ],
        verification: vec![
            "Quét mã bên trái để xem giấy này còn giá trị hay không.".into(),
            "Mã bên phải mang chữ ký của bệnh viện và kiểm tra được khi không có mạng.".into(),
        ],
        annex: None,
        made_at: datetime!(2026-11-23 08:41:00 +7),
    }
}

/// The words of the file, by Debian's poppler.
fn read(name: &str, bytes: &[u8]) -> (String, usize) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join(format!("{name}.pdf"));
    std::fs::write(&file, bytes).unwrap();
    let out = Command::new("pdftotext").args(["-layout"]).arg(&file).arg("-").output().unwrap();
    assert!(out.status.success());
    let text = String::from_utf8(out.stdout).unwrap();
    let pages = text.matches('\u{c}').count();
    (text.split_whitespace().collect::<Vec<_>>().join(" "), pages)
}

#[test]
fn a_certificate_is_one_page_and_says_everything() {
    let bytes = pdf(&birth(), &fonts()).unwrap();
    let (text, pages) = read("birth", &bytes);
    assert_eq!(pages, 1);
    for words in [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập – Tự do – Hạnh phúc",
        "GIẤY CHỨNG SINH",
        "00001.GCS.31999.26",
        "Trần Thị Thử Nghiệm",
        "Nguyễn Ằng Ộ Ữ Ỹ Đằng",
        "THỦ TRƯỞNG CƠ SỞ",
        "5f2a 9c04",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("Trang 1/1"));
    assert!(bytes.windows(12).any(|window| window == b"pdfaid:part>"), "PDF/A");
    assert!(!bytes.windows(8).any(|window| window == "Thử Nghi".as_bytes()[..8].as_ref()), "no name outside the text");
}

#[test]
fn names_as_long_as_the_contract_allows_are_printed_whole_and_pages_are_counted() {
    let mut paper = birth();
    let word = "Nguyễnthịdàinhấtviệtnam";
    let name = [word; 11].join(" ");
    let address = (0..170).map(|n| format!("tổ{n}")).collect::<Vec<_>>().join(" ");
    let unbroken = "Ằ".repeat(300);
    for part in &mut paper.parts {
        for Row(lines) in &mut part.rows {
            for line in lines {
                line.value = format!("{name} {address}");
            }
        }
    }
    paper.parts[0].rows.push(Row::one("Không có dấu cách", &unbroken));
    for signature in &mut paper.signatures {
        signature.name = Some(name.clone());
    }
    let (text, pages) = read("long", &pdf(&paper, &fonts()).unwrap());
    assert!(pages > 3, "{pages}");
    assert!(text.contains(&format!("Trang 1/{pages}")) && text.contains(&format!("Trang {pages}/{pages}")));
    assert_eq!(text.matches("tổ169").count(), 13);
    assert_eq!(text.matches('Ằ').count(), 301 - 1, "each letter of the longest word");
    assert_eq!(text.matches(word).count(), 13 * 11 + 4 * 11);
}

#[test]
fn codes_stay_on_the_page_that_has_room_for_them() {
    for more in 0..8 {
        let mut paper = birth();
        let row = Row::one("Thêm một dòng", "có chữ");
        paper.parts[1].rows.extend(std::iter::repeat_n(row, more));
        let (_, pages) = read(&format!("room-{more}"), &pdf(&paper, &fonts()).unwrap());
        assert_eq!(pages, 1, "{more} lines more");
    }
}

#[test]
fn a_declaration_stands_behind_the_paper_each_answer_beside_its_question() {
    let asked = |question: &str, answer: &str| Asked {
        question: question.into(),
        answer: answer.into(),
        notable: answer != "Không",
    };
    let long = "Tăng huyết áp, amlodipine 5 mg mỗi sáng; đái tháo đường típ 2, metformin 500 mg hai lần mỗi ngày";
    let mut answers: Vec<Asked> = (1..=25)
        .map(|n| {
            asked(&format!("{n}. Có bệnh hoặc tổn thương thần kinh, đầu, mắt, tai hay không, kể cả đã lâu?"), "Không")
        })
        .collect();
    answers.push(asked("Đái tháo đường hoặc kiểm soát tăng đường huyết", "Có"));
    answers.push(asked("Xin ghi tên bệnh, thuốc và liều dùng.", long));
    let mut paper = birth();
    paper.annex = Some(Annex {
        title: "Phụ lục: tiền sử do người được khám tự khai".into(),
        subtitle: "Của Nguyễn Văn Mẫu, khai lúc 23/11/2026 08:12".into(),
        sections: vec![AnnexSection { title: "Tiền sử bản thân".into(), answers }],
        words: "Tôi xin cam đoan những điều khai trên đây là đúng sự thật theo sự hiểu biết của tôi.".into(),
        place_and_date: "Hải Phòng, ngày 23 tháng 11 năm 2026".into(),
        signature: SignatureBox {
            title: "Người được khám".into(),
            hint: "(Ký, ghi rõ họ tên)".into(),
            seal: seal("23/11/2026 08:12"),
            name: Some("Nguyễn Văn Mẫu".into()),
        },
    });
    let (text, pages) = read("annex", &pdf(&paper, &fonts()).unwrap());
    assert!((3..=4).contains(&pages), "{pages}");
    assert!(text.contains("PHỤ LỤC: TIỀN SỬ") && text.contains(long) && text.contains("Trang 2/"));
    assert_eq!(text.matches("Không").count(), 25);
    let first_page = text.split("PHỤ LỤC").next().unwrap_or_default();
    assert!(first_page.contains("THỦ TRƯỞNG CƠ SỞ"), "the paper itself ends before it");
}

#[test]
fn a_reissue_and_a_withdrawn_paper_say_so() {
    let mut paper = birth();
    paper.standing = Standing::Reissued("(Cấp lại lần 1)".into());
    assert!(read("reissue", &pdf(&paper, &fonts()).unwrap()).0.contains("(Cấp lại lần 1)"));
    paper.standing = Standing::Withdrawn("ĐÃ THU HỒI".into());
    assert!(read("withdrawn", &pdf(&paper, &fonts()).unwrap()).0.contains("ĐÃ THU HỒI"));
    paper.standing = Standing::Draft;
    paper.number = None;
    paper.codes.clear();
    assert!(read("draft", &pdf(&paper, &fonts()).unwrap()).0.contains("BẢN NHÁP"));
}

#[test]
fn what_cannot_be_printed_is_refused_by_name() {
    let mut paper = birth();
    paper.codes[0].content = "x".repeat(5000);
    assert!(matches!(pdf(&paper, &fonts()), Err(PrintError::CodeTooLong { bytes: 5000 })));
    let nowhere = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    assert!(matches!(Fonts::open(&nowhere), Err(PrintError::FontUnreadable { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_value_keeps_a_paper_from_being_printed(value in any::<String>(), label in ".{0,200}", many in 1usize..5) {
        let mut paper = birth();
        paper.parts[0].rows = vec![Row(vec![Line::new(&label, &value); many])];
        paper.signatures[1].name = Some(value.clone());
        paper.title = label;
        pdf(&paper, &fonts()).unwrap();
    }
}
