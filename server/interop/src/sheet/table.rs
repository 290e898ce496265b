//! Bytes as rows of named cells.

use csv::{ByteRecord, ReaderBuilder, Trim};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::finding::{Findings, Wrong};

/// The largest file.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;
/// The most lines of data.
pub const MAX_ROWS: usize = 20_000;
const MAX_COLUMNS: usize = 64;

/// A column that a kind of table knows.
pub(super) struct Column {
    /// The header in English; also what is said where it is missing.
    pub name: &'static str,
    /// Other headers, without marks, spaces and capitals.
    pub aliases: &'static [&'static str],
}

/// Where the known columns stand, and the rows.
pub(super) struct Table<'a> {
    text: &'a str,
    delimiter: u8,
    /// For each known column its place and its header as written.
    places: Vec<Option<(usize, String)>>,
    /// Lines before the one that the reader counts as the first.
    skipped: u64,
}

pub(super) struct Row<'t> {
    pub line: u64,
    record: ByteRecord,
    places: &'t [Option<(usize, String)>],
    columns: &'t [Column],
}

impl<'a> Table<'a> {
    pub fn open(bytes: &'a [u8], columns: &[Column]) -> Result<Self, Findings> {
        if bytes.len() > MAX_BYTES {
            return Err(Findings::one(Wrong::TooLarge));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| Findings::one(Wrong::NotUtf8))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        // Excel's own first line: sep=;
        let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
        let declared = first.trim_end().strip_prefix("sep=").filter(|declared| declared.len() == 1);
        let (delimiter, text, skipped) = match declared {
            Some(declared) => (declared.as_bytes()[0], rest, 1),
            None => (delimiter(first), text, 0),
        };
        let mut table = Self { text, delimiter, places: Vec::new(), skipped };
        let mut header = ByteRecord::new();
        let read = table.reader().read_byte_record(&mut header).unwrap_or(false);
        if !read {
            return Err(Findings::one(Wrong::Empty));
        }
        if header.len() > MAX_COLUMNS {
            return Err(Findings::one(Wrong::TooManyColumns));
        }
        let mut findings = Findings::default();
        let written: Vec<(String, String)> = header
            .iter()
            .map(|cell| String::from_utf8_lossy(cell).into_owned())
            .map(|cell| (bare(&cell), cell))
            .collect();
        for column in columns {
            let is_it = |bare_header: &str| bare_header == bare(column.name) || column.aliases.contains(&bare_header);
            let mut places = written.iter().enumerate().filter(|(_, (bare_header, _))| is_it(bare_header));
            let place = places.next();
            if let (Some(_), Some((_, (_, header)))) = (place, places.next()) {
                findings.add(skipped + 1, header, Wrong::HeaderTwice);
            }
            table.places.push(place.map(|(index, (_, header))| (index, header.clone())));
        }
        if findings.is_empty() { Ok(table) } else { Err(findings) }
    }

    pub fn has(&self, column: usize) -> bool {
        self.places[column].is_some()
    }

    pub fn header_line(&self) -> u64 {
        self.skipped + 1
    }

    fn reader(&self) -> csv::Reader<&'a [u8]> {
        ReaderBuilder::new()
            .delimiter(self.delimiter)
            .flexible(true)
            .has_headers(false)
            .trim(Trim::All)
            .from_reader(self.text.as_bytes())
    }

    /// Each row that is not empty, in order.
    pub fn each(&self, columns: &[Column], findings: &mut Findings, mut take: impl FnMut(&Row<'_>, &mut Findings)) {
        let mut reader = self.reader();
        let mut record = ByteRecord::new();
        let mut rows = 0;
        // The reader counts the end of a CRLF to the next row: lines are counted to where a row's text begins.
        let (text, mut counted, mut line) = (self.text.as_bytes(), 0, self.skipped + 1);
        // The first is the header. Reading from memory does not fail, and rows may have any length.
        let mut header = true;
        while reader.read_byte_record(&mut record).unwrap_or(false) {
            if std::mem::take(&mut header) || record.iter().all(<[u8]>::is_empty) {
                continue;
            }
            let begins =
                record.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(counted);
            let rest = text.get(begins..).unwrap_or_default();
            let begins = begins + rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            let passed = text.get(counted..begins).unwrap_or_default();
            line += passed.iter().filter(|byte| **byte == b'\n').map(|_| 1).sum::<u64>();
            counted = begins;
            rows += 1;
            if rows > MAX_ROWS {
                findings.add(line, "", Wrong::TooManyRows);
                return;
            }
            let row = Row { line, record: std::mem::take(&mut record), places: &self.places, columns };
            take(&row, findings);
            record = row.record;
        }
        if rows == 0 {
            findings.add(self.header_line(), "", Wrong::Empty);
        }
    }
}

impl Row<'_> {
    /// Empty where the column or the cell is not there.
    pub fn cell(&self, column: usize) -> &str {
        let place = self.places[column].as_ref();
        let cell = place.and_then(|(index, _)| self.record.get(*index)).unwrap_or_default();
        std::str::from_utf8(cell).unwrap_or_default().trim()
    }

    pub fn has(&self, column: usize) -> bool {
        self.places[column].is_some()
    }

    /// The header as the file writes it.
    pub fn header(&self, column: usize) -> &str {
        self.places[column].as_ref().map_or(self.columns[column].name, |(_, header)| header)
    }
}

/// Whichever of the three occurs most often in the header, outside quotes.
fn delimiter(header: &str) -> u8 {
    let mut quoted = false;
    let mut counts = [(0, b','), (0, b';'), (0, b'\t')];
    for byte in header.bytes() {
        if byte == b'"' {
            quoted = !quoted;
        }
        for (count, delimiter) in counts.iter_mut().filter(|(_, delimiter)| !quoted && *delimiter == byte) {
            *count += u32::from(*delimiter == byte);
        }
    }
    counts.into_iter().rev().max_by_key(|(count, _)| *count).map_or(b',', |(_, delimiter)| delimiter)
}

/// A header without marks, spaces, signs and capitals: "Số CCCD" is `socccd`.
pub(super) fn bare(text: &str) -> String {
    let letters = text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    letters.map(|c| if c == 'đ' { 'd' } else { c }).filter(|c| c.is_alphanumeric()).take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_the_same_with_and_without_marks() {
        assert_eq!(bare("\u{feff}Số Định-danh "), "sodinhdanh");
        assert_eq!(bare("Mã hẹn"), "mahen");
        assert_eq!(bare("appointment_id"), "appointmentid");
    }

    #[test]
    fn the_delimiter_is_what_the_header_uses() {
        assert_eq!(delimiter("a;b;c,d"), b';');
        assert_eq!(delimiter("\"a;b;c\",d"), b',');
        assert_eq!(delimiter("a\tb"), b'\t');
        assert_eq!(delimiter("a"), b',');
    }
}
