//! What a new list would change.

use api::DepartmentCode;

use super::rule::Field;
use super::{Department, Departments};

/// Codes, in the order of the lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    pub added: Vec<DepartmentCode>,
    pub changed: Vec<Altered>,
    /// Were retired, and take patients again.
    pub returned: Vec<Altered>,
    pub retired: Vec<DepartmentCode>,
    /// The others stand in another order.
    pub reordered: bool,
}

/// A department and what is another value in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Altered {
    pub code: DepartmentCode,
    pub fields: Vec<Field>,
}

impl Plan {
    /// `after` are all that take patients.
    pub fn between(before: &Departments, after: &[Department]) -> Self {
        let mut plan = Self::default();
        for one in after {
            let code = one.code.clone();
            match before.get(&code) {
                None => plan.added.push(code),
                Some(known) => {
                    let fields = altered(known, one);
                    if known.is_retired() {
                        plan.returned.push(Altered { code, fields });
                    } else if !fields.is_empty() {
                        plan.changed.push(Altered { code, fields });
                    }
                }
            }
        }
        let stays = |code: &DepartmentCode| after.iter().any(|one| one.code == *code);
        let (stay, gone): (Vec<_>, Vec<_>) = before.active().map(|known| &known.code).partition(|code| stays(code));
        plan.retired = gone.into_iter().cloned().collect();
        let now = after.iter().map(|one| &one.code).filter(|code| before.takes_patients(code));
        plan.reordered = !now.eq(stay);
        plan
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is written in the audit record: action and detail.
    pub(super) fn lines(&self) -> Vec<(&'static str, String)> {
        let mut lines: Vec<(&'static str, String)> = Vec::new();
        lines.extend(self.added.iter().map(|code| ("department_added", code.to_string())));
        lines.extend(self.changed.iter().map(|one| ("department_changed", one.words())));
        lines.extend(self.returned.iter().map(|one| ("department_returned", one.words())));
        lines.extend(self.retired.iter().map(|code| ("department_retired", code.to_string())));
        lines.extend(self.reordered.then(|| ("departments_ordered", String::new())));
        lines
    }
}

impl Altered {
    /// "K01 rooms capacity"
    pub fn words(&self) -> String {
        let fields = self.fields.iter().map(|field| format!(" {}", field.column()));
        format!("{}{}", self.code, fields.collect::<String>())
    }
}

fn altered(known: &Department, one: &Department) -> Vec<Field> {
    let fields = [
        (Field::Prefix, known.prefix != one.prefix),
        (Field::NameVi, known.name_vi != one.name_vi),
        (Field::NameEn, known.name_en != one.name_en),
        (Field::Rooms, known.rooms != one.rooms),
        (Field::Floor, known.floor != one.floor),
        (Field::Reception, known.reception != one.reception),
        (Field::Hours, known.hours != one.hours),
        (Field::Minutes, known.minutes_per_patient != one.minutes_per_patient),
        (Field::Capacity, known.capacity != one.capacity),
    ];
    fields.into_iter().filter(|(_, other)| *other).map(|(field, _)| field).collect()
}
