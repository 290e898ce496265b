//! One wrong thing at a time: which finding says so, on which field, and whether it blocks.

use crate::invented;
use crate::invented::{Hospital, NOW};
use certificates::{
    CertificateNumber, Content, Draft, Kind, Lang, Level, Settings, check, fields, parse, parse_numbered, reading,
};
use proptest::prelude::*;

/// Findings of a paper after these changes, as "code field", blocking ones marked with `!`.
fn findings(mut draft: Draft, changes: &[(&str, &str)]) -> Vec<String> {
    let hospital = Hospital::new();
    for (code, text) in changes {
        draft.set(code, text).expect("a field of this paper");
    }
    let found = check(&draft, &hospital.context());
    assert_eq!(found.iter().any(|f| f.level() == Level::Block), parse(&draft, &hospital.context()).is_err());
    found
        .iter()
        .map(|f| format!("{}{} {}", f.code(), if f.level() == Level::Block { "!" } else { "" }, f.field()))
        .collect()
}

/// (what is changed, what must be found)
type Case<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str]);

fn walk(paper: fn() -> Draft, cases: &[Case<'_>]) {
    for (changes, expected) in cases {
        assert_eq!(findings(paper(), changes), *expected, "{changes:?}");
    }
}

#[test]
fn the_worked_papers_have_no_finding() {
    for paper in [invented::birth, invented::death, invented::driver] {
        assert_eq!(findings(paper(), &[]), [""; 0]);
    }
}

#[test]
fn a_birth_is_checked_field_by_field() {
    walk(
        invented::birth,
        &[
            (&[("HOTEN_NND", "")], &["CTDT001! HOTEN_NND"]),
            (&[("NGAYSINH_NND", "30/02/1992")], &["CTDT002! NGAYSINH_NND"]),
            (&[("NGAY_SINH_CON", "22/11/2026")], &["CTDT002! NGAY_SINH_CON"]),
            (&[("NGAY_SINH_CON", "23/11/2026 09:31")], &["TD018! NGAY_SINH_CON"]),
            (&[("GIOI_TINH_CON", "4")], &["CTDT003! GIOI_TINH_CON"]),
            (&[("LOAI_GIAYTO_NND", "5")], &["CTDT004! LOAI_GIAYTO_NND"]),
            (&[("SINHCON_PHAUTHUAT", "2")], &["CTDT005! SINHCON_PHAUTHUAT"]),
            (&[("NGAY_CT", "21/11/2026")], &["CTDT006! NGAY_CT"]),
            (&[("MA_GCS", "00001.GCS.31998.26")], &["CTDT007! MA_GCS"]),
            (&[("MA_GCS", "00001.GBT.31999.26")], &["TD022! MA_GCS"]),
            (&[("MA_GCS", "00001.GCS.31999.25")], &["TD023 MA_GCS"]),
            (&[("MA_THE_TAM", "")], &["CTDT008 MA_THE_TAM"]),
            (&[("MA_THE_TAM", "TE2310000000031")], &["TD006! MA_THE_TAM"]),
            (&[("MA_THE_TAM", "TE1010000000031")], &["TD007! MA_THE_TAM"]),
            (&[("MA_BHXH_NND", "123")], &["TD004! MA_BHXH_NND"]),
            (&[("MA_BHXH_NND", "0000000026")], &["TD008 MA_THE_NND"]),
            (&[("MA_BHXH_NND", "0000000000"), ("MA_THE_NND", "")], &[]),
            (&[("MA_THE_NND", "GD9310000000025")], &["TD005! MA_THE_NND"]),
            (&[("MATINH_CU_TRU", "77")], &["TD009! MATINH_CU_TRU"]),
            (&[("MAXA_CU_TRU", "99999")], &["TD010! MAXA_CU_TRU"]),
            (&[("MAXA_CU_TRU", "00004")], &["TD011! MAXA_CU_TRU"]),
            (&[("MATINH_CU_TRU", "")], &["CTDT001! MATINH_CU_TRU"]),
            (&[("MA_DANTOC_NND", "56")], &["TD012! MA_DANTOC_NND"]),
            (&[("MA_DANTOC_NND", "55")], &["TD014 MA_DANTOC_NND"]),
            (&[("MA_QUOCTICH_NND", "VN")], &["TD013! MA_QUOCTICH_NND"]),
            (&[("SO_CCCD_NND", "19219200002")], &["TD015! SO_CCCD_NND"]),
            (&[("SO_CCCD_NND", "001092000025")], &["TD017 SO_CCCD_NND"]),
            (&[("NOICAP_CCCD_NND", "")], &["CTDT001! NOICAP_CCCD_NND"]),
            (&[("NGAYCAP_CCCD_NND", "24/11/2026")], &["TD018! NGAYCAP_CCCD_NND"]),
            (&[("QUYEN_SO", &"x".repeat(201))], &["TD001! QUYEN_SO"]),
            (&[("TINH_TRANG_CON", "khỏe\u{1}")], &["TD002! TINH_TRANG_CON"]),
            (&[("CAN_NANG_CON", "3,1 kg")], &["TD101! CAN_NANG_CON"]),
            (&[("CAN_NANG_CON", "310")], &["TD102 CAN_NANG_CON"]),
            (&[("CAN_NANG_CON", "không cân")], &[]),
            (&[("NGAYSINH_NND", "2016")], &["TD105 NGAYSINH_NND", "TD017 SO_CCCD_NND"]),
            (&[("SO_CON", "0")], &["TD019! SO_CON"]),
            (&[("LAN_SINH", "1"), ("SO_CON_SONG", "2")], &["TD106! SO_CON_SONG"]),
            (&[("SO_CON_SONG", "0")], &["TD107 SO_CON_SONG"]),
            (&[("SO_CON", "2")], &["TD108 SO_CON"]),
            (&[("SINHCON_PHAUTHUAT", "1")], &["TD109! GHI_CHU"]),
            (&[("SINHCON_PHAUTHUAT", "1"), ("GHI_CHU", "Sinh con phải phẫu thuật")], &[]),
            (&[("SINHCON_PHAUTHUAT", "1"), ("GHI_CHU", "mổ")], &["TD110 GHI_CHU"]),
            (&[("SINHCON_DUOI32TUAN", "1"), ("GHI_CHU", "Sinh con dưới 32 tuần tuổi")], &["TD103 CAN_NANG_CON"]),
            (&[("HO_TEN_CHA", "")], &["TD111! HO_TEN_CHA"]),
            (&[("SO_CCCD_CHA_NND", "")], &["TD026! SO_CCCD_CHA_NND"]),
            (&[("MA_TTDV", "0000000000")], &["TD004! MA_TTDV"]),
            (&[("CAP_LAN_DAU", "0")], &["TD025! MA_GCS"]),
        ],
    );
}

#[test]
fn a_mother_without_papers_is_a_warning_and_a_foreigner_needs_no_commune() {
    let without = [("LOAI_GIAYTO_NND", "0"), ("SO_CCCD_NND", ""), ("NGAYCAP_CCCD_NND", ""), ("NOICAP_CCCD_NND", "")];
    assert_eq!(findings(invented::birth(), &without), ["TD016 LOAI_GIAYTO_NND"]);
    let foreigner = [
        ("MA_QUOCTICH_NND", "107"),
        ("MA_DANTOC_NND", "55"),
        ("LOAI_GIAYTO_NND", "3"),
        ("SO_CCCD_NND", "C01X00T47"),
        ("NOI_CU_TRU_NND", "Musterstadt, Đức"),
        ("MATINH_CU_TRU", ""),
        ("MAXA_CU_TRU", ""),
    ];
    assert_eq!(findings(invented::birth(), &foreigner), [""; 0]);
}

#[test]
fn surrogacy_is_a_block_that_stands_whole_or_not_at_all() {
    let alone = findings(invented::birth(), &[("HO_TEN_CHA_MTH", "Nguyễn Văn Khác")]);
    assert_eq!(alone, ["TD112! HOTEN_MTH"]);
    let half = findings(invented::birth(), &[("HOTEN_MTH", "Trần Thị Hộ")]);
    assert!(half.contains(&"CTDT001! NGAYSINH_MTH".to_owned()) && half.contains(&"CTDT001! NOI_CU_TRU_MTH".to_owned()));
    let whole = [
        ("HOTEN_MTH", "Trần Thị Hộ"),
        ("NGAYSINH_MTH", "1990"),
        ("LOAI_GIAYTO_MTH", "4"),
        ("SO_CCCD_MTH", "031190000033"),
        ("NGAYCAP_CCCD_MTH", "01/02/2022"),
        ("NOICAP_CCCD_MTH", "Bộ Công an"),
        ("MA_DANTOC_MTH", "02"),
        ("MA_QUOCTICH_MTH", "000"),
        ("NOI_CU_TRU_MTH", "Hải Phòng"),
        ("MATINH_CU_TRU_MTH", "31"),
        ("MAXA_CU_TRU_MTH", "11311"),
        ("MA_BHXH_MTH", "0000000000"),
    ];
    assert_eq!(findings(invented::birth(), &whole), [""; 0]);
}

#[test]
fn a_death_is_checked_field_by_field() {
    walk(
        invented::death,
        &[
            (&[("HO_TEN", "")], &["CTDT001! HO_TEN"]),
            (&[("NGAY_TV", "20/11/2026 22:09")], &["CTDT006! NGAY_TV"]),
            (&[("NGAY_TV", "20/11/2026 22:09"), ("TINH_TRANG_TV", "1")], &[]),
            (&[("TINH_TRANG_TV", "1")], &["TD205 NGAY_TV"]),
            (&[("TINH_TRANG_TV", "")], &[]),
            (&[("NGAY_TV", "202611220345")], &[]),
            (&[("NGAY_TV", "20261122034559")], &["CTDT002! NGAY_TV"]),
            (&[("NGAY_CAPGIAYBT", "21/11/2026")], &["CTDT006! NGAY_CAPGIAYBT"]),
            (&[("MACSKCB", "31998")], &["CTDT007! MACSKCB"]),
            (&[("MACSKCB", "8930001234567")], &["TD024! MACSKCB"]),
            (&[("MA_THE", "")], &["CTDT008 MA_THE"]),
            (&[("MA_BHXH", "")], &["TD203 MA_BHXH"]),
            (&[("NGUYENNHAN_TV", "không rõ"), ("BENH_ICD10_ID", ""), ("BENH_ICD10_TEN", "")], &[]),
            (&[("BENH_ICD10_ID", "I219")], &["TD021! BENH_ICD10_ID"]),
            (&[("BENH_ICD10_TEN", "")], &["TD201 BENH_ICD10_TEN"]),
            (&[("QUYEN_SO_BD", "01")], &["TD202! SO_BAOTU_BD"]),
            (&[("SO_BAOTU_BD", "3"), ("QUYEN_SO_BD", "01")], &["TD025! MA_GBT"]),
            (&[("NGAY_SINH", "2026-11-23")], &["TD017 SO_GIAYTO", "TD204! NGAY_TV"]),
            (&[("LOAI_GIAYTO", "")], &["CTDT001! LOAI_GIAYTO"]),
            (&[("MATINH_HIENTAI", "31")], &["TD026! MAXA_HIENTAI"]),
            (&[("MAXA_HIENTAI", "11311")], &["TD026! MATINH_HIENTAI"]),
            (&[("DCHI_THUONGTRU", &"x".repeat(251))], &["TD001! DCHI_THUONGTRU"]),
            (&[("NOI_CAP", &"x".repeat(251))], &["TD001! NOI_CAP"]),
        ],
    );
}

#[test]
fn a_driver_is_checked_field_by_field() {
    walk(
        invented::driver,
        &[
            (&[("GIOITINHVAL", "2")], &["CTDT003! GIOITINHVAL"]),
            (&[("SOCMND_PASSPORT", "12345")], &["TD015! SOCMND_PASSPORT"]),
            (&[("SOCMND_PASSPORT", "C1234567")], &[]),
            (&[("SOCMND_PASSPORT", "0850850000170")], &["TD015! SOCMND_PASSPORT"]),
            (&[("MATUY", "1")], &["TD302! KETLUAN"]),
            (&[("MATUY", "1"), ("KETLUAN", "UNFIT"), ("LYDO", "Ma túy dương tính")], &[]),
            (&[("NONGDOCON", "0.5"), ("DVINONGDOCON", "0")], &["TD303! KETLUAN"]),
            (&[("NONGDOCON", "0,5")], &["TD309! DVINONGDOCON"]),
            (&[("NONGDOCON", "0"), ("DVINONGDOCON", "1")], &[]),
            (&[("NONGDOCON", "nhiều")], &["TD308! NONGDOCON"]),
            (&[("KETLUAN", "A0-1")], &["TD020! KETLUAN"]),
            (&[("KETLUAN", "UNFIT")], &["TD306 LYDO"]),
            (&[("KETLUAN", "REEXAMINE"), ("LYDO", "Huyết áp")], &["TD304! NGAYKHAMLAI"]),
            (&[("KETLUAN", "REEXAMINE"), ("LYDO", "Huyết áp"), ("NGAYKHAMLAI", "23/05/2027")], &[]),
            (
                &[("KETLUAN", "REEXAMINE"), ("LYDO", "Huyết áp"), ("NGAYKHAMLAI", "23/11/2026")],
                &["CTDT006! NGAYKHAMLAI"],
            ),
            (&[("NGAYKHAMLAI", "23/05/2027")], &["TD305! NGAYKHAMLAI"]),
            (&[("NGAYKETLUAN", "21/11/2026")], &["CTDT006! NGAYKETLUAN"]),
            (&[("NGAYKHAM", ""), ("NGAYKETLUAN", "22/11/2025")], &["TD307 NGAYKETLUAN"]),
            (&[("NGAYKHAM", ""), ("NGAYKETLUAN", "23/11/2025")], &[]),
            (&[("HANGBANGLAI", "B2")], &["TD020! HANGBANGLAI"]),
            (&[("NGAYSINH", "2006"), ("HANGBANGLAI", "D")], &["TD017 SOCMND_PASSPORT", "TD301 HANGBANGLAI"]),
            (&[("IDBENHVIEN", "31998")], &["CTDT007! IDBENHVIEN"]),
            (&[("MOBILE", "không")], &["TD310! MOBILE"]),
        ],
    );
}

#[test]
fn all_findings_come_at_once_in_the_order_of_the_form() {
    let found = findings(Draft::new(Kind::Birth), &[]);
    assert!(found.len() > 25, "{found:?}");
    assert_eq!(found.first().map(String::as_str), Some("CTDT001! SO"));
    assert_eq!(found.last().map(String::as_str), Some("CTDT001! CAP_LAN_DAU"));
}

#[test]
fn a_finding_names_the_field_in_both_languages_and_tells_nothing_of_its_content() {
    let hospital = Hospital::new();
    let draft = invented::birth().with("SO_CCCD_NND", "12345").expect("field");
    let findings = check(&draft, &hospital.context());
    assert_eq!(findings[0].sentence(Lang::Vi), "Số giấy tờ của mẹ: không đúng dạng của loại giấy tờ đã chọn.");
    assert_eq!(findings[0].sentence(Lang::En), "Number of the mother's paper: does not have the form of that paper.");
    assert!(!format!("{findings:?}").contains("12345"));
}

#[test]
fn codes_nobody_confirmed_are_settings() {
    let mut hospital = Hospital::new();
    hospital.settings = Settings {
        vietnam: certificates::NationalityCode::parse("232").expect("code"),
        foreign_ethnicity: certificates::EthnicityCode::parse("99").expect("code"),
        ..Settings::default()
    };
    let draft = invented::birth().with("MA_QUOCTICH_NND", "232").expect("field");
    assert!(check(&draft, &hospital.context()).is_empty());
    let draft = draft.with("MA_DANTOC_NND", "99").expect("field");
    assert_eq!(check(&draft, &hospital.context())[0].code(), "TD014");
}

#[test]
fn the_number_belongs_to_its_kind_and_facility() {
    let hospital = Hospital::new();
    let certificate = parse(&invented::birth(), &hospital.context()).expect("parses");
    let number = |text| CertificateNumber::parse(text).expect("number");
    let other = |text| certificate.clone().with_number(number(text), &hospital.facility).err().map(|e| e.to_string());
    assert_eq!(other("00001.GBT.31999.26").as_deref(), Some("the number belongs to another kind of paper"));
    assert_eq!(other("00001.GCS.31998.26").as_deref(), Some("the number belongs to another facility"));
    assert_eq!(other("00001.GCS.31999.26"), None);
    let missing = parse_numbered(&invented::birth(), &hospital.context()).expect_err("no number yet");
    assert_eq!(missing[0].code(), "TD025");
}

#[test]
fn twins_have_one_certificate_each_and_one_confinement() {
    let hospital = Hospital::new();
    let twin = |changes: &[(&str, &str)]| {
        let mut draft = invented::birth().with("SO_CON", "2").expect("field");
        for (code, text) in changes {
            draft.set(code, text).expect("field");
        }
        match parse(&draft, &hospital.context()).expect("parses").content() {
            Content::Birth(birth) => birth.clone(),
            other => panic!("{other:?}"),
        }
    };
    let first = twin(&[]);
    let second = twin(&[("NGAY_SINH_CON", "22/11/2026 04:17"), ("CAN_NANG_CON", "2400")]);
    assert!(first.shares_confinement_with(&second));
    assert!(second.check_siblings(&[&first]).is_empty());

    let codes = |found: Vec<certificates::Finding>| -> Vec<String> {
        found.iter().map(|f| format!("{} {}", f.code(), f.field())).collect()
    };
    let other_count = twin(&[("NGAY_SINH_CON", "22/11/2026 04:17"), ("SO_CON", "1"), ("LAN_SINH", "3")]);
    assert_eq!(codes(other_count.check_siblings(&[&first])), ["TD113 SO_CON", "TD113 LAN_SINH", "TD114 SO_CON"]);
    assert_eq!(codes(twin(&[]).check_siblings(&[&first])), ["TD115 NGAY_SINH_CON"]);
    let third = twin(&[("NGAY_SINH_CON", "22/11/2026 04:30")]);
    assert_eq!(codes(third.check_siblings(&[&first, &second])), ["TD114 SO_CON"]);
    let elder = twin(&[("NGAY_SINH_CON", "01/03/2025 04:30"), ("NGAY_CT", "02/03/2026")]);
    assert!(elder.check_siblings(&[&first]).is_empty(), "another confinement");
    assert!(NOW.date() > elder.issued);
}

#[test]
fn only_the_people_a_paper_names_may_confirm_it() {
    let hospital = Hospital::new();
    let named = |draft: &Draft| -> Vec<String> {
        let certificate = parse(draft, &hospital.context()).expect("parses");
        certificate.named_citizens().iter().map(|id| id.as_str().to_owned()).collect()
    };
    assert_eq!(named(&invented::birth()), ["031192000025", "031085000017"]);
    assert_eq!(named(&invented::driver()), ["031085000017"]);
    assert_eq!(named(&invented::death()), [""; 0], "the ward enters who confirms a death");
}

proptest! {
    #[test]
    fn no_text_in_any_field_panics(
        kind in 0usize..3,
        texts in proptest::collection::vec((any::<proptest::sample::Index>(), "\\PC{0,20}|[0-9/:. -]{0,20}|[0-9]{8,15}"), 1..30),
    ) {
        let hospital = Hospital::new();
        let mut draft = [invented::birth, invented::death, invented::driver][kind]();
        for (index, text) in texts {
            let field = index.get(fields(draft.kind()));
            draft.set(field.code, &text).expect("a field of this paper");
        }
        let blocked = check(&draft, &hospital.context()).iter().any(|finding| finding.level() == Level::Block);
        match parse(&draft, &hospital.context()) {
            Ok(certificate) => {
                prop_assert!(!blocked);
                reading(&certificate, Lang::Vi, &hospital.settings);
                // What a page shows of it says the same, whatever was typed.
                let mut shown = certificate.to_draft();
                let number = draft.kind().number_field();
                shown.set(number, draft.get(number)).expect("the number");
                prop_assert_eq!(parse(&shown, &hospital.context()), Ok(certificate));
            }
            Err(findings) => prop_assert!(blocked && !findings.is_empty()),
        }
    }
}
