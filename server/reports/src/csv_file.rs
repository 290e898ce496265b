//! RFC 4180, with a byte order mark so that spreadsheets read UTF-8, and guarded so that no cell is a formula.

use certificates::Lang;

use crate::ReportError;
use crate::report::Report;
use crate::section::Cell;

const BYTE_ORDER_MARK: &str = "\u{FEFF}";

/// One figure a line: section, row, column, value. Numbers are written for machines (`0.125`, minutes with one digit).
pub fn csv(report: &Report, lang: Lang) -> Result<Vec<u8>, ReportError> {
    let mut file = File::new(&match lang {
        Lang::Vi => ["ky", "bang", "chu_de", "dong", "cot", "gia_tri"],
        Lang::En => ["period", "table", "topic", "row", "column", "value"],
    })?;
    let period = report.period.to_string();
    for section in report.sections(lang) {
        for row in &section.table.rows {
            let Some((label, cells)) = row.split_first() else { continue };
            for (header, cell) in section.table.headers.iter().skip(1).zip(cells) {
                let (label, value) = (label.text(lang), machine(cell));
                file.line(&[&period, section.id, &section.topic, &label, header, &value])?;
            }
        }
    }
    file.finish()
}

fn machine(cell: &Cell) -> String {
    match cell {
        Cell::Words(text) => text.clone(),
        Cell::Count(number) => number.to_string(),
        Cell::Minutes(minutes) => format!("{minutes:.1}"),
        Cell::Share(share) => format!("{share:.4}"),
        Cell::Nothing => String::new(),
    }
}

/// A CSV file being written.
pub(crate) struct File(::csv::Writer<Vec<u8>>);

impl File {
    pub(crate) fn new(headers: &[&str]) -> Result<Self, ReportError> {
        let start = BYTE_ORDER_MARK.as_bytes().to_vec();
        let writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(start);
        let mut file = Self(writer);
        file.line(headers)?;
        Ok(file)
    }

    pub(crate) fn line(&mut self, cells: &[&str]) -> Result<(), ReportError> {
        Ok(self.0.write_record(cells.iter().map(|cell| guarded(cell)))?)
    }

    pub(crate) fn finish(self) -> Result<Vec<u8>, ReportError> {
        self.0.into_inner().map_err(|error| ::csv::Error::from(error.into_error()).into())
    }
}

/// A spreadsheet takes a cell that begins so for a formula (OWASP, "CSV injection"); an apostrophe makes it text. Ours are
/// never negative numbers.
fn guarded(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_department_called_like_a_formula_stays_a_name() {
        let mut file = File::new(&["name"]).expect("a file");
        file.line(&["=HYPERLINK(\"http://example.org\")"]).expect("a line");
        file.line(&["Khoa Nội, tầng 2"]).expect("a line");
        let text = String::from_utf8(file.finish().expect("bytes")).expect("UTF-8");
        assert_eq!(text, "\u{FEFF}name\r\n\"'=HYPERLINK(\"\"http://example.org\"\")\"\r\n\"Khoa Nội, tầng 2\"\r\n");
    }
}
