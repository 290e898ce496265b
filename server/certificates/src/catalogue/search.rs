//! Finding a commune by what people and chips write.

use time::Date;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::{CommuneCode, FormerCommune, ProvinceCode, catalogue};

/// A commune a person may mean. It is proposed, and a person confirms it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub commune: CommuneCode,
    pub via: Via,
}

/// Why it is proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// The address names it as it is called today.
    Today,
    /// The address names a commune of before 01/07/2025 whose land went here: its name and its district's.
    Former { commune: &'static str, district: &'static str },
}

/// Letters and digits without marks and case: "Đặc khu Phú Quốc" and "DAC KHU PHU QUOC" are one.
pub(crate) fn search_key(text: &str) -> String {
    text.nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'đ' { 'd' } else { c })
        .filter(|c| c.is_alphanumeric())
        .collect()
}

/// The words a division's type is written with, longest first, as a chip or a clerk writes them.
const TYPES: [&str; 22] = [
    "thanh pho",
    "thi tran",
    "thi xa",
    "dac khu",
    "phuong",
    "huyen",
    "tinh",
    "quan",
    "xa",
    "tp.",
    "tx.",
    "tt.",
    "tp",
    "tx",
    "tt",
    "p.",
    "q.",
    "h.",
    "x.",
    "t.",
    "p",
    "q",
];

/// The key of a name without its type ("Phường Ba Đình" -> "badinh"). "Quận 1" and "Phường 12" keep their number.
pub(super) fn short_key(name: &str) -> String {
    let words = without_marks(name);
    for kind in TYPES {
        if let Some(rest) = words.strip_prefix(kind)
            && (kind.ends_with('.') || rest.starts_with([' ', '.']) || rest.starts_with(|c: char| c.is_ascii_digit()))
        {
            let key = search_key(rest);
            if !key.is_empty() {
                return numbered(key);
            }
        }
    }
    numbered(search_key(&words))
}

/// "Phường 02" is "Phường 2".
fn numbered(key: String) -> String {
    match key.parse::<u32>() {
        Ok(number) => number.to_string(),
        Err(_) => key,
    }
}

fn without_marks(text: &str) -> String {
    let plain: String = text
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'đ' { 'd' } else { c })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Communes of `province` on `day` whose name begins with `text` (marks and case do not matter), then those that
/// contain it. At most `limit`.
pub fn search(province: ProvinceCode, text: &str, day: Date, limit: usize) -> Vec<CommuneCode> {
    let (whole, short) = (search_key(text), short_key(text));
    if short.is_empty() {
        return Vec::new();
    }
    let rank = |code: &CommuneCode| {
        let key = &code.entry().key;
        match key {
            key if *key == short || *key == whole => Some(0),
            key if key.starts_with(&whole) || key.starts_with(&short) => Some(1),
            key if key.contains(&whole) => Some(2),
            _ => None,
        }
    };
    let mut found: Vec<(u8, CommuneCode)> =
        province.communes(day).filter_map(|code| rank(&code).map(|rank| (rank, code))).collect();
    found.sort();
    found.into_iter().take(limit).map(|(_, code)| code).collect()
}

/// The parts of an address, last first: "Tổ 1, P. Hạ Lý, Hồng Bàng, Hải Phòng" -> haiphong, hongbang, haly, to1.
fn parts(address: &str) -> Vec<String> {
    let bounded: String = address.chars().take(512).collect();
    let mut parts: Vec<String> =
        bounded.split([',', ';', '\n']).map(short_key).filter(|part| !part.is_empty() && part != "vietnam").collect();
    parts.reverse();
    parts
}

/// Communes the address of a chip or a person may mean on `day`, the likeliest first, at most eight.
///
/// Addresses read "house, hamlet, commune, (district,) province". Most cards in people's hands were issued before
/// 01/07/2025 and speak the old divisions: then the communes that took that commune's land are proposed, the one
/// that took most of it first. A name that fits both as it is today and as it was gives both.
pub fn propose(address: &str, day: Date) -> Vec<Proposal> {
    let parts = parts(address);
    let Some((last, rest)) = parts.split_first() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut add = |commune: CommuneCode, via: Via| {
        if !found.iter().any(|known: &Proposal| known.commune == commune) && commune.entry().row.in_force(day) {
            found.push(Proposal { commune, via });
        }
    };
    let former = former(last, rest);
    // A district that existed and a commune in it: the address speaks the old divisions.
    let speaks_old = former.iter().any(|(_, district_named)| *district_named);
    let today: Vec<CommuneCode> = ProvinceCode::all(day)
        .filter(|province| catalogue().provinces[usize::from(province.0)].1 == *last)
        .flat_map(|province| {
            rest.iter().flat_map(move |part| province.communes(day).filter(move |c| c.entry().key == *part))
        })
        .collect();
    let add_former = |add: &mut dyn FnMut(CommuneCode, Via), named: bool| {
        for (commune, _) in former.iter().filter(|(_, district_named)| *district_named == named) {
            let district = catalogue().former_districts[commune.district].name;
            for code in &commune.now {
                add(*code, Via::Former { commune: commune.name, district });
            }
        }
    };
    add_former(&mut add, true);
    if !speaks_old {
        for commune in today {
            add(commune, Via::Today);
        }
        add_former(&mut add, false);
    }
    found.truncate(8);
    found
}

/// Former communes of the former province `last` that `rest` names, and whether their district is named beside them.
fn former(last: &str, rest: &[String]) -> Vec<(&'static FormerCommune, bool)> {
    let tables = catalogue();
    tables
        .former_communes
        .iter()
        .filter(|commune| {
            let district = &tables.former_districts[commune.district];
            tables.former_provinces[district.province].1 == last && rest.contains(&commune.key)
        })
        .filter_map(|commune| {
            let district = &tables.former_districts[commune.district].key;
            let named = rest.first() == Some(district) && rest.get(1) == Some(&commune.key);
            // "Phường 1" alone says nothing without its district.
            (named || commune.key.parse::<u32>().is_err()).then_some((commune, named))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::macros::date;

    const TODAY: Date = date!(2026 - 11 - 23);

    fn names(address: &str) -> Vec<String> {
        let name = |p: Proposal| format!("{}, {}", p.commune.name(), p.commune.province().name());
        propose(address, TODAY).into_iter().map(name).collect()
    }

    #[test]
    fn an_address_of_today_names_its_commune() {
        assert_eq!(
            names("Số 5 phố Mẫu, phường Ba Đình, thành phố Hà Nội").first().map(String::as_str),
            Some("Phường Ba Đình, Thành phố Hà Nội")
        );
        assert_eq!(names("BA DINH, HA NOI").first().map(String::as_str), Some("Phường Ba Đình, Thành phố Hà Nội"));
    }

    #[test]
    fn an_address_of_before_the_reform_leads_to_the_commune_that_took_the_land() {
        let found = propose("Tổ 1, Trúc Bạch, Ba Đình, Hà Nội", TODAY);
        let first = found.first().expect("a proposal");
        assert_eq!(first.commune.as_str(), "00004");
        assert_eq!(first.via, Via::Former { commune: "Phường Trúc Bạch", district: "Quận Ba Đình" });
    }

    #[test]
    fn a_numbered_ward_needs_its_district() {
        assert!(names("Phường 1, TP. Hồ Chí Minh").is_empty());
        assert!(!names("Phường 01, Quận 3, TP. Hồ Chí Minh").is_empty());
    }

    #[test]
    fn a_province_that_was_merged_is_still_understood() {
        let found = propose("Cẩm Thượng, TP Hải Dương, Hải Dương", TODAY);
        assert!(found.iter().all(|p| p.commune.province().as_str() == "31"), "Hải Dương is in Hải Phòng now");
        assert!(!found.is_empty());
    }

    #[test]
    fn search_begins_with_the_name_and_ignores_marks() {
        let province = ProvinceCode::parse("01", TODAY).expect("province");
        let found = search(province, "ba d", TODAY, 5);
        assert_eq!(found.first().map(|c| c.name()), Some("Phường Ba Đình"));
        assert_eq!(search(province, "phường ba đình", TODAY, 5).first().map(|c| c.name()), Some("Phường Ba Đình"));
        assert!(search(province, " ", TODAY, 5).is_empty());
    }

    #[test]
    fn nothing_is_proposed_for_an_address_that_names_no_place() {
        assert!(names("").is_empty());
        assert!(names("Berlin, Germany").is_empty());
        assert!(names(", ; ,,").is_empty());
    }

    proptest! {
        #[test]
        fn no_address_panics(address in "\\PC{0,80}") {
            prop_assert!(propose(&address, TODAY).len() <= 8);
        }
    }
}
