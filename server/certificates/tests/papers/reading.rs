//! What the citizen reads, and the hash of exactly that.

use crate::invented;
use crate::invented::Hospital;
use certificates::{Certificate, Draft, Lang, Reading, Section, parse, reading, text_hash};

fn certificate(draft: &Draft) -> Certificate {
    parse(draft, &Hospital::new().context()).expect("parses")
}

fn read(draft: &Draft, lang: Lang) -> Reading {
    reading(&certificate(draft), lang, &Hospital::new().settings)
}

fn line(reading: &Reading, label: &str) -> String {
    reading.lines().iter().find(|line| line.label == label).map(|line| line.value.to_string()).unwrap_or_default()
}

#[test]
fn a_parent_reads_words_not_codes() {
    let vi = read(&invented::birth(), Lang::Vi);
    assert_eq!(line(&vi, "Ngày sinh của mẹ"), "ngày 09 tháng 03 năm 1992");
    assert_eq!(line(&vi, "Dân tộc của mẹ"), "Kinh");
    assert_eq!(line(&vi, "Quốc tịch của mẹ"), "Việt Nam");
    assert_eq!(line(&vi, "Xã, phường cư trú của mẹ"), "Phường Hồng Bàng");
    assert_eq!(line(&vi, "Tỉnh, thành phố cư trú của mẹ"), "Thành phố Hải Phòng");
    assert_eq!(line(&vi, "Giới tính của con"), "Nữ");
    assert_eq!(line(&vi, "Ngày giờ sinh của con"), "04 giờ 05 phút, ngày 22 tháng 11 năm 2026");
    assert_eq!(line(&vi, "Cân nặng của con (gam)"), "3100 gam");
    let en = read(&invented::birth(), Lang::En);
    assert_eq!(line(&en, "Child's day and time of birth"), "04:05 on 22 November 2026");
    assert!(en.lines().iter().all(|line| line.label != "Register book"));
}

#[test]
fn what_is_not_known_is_said() {
    let mut draft = invented::birth().with("TEN_CON", "").expect("field");
    for code in ["HO_TEN_CHA", "NGAYSINH_CHA_NND", "MA_DANTOC_CHA_NND", "LOAI_GIAYTO_CHA_NND", "SO_CCCD_CHA_NND"] {
        draft.set(code, "").expect("field");
    }
    draft.set("MA_BHXH_NND", "0000000000").expect("field");
    let vi = read(&draft, Lang::Vi);
    assert_eq!(line(&vi, "Tên dự kiến của con"), "chưa đặt tên");
    assert_eq!(line(&vi, "Họ tên cha"), "không ghi");
    assert_eq!(line(&vi, "Mã số BHXH của mẹ (không có: 0000000000)"), "chưa có");
}

#[test]
fn a_family_reads_of_a_death_in_words_that_fit_the_moment() {
    let vi = read(&invented::death(), Lang::Vi);
    assert_eq!(line(&vi, "Ngày sinh"), "năm 1951");
    assert_eq!(line(&vi, "Ngày giờ qua đời"), "03 giờ 45 phút, ngày 22 tháng 11 năm 2026");
    assert!(vi.invitation().vi.starts_with("Chúng tôi xin chia buồn"));
    let words = vi.lines().iter().map(|line| line.label).collect::<String>().to_lowercase();
    assert!(!words.contains("chết") && !words.contains("tử vong"));
}

#[test]
fn a_driver_reads_the_conclusion_and_how_long_it_holds() {
    let vi = read(&invented::driver(), Lang::Vi);
    assert_eq!(line(&vi, "Kết luận"), "Đủ điều kiện sức khỏe lái xe");
    assert_eq!(line(&vi, "Giấy có giá trị đến hết"), "ngày 23 tháng 11 năm 2027");
    assert_eq!(line(&vi, "Nồng độ cồn (để trống nếu không đo)"), "không đo, hoặc không phát hiện");
    let sections: Vec<Section> = vi.lines().iter().map(|line| line.section).collect();
    assert!(sections.windows(2).all(|pair| pair[0] <= pair[1]), "{sections:?}");
    let unfit = invented::driver().with("KETLUAN", "UNFIT").and_then(|d| d.with("LYDO", "Thị lực")).expect("fields");
    assert_eq!(line(&read(&unfit, Lang::Vi), "Giấy có giá trị đến hết"), "");
}

#[test]
fn the_hash_changes_with_every_line_and_with_nothing_else() {
    let settings = Hospital::new().settings;
    let hash = |draft: &Draft, lang| text_hash(&certificate(draft), lang, &settings);
    let birth = hash(&invented::birth(), Lang::Vi);
    assert_eq!(birth, hash(&invented::birth(), Lang::Vi));
    assert_ne!(birth, hash(&invented::birth(), Lang::En));
    let renamed = invented::birth().with("TEN_CON", "Nguyễn Thử Nghiệm Bình").expect("field");
    assert_ne!(birth, hash(&renamed, Lang::Vi));
    // The number and the register are not the citizen's text: they come after the confirmation.
    let numbered =
        invented::birth().with("MA_GCS", "00001.GCS.31999.26").and_then(|d| d.with("SO", "18")).expect("fields");
    assert_eq!(birth, hash(&numbered, Lang::Vi));
}
