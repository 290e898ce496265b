//! Which counts may be published, so that no small one can be found out.
//!
//! One day is a tree: hours of a department, their sum (the department's day), and the sum of those (the hospital's day).
//! A count from 1 to *k* − 1 is *small*. Nothing is said about it; zeros are published, because nobody stands behind them.
//!
//! 1. In a department with a small hour, further hours are suppressed (*complementary* suppression) until at least two are
//!    and what is left of the sum would allow each of them to be anything from 1 to at least *k*: sum of the suppressed −
//!    (their number − 1) ≥ *k*. Where no such choice exists, or the sum itself is small, the sum is suppressed with all
//!    hours that are not zero.
//! 2. The same one level up: the suppressed sums of departments must be at least two and leave each of their hours that
//!    room; otherwise another department goes, in the end the hospital's day.
//! 3. Which one goes next is drawn by lot ([`Lots`]), small ones rather than large ones. A fixed choice, such as the
//!    smallest first, would tell somebody who knows the rules what the others are not: of 6, 3, ?, ? with the sum 13 both
//!    are 2, because a 3 would have been published and the other 3 suppressed.
//!
//! So whoever subtracts what is published from what is published finds for every suppressed count at least the
//! possibilities 1 to *k*, and who knows these rules but not the lots finds more than one. The tests below play both
//! attackers, the second over all small tables and all lots.

use sha2::{Digest, Sha256};

/// The smallest count that is published. At least 3: with 2, a count of 1 would be known to be 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold(u64);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the smallest count that is published is 3 or more")]
pub struct ThresholdError;

impl Threshold {
    pub fn new(smallest: u64) -> Result<Self, ThresholdError> {
        if (3..=1_000_000).contains(&smallest) { Ok(Self(smallest)) } else { Err(ThresholdError) }
    }

    pub fn smallest(self) -> u64 {
        self.0
    }
}

impl Default for Threshold {
    fn default() -> Self {
        Self(10)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Published {
    Count(u64),
    Suppressed,
}

/// One day as it is published: departments in the order given, hours in theirs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Day {
    pub total: Published,
    pub departments: Vec<DepartmentDay>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct DepartmentDay {
    pub total: Published,
    pub hours: Vec<Published>,
}

/// In which order what is not small is given up: the lowest first. A row a department, a column an hour.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lots {
    pub departments: Vec<f64>,
    pub hours: Vec<Vec<f64>>,
}

impl Lots {
    /// Every order is possible, the more likely the smaller the counts that go first (exponential lots weighted by the
    /// counts). The same secret and day give the same lots: a file that is published again tells nothing more.
    pub(crate) fn draw(secret: &[u8; 32], day: &str, counts: &[Vec<u64>]) -> Self {
        let lot = |department: usize, hour: usize, weight: u64| {
            let mut hash = Sha256::new();
            hash.update(secret);
            hash.update(day.as_bytes());
            hash.update((department as u64).to_be_bytes());
            hash.update((hour as u64).to_be_bytes());
            let digest: [u8; 32] = hash.finalize().into();
            let bits = digest[..7].iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte)) >> 3;
            let uniform = (bits as f64 + 0.5) / (1_u64 << 53) as f64;
            -uniform.ln() * weight as f64
        };
        let whole_day = usize::MAX;
        let departments = counts.iter().enumerate();
        let departments = departments.map(|(index, hours)| lot(index, whole_day, hours.iter().sum()));
        let hours = counts.iter().enumerate().map(|(index, hours)| {
            hours.iter().enumerate().map(|(hour, count)| lot(index, hour, *count)).collect::<Vec<f64>>()
        });
        Self { departments: departments.collect(), hours: hours.collect() }
    }
}

/// What may be published of a day's counts: a row a department, a column an hour.
pub(crate) fn day(counts: &[Vec<u64>], threshold: Threshold, lots: &Lots) -> Day {
    let k = threshold.smallest();
    let rows = counts.iter().zip(&lots.hours);
    let mut departments: Vec<DepartmentDay> = rows.map(|(hours, lots)| department(hours, lots, k)).collect();
    let sums: Vec<u64> = counts.iter().map(|hours| hours.iter().sum()).collect();
    let total: u64 = sums.iter().sum();
    loop {
        let hidden: Vec<usize> =
            (0..sums.len()).filter(|index| departments[*index].total == Published::Suppressed).collect();
        let sum: u64 = hidden.iter().map(|index| sums[*index]).sum();
        let hours: u64 =
            hidden.iter().map(|index| counts[*index].iter().filter(|count| **count > 0).count() as u64).sum();
        let total_is_small = (1..k).contains(&total);
        if !total_is_small && (hidden.is_empty() || (hidden.len() >= 2 && sum + 1 >= hours + k)) {
            return Day { total: Published::Count(total), departments };
        }
        let open = (0..sums.len()).filter(|index| departments[*index].total != Published::Suppressed);
        match lowest(open.filter(|index| sums[*index] > 0), &lots.departments) {
            Some(next) if !total_is_small => departments[next] = hidden_department(&counts[next]),
            Some(_) | None => return Day { total: Published::Suppressed, departments },
        }
    }
}

fn lowest(open: impl Iterator<Item = usize>, lots: &[f64]) -> Option<usize> {
    open.min_by(|one, other| lots[*one].total_cmp(&lots[*other]))
}

fn department(hours: &[u64], lots: &[f64], k: u64) -> DepartmentDay {
    let total: u64 = hours.iter().sum();
    if (1..k).contains(&total) {
        return hidden_department(hours);
    }
    let mut hidden: Vec<usize> = (0..hours.len()).filter(|index| (1..k).contains(&hours[*index])).collect();
    if hidden.is_empty() {
        return DepartmentDay {
            total: Published::Count(total),
            hours: hours.iter().map(|count| Published::Count(*count)).collect(),
        };
    }
    loop {
        let sum: u64 = hidden.iter().map(|index| hours[*index]).sum();
        if hidden.len() >= 2 && sum + 1 >= hidden.len() as u64 + k {
            let hours = hours.iter().enumerate().map(|(index, count)| {
                if hidden.contains(&index) { Published::Suppressed } else { Published::Count(*count) }
            });
            return DepartmentDay { total: Published::Count(total), hours: hours.collect() };
        }
        let open = (0..hours.len()).filter(|index| hours[*index] > 0 && !hidden.contains(index));
        match lowest(open, lots) {
            Some(next) => hidden.push(next),
            None => return hidden_department(hours),
        }
    }
}

/// Nothing but its zeros.
fn hidden_department(hours: &[u64]) -> DepartmentDay {
    let hours = hours.iter().map(|count| if *count == 0 { Published::Count(0) } else { Published::Suppressed });
    DepartmentDay { total: Published::Suppressed, hours: hours.collect() }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashMap};

    use proptest::prelude::*;

    use super::*;

    fn orders(count: usize) -> Vec<Vec<f64>> {
        if count == 0 {
            return vec![Vec::new()];
        }
        let shorter = orders(count - 1);
        let places = shorter.iter().flat_map(|order| (0..count).map(move |place| (order, place)));
        places
            .map(|(order, place)| {
                let mut longer = order.clone();
                longer.insert(place, count as f64);
                longer
            })
            .collect()
    }

    /// All lots that could have been drawn.
    fn all_lots(departments: usize, hours: usize) -> Vec<Lots> {
        let mut rows: Vec<Vec<Vec<f64>>> = vec![Vec::new()];
        for _ in 0..departments {
            let longer = rows.iter().flat_map(|rows| {
                orders(hours).into_iter().map(move |order| rows.iter().cloned().chain([order]).collect())
            });
            rows = longer.collect();
        }
        let all = orders(departments).into_iter().flat_map(|departments| {
            rows.iter().map(move |hours| Lots { departments: departments.clone(), hours: hours.clone() })
        });
        all.collect()
    }

    /// Somebody who knows the rules, and every table and lot that gives the same publication: what may a suppressed
    /// count be?
    fn attack(departments: usize, hours: usize, most: u64, k: u64) {
        let threshold = Threshold::new(k).expect("a threshold");
        let cells = departments * hours;
        let tables = (most + 1).pow(u32::try_from(cells).expect("small"));
        let lots = all_lots(departments, hours);
        let mut seen: HashMap<Day, Vec<BTreeSet<u64>>> = HashMap::new();
        for code in 0..tables {
            let digit = |place: usize| code / (most + 1).pow(place as u32) % (most + 1);
            let counts: Vec<Vec<u64>> =
                (0..departments).map(|row| (0..hours).map(|hour| digit(row * hours + hour)).collect()).collect();
            for lots in &lots {
                let possible =
                    seen.entry(day(&counts, threshold, lots)).or_insert_with(|| vec![BTreeSet::new(); cells]);
                for (cell, count) in counts.iter().flatten().enumerate() {
                    possible[cell].insert(*count);
                }
            }
        }
        // Where the day is published and no larger than `most`, every table it could come from was tried.
        let tried = |published: &Day| match published.total {
            Published::Count(total) => total <= most,
            Published::Suppressed => true,
        };
        assert!(seen.keys().any(|published| tried(published) && published.total != Published::Suppressed));
        for (published, possible) in seen.iter().filter(|(published, _)| tried(published)) {
            for (cell, count) in published.departments.iter().flat_map(|one| &one.hours).enumerate() {
                if *count == Published::Suppressed {
                    assert!(possible[cell].len() > 1, "{published:?} tells that cell {cell} is {:?}", possible[cell]);
                }
            }
        }
    }

    #[test]
    fn whoever_knows_the_rules_cannot_find_one_suppressed_hour_of_a_department() {
        attack(1, 3, 8, 3);
        attack(1, 3, 20, 5);
        attack(1, 4, 10, 3);
    }

    #[test]
    fn whoever_knows_the_rules_cannot_find_one_suppressed_hour_of_a_hospital() {
        attack(2, 2, 13, 3);
        attack(3, 2, 5, 3);
    }

    /// The bounds that follow from what is published alone.
    fn possibilities(published: &Day) -> Vec<(usize, u64)> {
        let open: u64 = published.departments.iter().map(known).sum();
        let hidden_hours =
            |one: &DepartmentDay| one.hours.iter().filter(|hour| **hour == Published::Suppressed).count();
        let mut highest = Vec::new();
        for (index, one) in published.departments.iter().enumerate() {
            if hidden_hours(one) == 0 {
                continue;
            }
            let (sum, among) = match (one.total, published.total) {
                (Published::Count(total), _) => (total - shown(one), hidden_hours(one)),
                (Published::Suppressed, Published::Count(total)) => {
                    let hidden = published.departments.iter().filter(|one| one.total == Published::Suppressed);
                    (total - open, hidden.map(hidden_hours).sum())
                }
                (Published::Suppressed, Published::Suppressed) => (u64::MAX, 1),
            };
            highest.push((index, sum - (among as u64 - 1)));
        }
        highest
    }

    fn shown(one: &DepartmentDay) -> u64 {
        one.hours.iter().map(|hour| if let Published::Count(count) = hour { *count } else { 0 }).sum()
    }

    fn known(one: &DepartmentDay) -> u64 {
        match one.total {
            Published::Count(total) => total,
            Published::Suppressed => shown(one),
        }
    }

    proptest! {
        #[test]
        fn what_can_be_subtracted_leaves_every_suppressed_count_the_room_from_one_to_the_threshold(
            counts in prop::collection::vec(prop::collection::vec(0_u64..40, 6), 1..6),
            k in 3_u64..15,
        ) {
            let published = day(&counts, Threshold::new(k).expect("a threshold"), &Lots::draw(&[7; 32], "2026-11-23", &counts));
            for (_, highest) in possibilities(&published) {
                prop_assert!(highest >= k);
            }
            let hidden = published.departments.iter().filter(|one| one.total == Published::Suppressed).count();
            if let Published::Count(_) = published.total {
                prop_assert!(hidden != 1, "one suppressed sum is the day less the others");
            }
        }

        #[test]
        fn nothing_small_is_published_and_nothing_wrong(
            counts in prop::collection::vec(prop::collection::vec(0_u64..40, 6), 1..6),
            k in 3_u64..15,
        ) {
            let published = day(&counts, Threshold::new(k).expect("a threshold"), &Lots::draw(&[7; 32], "2026-11-23", &counts));
            let small = |count: u64| (1..k).contains(&count);
            for (hours, one) in counts.iter().zip(&published.departments) {
                for (count, hour) in hours.iter().zip(&one.hours) {
                    if let Published::Count(said) = hour {
                        prop_assert!(said == count && !small(*said));
                    }
                    prop_assert!(*count > 0 || *hour == Published::Count(0), "zeros are nobody");
                }
                if let Published::Count(total) = one.total {
                    prop_assert!(total == hours.iter().sum::<u64>() && !small(total));
                }
            }
            if let Published::Count(total) = published.total {
                prop_assert!(!small(total));
            }
        }
    }

    #[test]
    fn a_busy_day_is_published_whole() {
        let counts = vec![vec![12, 0, 30], vec![40, 25, 10]];
        let published = day(&counts, Threshold::default(), &Lots::draw(&[7; 32], "2026-11-23", &counts));
        assert_eq!(published.total, Published::Count(117));
        assert!(published.departments.iter().flat_map(|one| &one.hours).all(|hour| *hour != Published::Suppressed));
    }

    #[test]
    fn a_threshold_that_protects_nobody_is_refused() {
        assert_eq!(Threshold::new(2), Err(ThresholdError));
        assert_eq!(Threshold::new(0), Err(ThresholdError));
    }
}
