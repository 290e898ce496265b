//! The entitlement look-up `KQNhanLichSuKCB2024` (GATEWAY.md 1.2), as a pure function of the request and the world.

use identity::{DocumentDate, NameComparison, PersonName};
use serde_json::{Value, json};
use time::Date;

use crate::form::Fields;
use crate::world::{Person, World};

/// The reply for a request whose token is good.
pub(crate) fn look_up(world: &World, fields: &Fields, today: Date) -> Value {
    let field = |name: &str| fields.get(name).map_or("", |value| value.trim());
    let (key, name, birth) = (field("maThe"), field("hoTen"), field("ngaySinh"));
    let well_formed =
        matches!(key.len(), 10 | 12 | 15) && key.is_ascii() && !name.is_empty() && birth_is_well_formed(birth);
    if !well_formed {
        return code("205");
    }
    if let Some(refusal) = staff_refusal(world, field("cccdCb"), field("hoTenCb")) {
        return code(refusal);
    }
    if key.len() == 15 {
        if !key[..2].bytes().all(|b| b.is_ascii_uppercase()) || !key[5..].bytes().all(|b| b.is_ascii_digit()) {
            return code("051");
        }
        if !(b'1'..=b'5').contains(&key.as_bytes()[2]) {
            return code("053");
        }
        if !key[3..5].bytes().all(|b| b.is_ascii_digit()) {
            return code("052");
        }
    }
    let Some(person) = world.find(key) else { return code("050") };
    if let Some(refusal) = name_refusal(person, name) {
        return code(refusal);
    }
    let (Ok(known), Ok(asked)) = (DocumentDate::parse(&person.birth), DocumentDate::parse(birth)) else {
        return code("205");
    };
    if !known.agrees_with(asked) {
        return code("070");
    }
    if person.card.is_none() {
        return code(if known.age_on(today) < 6 { "130" } else { "050" });
    }
    reply(person, &result(person, today))
}

/// `dd/MM/yyyy`, `MM/yyyy` or `yyyy`: eight bare digits are refused.
fn birth_is_well_formed(text: &str) -> bool {
    DocumentDate::parse(text).is_ok() && (text.contains('/') || text.len() == 4)
}

fn staff_refusal(world: &World, number: &str, name: &str) -> Option<&'static str> {
    let Some(staff) = world.staff.iter().find(|staff| staff.number == number) else { return Some("054") };
    let same = matches!(
        (PersonName::parse(&staff.name), PersonName::parse(name)),
        (Ok(known), Ok(given)) if matches!(known.compare(&given), NameComparison::Same | NameComparison::SpellingVariant)
    );
    if same { None } else { Some("055") }
}

fn name_refusal(person: &Person, asked: &str) -> Option<&'static str> {
    let (Ok(known), Ok(given)) = (PersonName::parse(&person.name), PersonName::parse(asked)) else {
        return Some("060");
    };
    match known.compare(&given) {
        NameComparison::Same | NameComparison::SpellingVariant => None,
        NameComparison::SameWithoutMarks | NameComparison::Different => {
            let initials = |name: &str| -> Vec<char> {
                name.split(' ').filter_map(|word| word.to_lowercase().chars().next()).collect()
            };
            if initials(known.as_str()) == initials(given.as_str()) { Some("061") } else { Some("060") }
        }
    }
}

fn result(person: &Person, today: Date) -> String {
    if let Some(forced) = &person.result {
        return forced.clone();
    }
    let day = |text: &Option<String>| text.as_deref().and_then(|t| DocumentDate::parse(t).ok());
    let over = day(&person.valid_until).is_some_and(|until| until.latest() < today);
    match (&person.new_card, over) {
        (Some(_), true) => "003",
        (Some(_), false) => "004",
        (None, true) => "010",
        (None, false) => match person.card.as_deref().map(|card| &card[..2]) {
            Some("QN" | "HC" | "LS" | "XK" | "CY") => "001",
            Some("CA") => "002",
            _ => "000",
        },
    }
    .to_owned()
}

fn code(code: &str) -> Value {
    json!({"maKetQua": code, "ghiChu": note(code)})
}

fn reply(person: &Person, result: &str) -> Value {
    let card = person.card.as_deref().unwrap_or_default();
    json!({
        "maKetQua": result, "ghiChu": note(result),
        "maThe": card, "maTheCu": null, "maTheMoi": person.new_card,
        "hoTen": person.name, "ngaySinh": person.birth, "gioiTinh": person.sex, "diaChi": person.address,
        "maSoBHXH": card.get(5..),
        "maDKBD": person.registered_at, "tenDKBDMoi": null, "maDKBDMoi": person.new_card.as_ref().and(person.registered_at.as_ref()),
        "cqBHXH": "BHXH thử nghiệm",
        "gtTheTu": person.valid_from, "gtTheDen": person.valid_until,
        "gtTheTuMoi": person.new_valid_from, "gtTheDenMoi": person.new_valid_until,
        "maKV": person.area, "ngayDu5Nam": person.five_years_on,
        "dsLichSuKCB2018": null, "dsLichSuKT2018": [],
    })
}

fn note(code: &str) -> &'static str {
    match code {
        "000" => "Thông tin thẻ chính xác",
        "001" => "Thẻ do BHXH Bộ Quốc phòng quản lý",
        "002" => "Thẻ do BHXH Bộ Công an quản lý",
        "003" => "Thẻ cũ hết giá trị, đã được cấp thẻ mới",
        "004" => "Thẻ cũ còn giá trị, đã được cấp thẻ mới",
        "010" => "Thẻ hết giá trị sử dụng",
        "050" => "Không thấy thông tin thẻ",
        "051" => "Mã thẻ không đúng",
        "052" => "Mã tỉnh cấp thẻ không đúng",
        "053" => "Mã quyền lợi không đúng",
        "054" => "Số CCCD của cán bộ tra cứu chưa đăng ký",
        "055" => "Họ tên cán bộ tra cứu không khớp số CCCD",
        "060" => "Họ tên không đúng",
        "061" => "Họ tên không đúng (đúng ký tự đầu)",
        "070" => "Ngày sinh không đúng",
        "110" => "Thẻ đã thu hồi",
        "120" => "Thẻ đã báo giảm",
        "121" => "Thẻ đã báo giảm, chuyển ngoại tỉnh",
        "122" => "Thẻ đã báo giảm, chuyển nội tỉnh",
        "123" => "Thẻ đã báo giảm, tăng lại cùng đơn vị",
        "124" => "Thẻ đã báo giảm, ngừng tham gia",
        "130" => "Trẻ em không xuất trình thẻ",
        "205" => "Sai định dạng tham số",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    const TODAY: Date = date!(2026 - 11 - 23);

    fn ask(changes: &[(&str, &str)]) -> Value {
        let world = World::parse(crate::world::tests::SAMPLE).expect("valid");
        let mut fields = Fields::from(
            [
                ("maThe", "085000000017"),
                ("hoTen", "Nguyễn Văn Mẫu"),
                ("ngaySinh", "15/01/1985"),
                ("cccdCb", "031080000099"),
                ("hoTenCb", "Phạm Thị Trực Ban"),
            ]
            .map(|(k, v)| (k.to_owned(), v.to_owned())),
        );
        fields.extend(changes.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
        look_up(&world, &fields, TODAY)
    }

    #[test]
    fn a_good_card_answers_000_and_no_benefit_level() {
        let reply = ask(&[]);
        assert_eq!(reply["maKetQua"], "000");
        assert_eq!(reply["maThe"], "GD4310000000017");
        assert_eq!(reply["maSoBHXH"], "0000000017");
        assert!(reply.get("mucHuong").is_none());
    }

    #[test]
    fn every_refusal_of_the_contract_has_its_code() {
        let cases: &[(&[(&str, &str)], &str)] = &[
            (&[("ngaySinh", "15011985")], "205"),
            (&[("maThe", "1")], "205"),
            (&[("cccdCb", "031080000098")], "054"),
            (&[("hoTenCb", "Người Khác")], "055"),
            (&[("maThe", "G14310000000017")], "051"),
            (&[("maThe", "GD4XX0000000017")], "052"),
            (&[("maThe", "GD9310000000017")], "053"),
            (&[("maThe", "085000000099")], "050"),
            (&[("hoTen", "Trần Văn Khác")], "060"),
            (&[("hoTen", "Nguyễn Văn Mới")], "061"),
            (&[("ngaySinh", "16/01/1985")], "070"),
            (&[("maThe", "031075000041"), ("hoTen", "Đỗ Văn Hết Hạn"), ("ngaySinh", "1975")], "010"),
            (&[("maThe", "031090000058"), ("hoTen", "Vũ Thị Đổi Thẻ"), ("ngaySinh", "03/1990")], "003"),
            (&[("maThe", "031070000066"), ("hoTen", "Bùi Văn Dừng"), ("ngaySinh", "04/04/1970")], "124"),
        ];
        for (changes, expected) in cases {
            assert_eq!(ask(changes)["maKetQua"], *expected, "{changes:?}");
        }
    }

    #[test]
    fn another_place_of_the_tone_mark_is_the_same_name() {
        let reply = ask(&[("maThe", "031048000033"), ("hoTen", "LÊ THỊ HÒA"), ("ngaySinh", "1948")]);
        assert_eq!(reply["maKetQua"], "000");
    }
}
