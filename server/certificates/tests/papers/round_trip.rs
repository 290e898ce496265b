//! parse(write(x)) = x for every paper the checks let through.

use certificates::catalogue::ProvinceCode;
use certificates::wire::driver::{self, RootStamp, State};
use certificates::wire::portal;
use certificates::{Draft, FreeText, LicenceClass, Numbered, parse_numbered};
use proptest::prelude::*;
use uuid::Uuid;

use crate::invented::{self, Hospital, NOW};

/// Words with Vietnamese letters, XML's own characters and whatever else a clerk finds on the keyboard.
fn words() -> impl Strategy<Value = String> {
    "[A-Za-zÀ-ỹĐđ0-9&<>'\"/;:.,()\\-]{1,12}( [A-Za-zÀ-ỹĐđ0-9&<>'\"/\\]\\[!?%]{1,12}){0,4}"
}

fn perhaps(value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), value]
}

fn digits(count: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(0u8..10, count).prop_map(|digits| digits.iter().map(ToString::to_string).collect())
}

fn day(years: std::ops::Range<i32>) -> impl Strategy<Value = String> {
    (years, 1u8..=12, 1u8..=28).prop_map(|(year, month, day)| format!("{day:02}/{month:02}/{year}"))
}

/// Province and commune that belong together.
fn place() -> impl Strategy<Value = (String, String)> {
    any::<proptest::sample::Index>().prop_map(|index| {
        let communes: Vec<_> = ProvinceCode::all(NOW.date()).flat_map(|p| p.communes(NOW.date())).collect();
        let commune = index.get(&communes);
        (commune.province().as_str().to_owned(), commune.as_str().to_owned())
    })
}

/// Kind and number that belong together; "0" is no paper.
fn paper() -> impl Strategy<Value = (String, String)> {
    prop_oneof![
        digits(12).prop_map(|number| ("1".to_owned(), number)),
        digits(9).prop_map(|number| ("2".to_owned(), number)),
        "[A-Z][0-9]{7}".prop_map(|number| ("3".to_owned(), number)),
        digits(12).prop_map(|number| ("4".to_owned(), number)),
        Just(("0".to_owned(), String::new())),
    ]
}

fn filled(mut draft: Draft, fields: &[(&str, &str)]) -> Draft {
    for (code, text) in fields {
        draft.set(code, text).expect("a field of this paper");
    }
    draft
}

fn without_paper(draft: Draft, kind: &str, codes: [&str; 3]) -> Draft {
    if kind == "0" { filled(draft, &codes.map(|code| (code, ""))) } else { draft }
}

prop_compose! {
    fn a_birth()(
        name in words(), born in day(1970..2010), (kind, number) in paper(), (province, commune) in place(),
        (residence, condition, note, child) in (words(), words(), perhaps(words()), perhaps(words())),
        sex in 1u8..=3, weight in prop_oneof![(100u16..=9999).prop_map(|g| g.to_string()), Just("Không cân".to_owned())],
        (hour, minute, second) in (0u8..24, 0u8..60, 0u8..60), father in perhaps(words()), flags in (0u8..2, 0u8..2),
        (bhxh, card) in (digits(10), perhaps(digits(12))), ethnicity in 1u8..=55, surrogate in any::<bool>(),
    ) -> Draft {
        let card = if card.is_empty() { card } else { format!("TE4{card}") };
        let (surgery, weeks) = (flags.0.to_string(), flags.1.to_string());
        let note = if flags == (0, 0) { note } else { format!("x{note}") };
        let draft = filled(invented::birth(), &[
            ("HOTEN_NND", &name), ("NGAYSINH_NND", &born), ("LOAI_GIAYTO_NND", &kind), ("SO_CCCD_NND", &number),
            ("MATINH_CU_TRU", &province), ("MAXA_CU_TRU", &commune), ("NOI_CU_TRU_NND", &residence),
            ("TINH_TRANG_CON", &condition), ("GHI_CHU", &note), ("TEN_CON", &child),
            ("GIOI_TINH_CON", &sex.to_string()), ("CAN_NANG_CON", &weight),
            ("NGAY_SINH_CON", &format!("22/11/2026 {hour}:{minute}:{second}")), ("SINHCON_PHAUTHUAT", &surgery),
            ("SINHCON_DUOI32TUAN", &weeks), ("MA_BHXH_NND", &bhxh), ("MA_THE_NND", &card), ("MA_THE_TAM", ""),
            ("MA_DANTOC_NND", &format!("{ethnicity:02}")),
        ]);
        let draft = without_paper(draft, &kind, ["SO_CCCD_NND", "NGAYCAP_CCCD_NND", "NOICAP_CCCD_NND"]);
        let draft = if father.is_empty() {
            filled(draft, &[("HO_TEN_CHA", ""), ("NGAYSINH_CHA_NND", ""), ("MA_DANTOC_CHA_NND", ""),
                            ("LOAI_GIAYTO_CHA_NND", ""), ("SO_CCCD_CHA_NND", "")])
        } else {
            filled(draft, &[("HO_TEN_CHA", &father)])
        };
        if !surrogate {
            return draft;
        }
        filled(draft, &[
            ("HOTEN_MTH", &name), ("NGAYSINH_MTH", &born), ("LOAI_GIAYTO_MTH", "3"), ("SO_CCCD_MTH", "C1234567"),
            ("NGAYCAP_CCCD_MTH", "01/02/2022"), ("NOICAP_CCCD_MTH", &residence), ("MA_DANTOC_MTH", "55"),
            ("MA_QUOCTICH_MTH", "107"), ("NOI_CU_TRU_MTH", &residence), ("MA_BHXH_MTH", "0000000000"),
            ("HO_TEN_CHA_MTH", &name), ("NGAYSINH_CHA_MTH", &born), ("NOI_CU_TRU_CHA_MTH", &residence),
            ("MATINH_CU_TRU_CHA_MTH", &province), ("MAXA_CU_TRU_CHA_MTH", &commune),
        ])
    }
}

prop_compose! {
    fn a_death()(
        name in words(), born in day(1900..2020), (kind, number) in paper(), (province, commune) in place(),
        (address, cause, relative, current) in (words(), words(), words(), perhaps(words())), sex in 1u8..=3,
        (hour, minute) in (0u8..24, 0u8..60), on_the_way in 0u8..2, first in any::<bool>(),
    ) -> Draft {
        let draft = filled(invented::death(), &[
            ("HO_TEN", &name), ("NGAY_SINH", &born), ("LOAI_GIAYTO", &kind), ("SO_GIAYTO", &number),
            ("MATINH_THUONGTRU", &province), ("MAXA_THUONGTRU", &commune), ("DCHI_THUONGTRU", &address),
            ("DCHI_HIENTAI", &current), ("NGUYENNHAN_TV", &cause), ("NGUOI_THANTHICH", &relative),
            ("GIOI_TINH", &sex.to_string()), ("NGAY_TV", &format!("22/11/2026 {hour}:{minute}")),
            ("TINH_TRANG_TV", &on_the_way.to_string()), ("MA_GBT", "00004.GBT.31999.26"),
        ]);
        let draft = without_paper(draft, &kind, ["SO_GIAYTO", "NGAY_CAP", "NOI_CAP"]);
        if first { draft } else { filled(draft, &[("SO_BAOTU_BD", &address), ("QUYEN_SO_BD", "01")]) }
    }
}

prop_compose! {
    fn a_driver()(
        name in words(), born in day(1940..2008), (kind, number) in paper(), (province, commune) in place(),
        (address, doctor, reason, condition) in (words(), words(), perhaps(words()), perhaps(words())),
        sex in 0u8..2, class in 0usize..15, verdict in 0usize..3, alcohol in perhaps((1u32..99_999).prop_map(|h| format!("{}.{:02}", h / 100, h % 100))),
        medium in 0u8..2, drugs in 0u8..2,
    ) -> Draft {
        let number = if kind == "0" { "C1234567".to_owned() } else { number };
        let fit = alcohol.is_empty() && drugs == 0;
        let verdict = if fit { ["FIT", "UNFIT", "REEXAMINE"][verdict] } else { "UNFIT" };
        let again = if verdict == "REEXAMINE" { "23/05/2027" } else { "" };
        filled(invented::driver(), &[
            ("HOTEN", &name), ("NGAYSINH", &born), ("SOCMND_PASSPORT", &number), ("MATINH_THUONGTRU", &province),
            ("MAXA_THUONGTRU", &commune), ("DIACHITHUONGTRU", &address), ("BACSYKETLUAN", &doctor),
            ("LYDO", &reason), ("TINHTRANGBENH", &condition), ("GIOITINHVAL", &sex.to_string()),
            ("HANGBANGLAI", LicenceClass::ALL[class].as_str()), ("KETLUAN", verdict), ("NGAYKHAMLAI", again),
            ("NONGDOCON", &alcohol), ("DVINONGDOCON", &medium.to_string()), ("MATUY", &drugs.to_string()),
        ])
    }
}

/// The paper, and the draft that a page would show of it.
fn numbered(draft: &Draft, hospital: &Hospital) -> Numbered {
    let paper = hospital.numbered(draft, 4);
    assert_eq!(parse_numbered(&paper.to_draft(), &hospital.context()).as_ref(), Ok(&paper));
    let stored = serde_json::to_string(draft).expect("json");
    assert_eq!(&serde_json::from_str::<Draft>(&stored).expect("draft"), draft);
    paper
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_birth_reads_back_from_its_xml(draft in a_birth(), id in any::<u128>()) {
        let hospital = Hospital::new();
        let paper = numbered(&draft, &hospital);
        let document = portal::write(&paper, Uuid::from_u128(id)).expect("written");
        let read = portal::read(document.xml.as_bytes()).expect("read");
        prop_assert_eq!(parse_numbered(&read, &hospital.context()), Ok(paper));
    }

    #[test]
    fn a_death_reads_back_from_its_xml(draft in a_death(), id in any::<u128>()) {
        let hospital = Hospital::new();
        let paper = numbered(&draft, &hospital);
        let document = portal::write(&paper, Uuid::from_u128(id)).expect("written");
        let read = portal::read(document.xml.as_bytes()).expect("read");
        prop_assert_eq!(parse_numbered(&read, &hospital.context()), Ok(paper));
    }

    #[test]
    fn a_driver_reads_back_from_the_body_and_its_root(draft in a_driver(), id in any::<u128>()) {
        let hospital = Hospital::new();
        let codes = &hospital.settings.conclusions;
        let paper = numbered(&draft, &hospital);
        let stamp = RootStamp {
            uuid: Uuid::from_u128(id),
            created: NOW,
            user: FreeText::parse("31999_HSSK").expect("user"),
            status: FreeText::parse("1").expect("status"),
            action: State::Edit,
        };
        let root = driver::root(&paper, &stamp, codes).expect("written");
        let body = driver::body(&paper, State::Edit, root.as_bytes(), codes).expect("written");
        let read = driver::read_body(body.as_bytes(), codes).expect("read");
        prop_assert_eq!(parse_numbered(&read, &hospital.context()), Ok(paper));
    }
}
