//! A section answers one question: a sentence that says what was found, a chart, and the same figures as a table. Pages,
//! PDF, XLSX and CSV all show these and nothing else.

pub(crate) mod house;
pub(crate) mod identity;
pub(crate) mod people;

use certificates::Lang;
use print::Figure;

use crate::summary::Spread;
use crate::words;

#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Stable: names of sheets, anchors and rows.
    pub id: &'static str,
    /// "Thời gian chờ"
    pub topic: String,
    /// What it says, as a sentence.
    pub finding: String,
    pub figure: Option<Figure>,
    pub table: Table,
    /// How to read it, and what it does not say.
    pub note: Option<String>,
}

/// The first column names the rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub headers: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Words(String),
    Count(u64),
    /// One digit behind the point.
    Minutes(f64),
    /// 0 to 1.
    Share(f64),
    /// Nobody to measure.
    Nothing,
}

impl Cell {
    pub fn text(&self, lang: Lang) -> String {
        match self {
            Self::Words(text) => text.clone(),
            Self::Count(number) => words::count(*number, lang),
            Self::Minutes(minutes) => words::decimal(*minutes, lang),
            Self::Share(share) => match lang {
                Lang::Vi => format!("{}\u{a0}%", words::decimal(share * 100.0, lang)),
                Lang::En => format!("{}%", words::decimal(share * 100.0, lang)),
            },
            Self::Nothing => "–".to_owned(),
        }
    }

    pub(crate) fn minutes_of(seconds: Option<u32>) -> Self {
        seconds.map_or(Self::Nothing, |seconds| Self::Minutes(f64::from(seconds) / 60.0))
    }

    pub(crate) fn share_of(part: u64, whole: u64) -> Self {
        if whole == 0 { Self::Nothing } else { Self::Share(part as f64 / whole as f64) }
    }
}

impl Table {
    pub(crate) fn new(headers: &[&str]) -> Self {
        Self { headers: headers.iter().map(|header| (*header).to_owned()).collect(), rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }
}

pub(crate) fn say<'a>(lang: Lang, vi: &'a str, en: &'a str) -> &'a str {
    match lang {
        Lang::Vi => vi,
        Lang::En => en,
    }
}

/// "12 phút · 9/10 trong 34 phút"
pub(crate) fn spread_words(spread: &Spread, lang: Lang) -> String {
    let (median, p90) = (words::minutes(spread.median_s, lang), words::minutes(spread.p90_s, lang));
    match lang {
        Lang::Vi => format!("{median} · {p90}"),
        Lang::En => format!("{median} · {p90}"),
    }
}
