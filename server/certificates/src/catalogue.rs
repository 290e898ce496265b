//! Provinces and communes in force since 01/07/2025 (QĐ 19/2025/QĐ-TTg): 34 provinces, 3,321 communes, no districts.
//!
//! The rows are written by `catalogue/build.py` from a pinned package (its version, hash and licence stand in their
//! heads) and carry validity dates, so that a later reform adds rows. Not here: the codes of divisions before the
//! reform, which no paper of today may carry; their names are, because chips still speak them (see [`propose`]).

mod search;

use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

use time::{Date, Month};

pub(crate) use search::search_key;
pub use search::{Proposal, Via, propose, search};

const COMMUNES: &str = include_str!("../catalogue/communes.tsv");
const FORMER: &str = include_str!("../catalogue/former.tsv");

/// A province of the catalogue.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProvinceCode(u16);

/// A commune of the catalogue. It knows its province, so the two can never disagree.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommuneCode(u16);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    #[error("no province with this code was in force on that day")]
    NoSuchProvince,
    #[error("no commune with this code was in force on that day")]
    NoSuchCommune,
}

struct Row {
    code: &'static str,
    name: &'static str,
    from: Date,
    to: Option<Date>,
}

struct CommuneRow {
    row: Row,
    province: ProvinceCode,
    /// The name without its type, ready to compare.
    key: String,
}

struct FormerCommune {
    name: &'static str,
    key: String,
    district: usize,
    now: Vec<CommuneCode>,
}

struct FormerDistrict {
    name: &'static str,
    key: String,
    province: usize,
}

/// Both tables, read once per process.
struct Catalogue {
    provinces: Vec<(Row, String)>,
    communes: Vec<CommuneRow>,
    by_code: HashMap<&'static str, Vec<CommuneCode>>,
    former_provinces: Vec<(&'static str, String)>,
    former_districts: Vec<FormerDistrict>,
    former_communes: Vec<FormerCommune>,
}

impl ProvinceCode {
    /// Two digits of a province that is in force on `day`.
    pub fn parse(text: &str, day: Date) -> Result<Self, CatalogueError> {
        let found = catalogue().provinces.iter().position(|(row, _)| row.code == text && row.in_force(day));
        found.and_then(index).map(Self).ok_or(CatalogueError::NoSuchProvince)
    }

    pub fn all(day: Date) -> impl Iterator<Item = Self> {
        let rows = catalogue().provinces.iter().enumerate();
        rows.filter(move |(_, (row, _))| row.in_force(day)).filter_map(|(at, _)| index(at).map(Self))
    }

    pub fn as_str(self) -> &'static str {
        self.row().code
    }

    /// With its type: "Tỉnh An Giang", "Thành phố Hải Phòng".
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Its communes on `day`, in the order of their codes.
    pub fn communes(self, day: Date) -> impl Iterator<Item = CommuneCode> {
        let rows = catalogue().communes.iter().enumerate();
        rows.filter(move |(_, commune)| commune.province == self && commune.row.in_force(day))
            .filter_map(|(at, _)| index(at).map(CommuneCode))
    }

    fn row(self) -> &'static Row {
        &catalogue().provinces[usize::from(self.0)].0
    }
}

impl CommuneCode {
    /// Five digits of a commune that is in force on `day`.
    pub fn parse(text: &str, day: Date) -> Result<Self, CatalogueError> {
        let candidates = catalogue().by_code.get(text).ok_or(CatalogueError::NoSuchCommune)?;
        let found = candidates.iter().find(|code| code.entry().row.in_force(day));
        found.copied().ok_or(CatalogueError::NoSuchCommune)
    }

    pub fn as_str(self) -> &'static str {
        self.entry().row.code
    }

    /// With its type: "Phường Hồng Bàng", "Xã Hòa An", "Đặc khu Phú Quốc".
    pub fn name(self) -> &'static str {
        self.entry().row.name
    }

    pub fn province(self) -> ProvinceCode {
        self.entry().province
    }

    fn entry(self) -> &'static CommuneRow {
        &catalogue().communes[usize::from(self.0)]
    }
}

impl fmt::Debug for ProvinceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProvinceCode({})", self.as_str())
    }
}

impl fmt::Debug for CommuneCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CommuneCode({})", self.as_str())
    }
}

impl Row {
    fn in_force(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

fn index(at: usize) -> Option<u16> {
    u16::try_from(at).ok()
}

fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| Catalogue::read(COMMUNES, FORMER))
}

impl Catalogue {
    /// The tables are part of this crate: a row that does not read is left out, and a test counts the rows.
    fn read(communes: &'static str, former: &'static str) -> Self {
        let mut read = Self {
            provinces: Vec::new(),
            communes: Vec::new(),
            by_code: HashMap::new(),
            former_provinces: Vec::new(),
            former_districts: Vec::new(),
            former_communes: Vec::new(),
        };
        for line in communes.lines() {
            let columns: Vec<&'static str> = line.split('\t').collect();
            if let [kind, code, name, from, to] = columns.as_slice()
                && let Some(from) = iso(from)
            {
                read.add(kind, Row { code, name, from, to: iso(to) });
            }
        }
        for line in former.lines() {
            let columns: Vec<&'static str> = line.split('\t').collect();
            match columns.as_slice() {
                ["P", name] => read.former_provinces.push((name, search::short_key(name))),
                ["D", name] => read.former_districts.push(FormerDistrict {
                    name,
                    key: search::short_key(name),
                    province: read.former_provinces.len().saturating_sub(1),
                }),
                ["C", name, codes] => {
                    let now = codes.split(' ').filter_map(|code| read.by_code.get(code)).flatten().copied().collect();
                    let district = read.former_districts.len().saturating_sub(1);
                    read.former_communes.push(FormerCommune { name, key: search::short_key(name), district, now });
                }
                _ => {}
            }
        }
        read
    }

    fn add(&mut self, kind: &str, row: Row) {
        let key = search::short_key(row.name);
        if kind == "P" {
            self.provinces.push((row, key));
        } else if let (Some(province), Some(code)) = (self.provinces.len().checked_sub(1), index(self.communes.len())) {
            self.by_code.entry(row.code).or_default().push(CommuneCode(code));
            let province = ProvinceCode(u16::try_from(province).unwrap_or_default());
            self.communes.push(CommuneRow { row, province, key });
        }
    }
}

/// `yyyy-MM-dd` of the table.
fn iso(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    const TODAY: Date = date!(2026 - 11 - 23);

    #[test]
    fn the_country_has_34_provinces_and_3321_communes() {
        assert_eq!(ProvinceCode::all(TODAY).count(), 34);
        assert_eq!(ProvinceCode::all(TODAY).map(|p| p.communes(TODAY).count()).sum::<usize>(), 3321);
        assert_eq!(catalogue().former_provinces.len(), 63);
        assert_eq!(catalogue().former_communes.len(), 10_035);
        assert!(catalogue().former_communes.iter().all(|former| !former.now.is_empty()));
    }

    #[test]
    fn the_tables_name_their_source_hash_and_licence() {
        for table in [COMMUNES, FORMER] {
            for head in ["# package ", "# sha256 ", "# licence "] {
                assert!(table.lines().take(6).any(|line| line.starts_with(head)), "{head}");
            }
        }
    }

    #[test]
    fn codes_are_in_force_from_the_day_of_the_reform() {
        assert!(ProvinceCode::parse("31", date!(2025 - 07 - 01)).is_ok());
        assert_eq!(ProvinceCode::parse("31", date!(2025 - 06 - 30)), Err(CatalogueError::NoSuchProvince));
        assert_eq!(CommuneCode::parse("00004", date!(2025 - 06 - 30)), Err(CatalogueError::NoSuchCommune));
    }

    #[test]
    fn a_commune_knows_its_province() {
        let commune = CommuneCode::parse("00004", TODAY).expect("commune");
        assert_eq!((commune.name(), commune.province().as_str()), ("Phường Ba Đình", "01"));
        assert_eq!(commune.province().name(), "Thành phố Hà Nội");
        assert_eq!(CommuneCode::parse("99999", TODAY), Err(CatalogueError::NoSuchCommune));
        assert_eq!(ProvinceCode::parse("77", TODAY), Err(CatalogueError::NoSuchProvince));
    }
}
