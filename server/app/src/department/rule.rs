//! What a list of departments must keep, wherever it comes from.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;

use api::DepartmentCode;
use queue::CounterId;

use super::{Department, Departments, Wanted};

/// Retired ones too: a list that grows without end is somebody's mistake.
pub const MAX_DEPARTMENTS: usize = 500;
const MAX_ROOMS: usize = 40;
const MAX_NAME: usize = 100;
const MAX_FLOOR: usize = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    Code,
    Prefix,
    NameVi,
    NameEn,
    Rooms,
    Floor,
    Reception,
    Hours,
    Minutes,
    Capacity,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    CodeForm,
    CodeTaken,
    /// A board of the configuration that shows several departments has this code.
    CodeOfABoard,
    PrefixForm,
    PrefixTaken(DepartmentCode),
    /// Numbers with the old letter, or of another department with this one, are in people's hands today.
    PrefixInUse,
    Name,
    Rooms,
    RoomTwice,
    Floor,
    ReceptionCount(usize),
    /// Who finds nothing else goes there.
    ReceptionIsFull,
    Hours,
    Minutes,
    Capacity,
    TooMany,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// None: of the whole list.
    pub department: Option<DepartmentCode>,
    pub field: Field,
    pub wrong: Wrong,
}

/// Everything that is wrong with a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings(pub Vec<Finding>);

/// `boards` are codes that no department may have.
pub fn check(wanted: &[Wanted], boards: &[DepartmentCode]) -> Result<Vec<Department>, Findings> {
    let mut findings = Findings::default();
    let mut checked = Vec::new();
    let mut prefixes: HashMap<char, &DepartmentCode> = HashMap::new();
    let mut codes = HashSet::new();
    for one in wanted {
        let mut add = |field, wrong| findings.add(Some(&one.code), field, wrong);
        if !codes.insert(&one.code) {
            add(Field::Code, Wrong::CodeTaken);
        }
        if boards.contains(&one.code) {
            add(Field::Code, Wrong::CodeOfABoard);
        }
        let prefix = one.prefix.filter(char::is_ascii_uppercase);
        match prefix.map(|prefix| prefixes.insert(prefix, &one.code)) {
            None => add(Field::Prefix, Wrong::PrefixForm),
            Some(Some(other)) => add(Field::Prefix, Wrong::PrefixTaken(other.clone())),
            Some(None) => {}
        }
        for (field, name) in [(Field::NameVi, &one.name_vi), (Field::NameEn, &one.name_en)] {
            if !is_name(name) {
                add(field, Wrong::Name);
            }
        }
        let floor = one.floor.clone().unwrap_or_default();
        if floor.chars().count() > MAX_FLOOR || (!floor.is_empty() && !is_name(&floor)) {
            add(Field::Floor, Wrong::Floor);
        }
        let rooms: Option<Vec<CounterId>> = one.rooms.iter().map(|name| room(name, one.reception)).collect();
        match &rooms {
            Some(rooms) if (1..=MAX_ROOMS).contains(&rooms.len()) => {
                if rooms.iter().collect::<BTreeSet<_>>().len() < rooms.len() {
                    add(Field::Rooms, Wrong::RoomTwice);
                }
            }
            Some(_) | None => add(Field::Rooms, Wrong::Rooms),
        }
        if one.hours.is_some_and(|hours| hours.from >= hours.to) {
            add(Field::Hours, Wrong::Hours);
        }
        let minutes = |(low, high)| (1..=999).contains(&low) && (low..=999).contains(&high);
        if !one.minutes_per_patient.is_none_or(minutes) {
            add(Field::Minutes, Wrong::Minutes);
        }
        let capacity = one.capacity.map(|capacity| u16::try_from(capacity).ok().filter(|n| (1..=9999).contains(n)));
        match capacity {
            Some(None) => add(Field::Capacity, Wrong::Capacity),
            Some(Some(_)) if one.reception => add(Field::Capacity, Wrong::ReceptionIsFull),
            Some(Some(_)) | None => {}
        }
        if let (Some(prefix), Some(rooms)) = (prefix, rooms) {
            checked.push(Department {
                code: one.code.clone(),
                prefix,
                name_vi: one.name_vi.clone(),
                name_en: one.name_en.clone(),
                rooms,
                floor,
                reception: one.reception,
                hours: one.hours,
                minutes_per_patient: one.minutes_per_patient,
                capacity: capacity.flatten(),
                retired_at: None,
            });
        }
    }
    let receptions = wanted.iter().filter(|one| one.reception).count();
    if receptions != 1 {
        findings.add(None, Field::Reception, Wrong::ReceptionCount(receptions));
    }
    findings.or(checked)
}

/// What the past of the list forbids. `numbered` are the departments that gave numbers today.
pub(super) fn check_against(
    before: &Departments,
    after: &[Department],
    numbered: &HashSet<DepartmentCode>,
) -> Result<(), Findings> {
    let mut findings = Findings::default();
    for one in after {
        let own = before.get(&one.code).is_some_and(|known| known.prefix != one.prefix && numbered.contains(&one.code));
        let other = before
            .all()
            .any(|known| known.code != one.code && known.prefix == one.prefix && numbered.contains(&known.code));
        if own || other {
            findings.add(Some(&one.code), Field::Prefix, Wrong::PrefixInUse);
        }
    }
    let retired = before.all().filter(|known| !after.iter().any(|one| one.code == known.code)).count();
    if after.len() + retired > MAX_DEPARTMENTS {
        findings.add(None, Field::Code, Wrong::TooMany);
    }
    findings.or(())
}

/// A room as it is called: pages and voices say "Phòng" and "Quầy" themselves, so that "Phòng 102" is room 102.
pub(crate) fn room(text: &str, reception: bool) -> Option<CounterId> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let kinds = if reception { ["quầy", "counter"] } else { ["phòng", "room"] };
    let said_anyway = words.len() > 1 && words.first().is_some_and(|word| kinds.contains(&&*word.to_lowercase()));
    CounterId::parse(&words[usize::from(said_anyway)..].join(" ")).ok()
}

/// No control characters, and nothing that a spreadsheet takes for a formula.
fn is_name(text: &str) -> bool {
    (1..=MAX_NAME).contains(&text.chars().count())
        && text.trim() == text
        && !text.chars().any(char::is_control)
        && !text.starts_with(['=', '+', '-', '@'])
}

impl Field {
    /// The column of a list.
    pub fn column(self) -> &'static str {
        match self {
            Self::Code => "department",
            Self::Prefix => "prefix",
            Self::NameVi => "name_vi",
            Self::NameEn => "name_en",
            Self::Rooms => "rooms",
            Self::Floor => "floor",
            Self::Reception => "reception",
            Self::Hours => "closes",
            Self::Minutes => "minutes_high",
            Self::Capacity => "capacity",
        }
    }
}

impl Wrong {
    /// Stable, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::CodeForm => "code_form",
            Self::CodeTaken => "code_taken",
            Self::CodeOfABoard => "code_of_a_board",
            Self::PrefixForm => "prefix_form",
            Self::PrefixTaken(_) => "prefix_taken",
            Self::PrefixInUse => "prefix_in_use",
            Self::Name => "name",
            Self::Rooms => "rooms",
            Self::RoomTwice => "room_twice",
            Self::Floor => "floor",
            Self::ReceptionCount(_) => "reception",
            Self::ReceptionIsFull => "reception_capacity",
            Self::Hours => "hours",
            Self::Minutes => "minutes",
            Self::Capacity => "capacity",
            Self::TooMany => "too_many",
        }
    }

    /// What is wrong and what to do, Vietnamese and English.
    pub fn words(&self) -> (String, String) {
        let (vi, en) = match self {
            Self::CodeForm => (
                "Mã khoa gồm 1 đến 16 ký tự A-Z, 0-9, _ và -.",
                "A department code has 1 to 16 characters A-Z, 0-9, _ and -.",
            ),
            Self::CodeTaken => ("Mã khoa này đã có.", "Another department has this code."),
            Self::CodeOfABoard => (
                "Một bảng gọi số trong tệp cấu hình đã dùng mã này. Hãy chọn mã khác.",
                "A board of the configuration has this code. Choose another.",
            ),
            Self::PrefixForm => ("Tiền tố là một chữ cái hoa A-Z.", "A prefix is one capital letter A-Z."),
            Self::PrefixTaken(other) => {
                return (
                    format!("Khoa {other} đã dùng tiền tố này. Hãy chọn chữ khác."),
                    format!("Department {other} has this prefix. Choose another letter."),
                );
            }
            Self::PrefixInUse => (
                "Hôm nay đã phát số với tiền tố này. Hãy đổi tiền tố vào ngày khác, trước khi phát số đầu tiên.",
                "Numbers of today carry this prefix. Change it on another day, before the first number.",
            ),
            Self::Name => (
                "Tên có 1 đến 100 ký tự, không bắt đầu bằng = + - @.",
                "A name has 1 to 100 characters and does not begin with = + - @.",
            ),
            Self::Rooms => (
                "Cần 1 đến 40 phòng, cách nhau bằng dấu phẩy; tên phòng có 1 đến 32 chữ cái, chữ số, dấu - hoặc dấu chấm.",
                "1 to 40 rooms, divided by commas; a room has 1 to 32 letters, digits, hyphens and full stops.",
            ),
            Self::RoomTwice => ("Một phòng được ghi hai lần.", "A room stands there twice."),
            Self::Floor => ("Tầng có nhiều nhất 20 ký tự.", "A floor has at most 20 characters."),
            Self::ReceptionCount(count) => {
                return (
                    format!("Đúng một khoa phải là quầy tiếp đón, hiện có {count}."),
                    format!("Exactly one department is the reception, not {count}."),
                );
            }
            Self::ReceptionIsFull => (
                "Quầy tiếp đón nhận mọi người, không giới hạn số lượt. Hãy để trống.",
                "The reception takes everybody and has no capacity. Leave it empty.",
            ),
            Self::Hours => (
                "Giờ viết HH:MM; giờ đóng phải sau giờ mở; điền cả hai hoặc để trống cả hai.",
                "Times are written HH:MM; it closes after it opens; fill in both or neither.",
            ),
            Self::Minutes => (
                "Số phút từ 1 đến 999, số thấp không lớn hơn số cao; điền cả hai hoặc để trống cả hai.",
                "Minutes are 1 to 999, the low not above the high; fill in both or neither.",
            ),
            Self::Capacity => ("Số lượt mỗi ngày là số từ 1 đến 9999.", "A capacity is a number from 1 to 9999."),
            Self::TooMany => (
                "Có hơn 500 khoa, kể cả khoa đã ngừng. Hãy dùng lại mã cũ.",
                "There are more than 500 departments with the retired ones. Use an old code again.",
            ),
        };
        (vi.to_owned(), en.to_owned())
    }
}

impl Findings {
    pub(super) fn add(&mut self, department: Option<&DepartmentCode>, field: Field, wrong: Wrong) {
        self.0.push(Finding { department: department.cloned(), field, wrong });
    }

    /// Of two departments with one letter the later in the list is found; for who changes the earlier one, it is that.
    pub fn seen_from(mut self, code: &Option<DepartmentCode>) -> Self {
        for finding in &mut self.0 {
            if let Wrong::PrefixTaken(other) = &finding.wrong
                && Some(other) == code.as_ref()
                && let Some(later) = std::mem::replace(&mut finding.department, code.clone())
            {
                finding.wrong = Wrong::PrefixTaken(later);
            }
        }
        self
    }

    fn or<T>(self, good: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(good) } else { Err(self) }
    }
}

/// For the administrator of the machine, in English.
impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, finding) in self.0.iter().enumerate() {
            let divider = if index == 0 { "" } else { " " };
            let words = finding.wrong.words().1;
            match &finding.department {
                Some(code) => write!(f, "{divider}{code}, {}: {words}", finding.field.column())?,
                None => write!(f, "{divider}{words}")?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for Findings {}

#[cfg(test)]
mod tests {
    use interop::Hours;
    use time::macros::time;

    use super::*;

    fn code(text: &str) -> DepartmentCode {
        DepartmentCode::parse(text).expect("a code")
    }

    fn wanted(name: &str, prefix: char) -> Wanted {
        Wanted {
            code: code(name),
            prefix: Some(prefix),
            name_vi: "Khám bệnh".into(),
            name_en: "Examination".into(),
            rooms: vec!["101".into(), "Phòng 102".into()],
            floor: Some("1".into()),
            reception: prefix == 'A',
            hours: None,
            minutes_per_patient: Some((4, 8)),
            capacity: None,
        }
    }

    fn wrong(list: &[Wanted]) -> Vec<Wrong> {
        let findings = check(list, &[code("TANG1")]).expect_err("refused");
        findings.0.into_iter().map(|finding| finding.wrong).collect()
    }

    #[test]
    fn a_room_is_called_by_what_is_on_its_door_without_the_word_that_everybody_says() {
        let name = |text, reception| room(text, reception).map(String::from);
        assert_eq!(name("Phòng 102", false).as_deref(), Some("102"));
        assert_eq!(name(" phòng  siêu âm 2 ", false).as_deref(), Some("siêu âm 2"));
        assert_eq!(name("Quầy 1", true).as_deref(), Some("1"));
        assert_eq!(name("Quầy 1", false).as_deref(), Some("Quầy 1"));
        assert_eq!(name("Phòng", false).as_deref(), Some("Phòng"));
        for bad in ["", " ", "1/2", "<b>", "101, 102"] {
            assert_eq!(name(bad, false), None, "{bad}");
        }
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let good = vec![wanted("TD", 'A'), wanted("K01", 'B')];
        assert_eq!(check(&good, &[]).expect("keeps the rules").len(), 2);
        assert_eq!(wrong(&[]), [Wrong::ReceptionCount(0)]);
        let mut bad = good.clone();
        bad[0].capacity = Some(5);
        bad[1] = Wanted {
            code: code("TANG1"),
            prefix: Some('A'),
            name_vi: "=1+1".into(),
            name_en: String::new(),
            rooms: vec!["1".into(), "Phòng 1".into()],
            floor: Some("x".repeat(21)),
            reception: true,
            hours: Some(Hours { from: time!(16:00), to: time!(7:00) }),
            minutes_per_patient: Some((9, 3)),
            capacity: Some(10_000),
        };
        let expected = [
            Wrong::ReceptionIsFull,
            Wrong::CodeOfABoard,
            Wrong::PrefixTaken(code("TD")),
            Wrong::Name,
            Wrong::Name,
            Wrong::Floor,
            Wrong::Hours,
            Wrong::Minutes,
            Wrong::Capacity,
            Wrong::ReceptionCount(2),
        ];
        assert_eq!(wrong(&bad), expected);
        for (rooms, expected) in [(vec![], Wrong::Rooms), (vec!["a/b".to_owned()], Wrong::Rooms)] {
            let mut bad = good.clone();
            bad[1].rooms = rooms;
            assert_eq!(wrong(&bad), [expected]);
        }
        let mut bad = good.clone();
        bad[1].rooms.push("102".into());
        bad[1].prefix = None;
        bad.push(wanted("K01", 'C'));
        assert_eq!(wrong(&bad), [Wrong::PrefixForm, Wrong::RoomTwice, Wrong::CodeTaken]);
    }

    #[test]
    fn a_letter_that_is_in_people_s_hands_today_stays_where_it_is() {
        let list = |prefixes: [char; 2]| {
            check(&[wanted("TD", 'A'), wanted("K01", prefixes[0]), wanted("K02", prefixes[1])], &[]).expect("good")
        };
        let before = Departments::new(1, list(['B', 'C']));
        let none = HashSet::new();
        let given = HashSet::from([code("K01")]);
        assert_eq!(check_against(&before, &list(['C', 'B']), &none), Ok(()));
        assert_eq!(check_against(&before, &list(['B', 'D']), &given), Ok(()));
        let swapped = check_against(&before, &list(['C', 'B']), &given).expect_err("refused");
        let of: Vec<_> = swapped.0.iter().filter_map(|finding| finding.department.clone()).collect();
        assert_eq!(of, [code("K01"), code("K02")]);
    }
}
