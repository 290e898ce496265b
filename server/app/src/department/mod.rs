//! Departments with their rooms, opening hours and capacity: data of the database.
//!
//! ```text
//! configuration, once --+
//! staff page -----------+--> Wanted --rule::check--> change::replace --> table --> Departments, in memory
//! CSV, FHIR ------------+
//! ```
//! A list is always the whole list of those that take patients, in their order; whoever is not in it is retired: keeps
//! past and patients, takes nobody new. Each change has a revision, by which other processes notice it. What the rules
//! are stands in [`rule`]; services of a department are not kept.

mod change;
mod import;
mod plan;
pub mod rule;

use std::sync::{Arc, PoisonError, RwLock};

use api::DepartmentCode;
use interop::Hours;
use queue::CounterId;
use time::Time;

use crate::app::App;

pub use change::{ChangeError, preview, replace};
pub(crate) use change::{look, open};
pub use import::{Lines, Told, completed, read_csv, told};
pub use plan::{Altered, Plan};

/// A department as a form, a list or a server describes it, before the rules were looked at.
pub type Wanted = interop::Department;

/// A department that keeps the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Department {
    pub code: DepartmentCode,
    /// The capital letter of its ticket numbers.
    pub prefix: char,
    pub name_vi: String,
    pub name_en: String,
    /// At least one.
    pub rooms: Vec<CounterId>,
    /// Empty where the house has none.
    pub floor: String,
    /// The counter that the counter route leads to.
    pub reception: bool,
    /// Always open without them.
    pub hours: Option<Hours>,
    /// Minutes one patient takes, low and high; without them no waiting time is promised until past days teach one.
    pub minutes_per_patient: Option<(u16, u16)>,
    /// Numbers in a day; as many as come without it.
    pub capacity: Option<u16>,
    /// Since when it takes nobody new.
    pub retired_at: Option<i64>,
}

/// Every department there ever was, in the order of the list; the retired behind the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Departments {
    revision: u64,
    listed: Vec<Arc<Department>>,
}

/// What this process knows.
#[derive(Debug, Default)]
pub struct Known(RwLock<Arc<Departments>>);

impl Department {
    pub fn is_open_at(&self, local: Time) -> bool {
        self.hours.is_none_or(|hours| hours.from <= local && local < hours.to)
    }

    pub fn is_retired(&self) -> bool {
        self.retired_at.is_some()
    }

    /// "101, 102"
    pub fn doors(&self) -> String {
        self.rooms.iter().map(CounterId::as_str).collect::<Vec<_>>().join(", ")
    }

    /// Its room of that name, "102" or "Phòng 102".
    pub fn room(&self, name: &str) -> Option<&CounterId> {
        let wanted = rule::room(name, self.reception)?;
        self.rooms.iter().find(|room| **room == wanted)
    }

    pub fn to_wanted(&self) -> Wanted {
        Wanted {
            code: self.code.clone(),
            prefix: Some(self.prefix),
            name_vi: self.name_vi.clone(),
            name_en: self.name_en.clone(),
            rooms: self.rooms.iter().map(ToString::to_string).collect(),
            floor: Some(self.floor.clone()).filter(|floor| !floor.is_empty()),
            reception: self.reception,
            hours: self.hours,
            minutes_per_patient: self.minutes_per_patient,
            capacity: self.capacity.map(u32::from),
        }
    }
}

impl Departments {
    pub fn new(revision: u64, listed: Vec<Department>) -> Self {
        Self { revision, listed: listed.into_iter().map(Arc::new).collect() }
    }

    pub fn revision(&self) -> u64 {
        self.revision
    }

    pub fn get(&self, code: &DepartmentCode) -> Option<&Arc<Department>> {
        self.listed.iter().find(|department| department.code == *code)
    }

    pub fn all(&self) -> impl Iterator<Item = &Arc<Department>> {
        self.listed.iter()
    }

    /// Those that take patients.
    pub fn active(&self) -> impl Iterator<Item = &Arc<Department>> {
        self.all().filter(|department| !department.is_retired())
    }

    pub fn takes_patients(&self, code: &DepartmentCode) -> bool {
        self.get(code).is_some_and(|department| !department.is_retired())
    }

    /// The list as it could be imported again.
    pub fn to_wanted(&self) -> Vec<Wanted> {
        self.active().map(|department| department.to_wanted()).collect()
    }
}

impl Known {
    pub fn of(departments: Departments) -> Self {
        Self(RwLock::new(Arc::new(departments)))
    }

    pub fn get(&self) -> Arc<Departments> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps the newest.
    fn learn(&self, departments: Departments) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.revision < departments.revision {
            *known = Arc::new(departments);
        }
    }
}

impl App {
    /// As this process knows them now; a request asks once.
    pub fn departments(&self) -> Arc<Departments> {
        self.known_departments.get()
    }

    /// Retired ones too.
    pub fn department(&self, code: &DepartmentCode) -> Option<Arc<Department>> {
        self.departments().get(code).cloned()
    }
}
