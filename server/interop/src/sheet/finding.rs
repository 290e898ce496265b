//! What is wrong with a table, where, and what to do. Nothing of a cell is repeated.

/// Everything that is wrong, in the order of the lines; `more` were found and not listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    pub findings: Vec<Finding>,
    pub more: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Of the file, from 1.
    pub line: u64,
    /// The header as the file writes it; the wanted one where it is missing; empty for a whole line.
    pub column: String,
    pub wrong: Wrong,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    NotUtf8,
    TooLarge,
    TooManyRows,
    TooManyColumns,
    Empty,
    HeaderMissing,
    HeaderTwice,
    Missing,
    /// Neither a citizen nor an insurance number stands in the line.
    NoNumber,
    /// The same as in an earlier line.
    Twice {
        line: u64,
    },
    Not(Expected),
    /// Not exactly one department is the reception.
    Reception,
}

/// What a cell should have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    Id,
    CitizenNumber,
    InsuranceNumber,
    HospitalNumber,
    Name,
    Birth,
    Department,
    Room,
    Moment,
    Day,
    Clock,
    Status,
    Prefix,
    YesOrNo,
    Minutes,
    Capacity,
    LaterThanOpening,
    Text,
}

const MAX_FINDINGS: usize = 200;

impl Findings {
    pub(super) fn add(&mut self, line: u64, column: &str, wrong: Wrong) {
        if self.findings.len() == MAX_FINDINGS {
            self.more += 1;
            return;
        }
        let column = column.chars().take(64).collect();
        self.findings.push(Finding { line, column, wrong });
    }

    pub(super) fn one(wrong: Wrong) -> Self {
        Self { findings: vec![Finding { line: 1, column: String::new(), wrong }], more: 0 }
    }

    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }
}

impl Wrong {
    /// Stable, for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotUtf8 => "not_utf8",
            Self::TooLarge => "too_large",
            Self::TooManyRows => "too_many_rows",
            Self::TooManyColumns => "too_many_columns",
            Self::Empty => "empty",
            Self::HeaderMissing => "header_missing",
            Self::HeaderTwice => "header_twice",
            Self::Missing => "missing",
            Self::NoNumber => "no_number",
            Self::Twice { .. } => "twice",
            Self::Not(_) => "form",
            Self::Reception => "reception",
        }
    }

    /// What is wrong and what to do, Vietnamese and English.
    pub fn words(self) -> (String, String) {
        let (vi, en) = match self {
            Self::NotUtf8 => (
                "Tệp không phải UTF-8. Trong Excel chọn Lưu dạng: CSV UTF-8.",
                "The file is not UTF-8. In Excel save it as: CSV UTF-8.",
            ),
            Self::TooLarge => ("Tệp lớn hơn 4 MiB. Hãy chia tệp.", "The file has more than 4 MiB. Split it."),
            Self::TooManyRows => {
                ("Có hơn 20 000 dòng. Hãy chia tệp.", "There are more than 20,000 lines. Split the file.")
            }
            Self::TooManyColumns => {
                ("Có hơn 64 cột. Hãy bỏ bớt cột.", "There are more than 64 columns. Leave some out.")
            }
            Self::Empty => ("Tệp không có dòng dữ liệu nào.", "The file has no line of data."),
            Self::HeaderMissing => ("Thiếu cột này. Hãy thêm cột.", "This column is missing. Add it."),
            Self::HeaderTwice => ("Cột này có hai lần. Hãy bỏ một cột.", "This column stands there twice. Remove one."),
            Self::Missing => ("Ô này trống. Hãy điền.", "This cell is empty. Fill it in."),
            Self::NoNumber => (
                "Không có số định danh, cũng không có mã thẻ BHYT. Hãy điền ít nhất một.",
                "There is neither a citizen number nor an insurance number. Fill in one at least.",
            ),
            Self::Twice { line } => {
                return (
                    format!("Trùng với dòng {line}. Hãy bỏ một dòng hoặc sửa mã."),
                    format!("The same as in line {line}. Remove one, or mend the code."),
                );
            }
            Self::Reception => (
                "Đúng một khoa phải là quầy tiếp đón (có). Hãy sửa cột này.",
                "Exactly one department is the reception (yes). Mend this column.",
            ),
            Self::Not(expected) => expected.words(),
        };
        (vi.to_owned(), en.to_owned())
    }
}

impl Expected {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Id => (
                "Mã hẹn phải có 1 đến 64 ký tự ASCII, không dấu cách.",
                "An id has 1 to 64 ASCII characters without spaces.",
            ),
            Self::CitizenNumber => (
                "Số định danh phải có 12 chữ số. Nếu Excel làm mất số 0 đầu, hãy đặt cột kiểu Văn bản.",
                "A citizen number has 12 digits. Where Excel dropped a leading 0, format the column as text.",
            ),
            Self::InsuranceNumber => (
                "Mã thẻ BHYT phải có 10 chữ số hoặc 15 ký tự (2 chữ hoa, 13 chữ số).",
                "An insurance number has 10 digits or 15 characters (two capitals, 13 digits).",
            ),
            Self::HospitalNumber => {
                ("Mã bệnh nhân có nhiều nhất 64 ký tự.", "A patient number has at most 64 characters.")
            }
            Self::Name => ("Họ tên có nhiều nhất 255 ký tự.", "A name has at most 255 characters."),
            Self::Birth => (
                "Ngày sinh viết dd/MM/yyyy, MM/yyyy hoặc yyyy.",
                "A birth date is written dd/MM/yyyy, MM/yyyy or yyyy.",
            ),
            Self::Department => (
                "Mã khoa gồm 1 đến 16 ký tự A-Z, 0-9, _ và -.",
                "A department code has 1 to 16 characters A-Z, 0-9, _ and -.",
            ),
            Self::Room => ("Phòng có 1 đến 32 ký tự.", "A room has 1 to 32 characters."),
            Self::Moment => (
                "Thời gian viết dd/MM/yyyy HH:mm hoặc yyyy-MM-dd HH:mm.",
                "A time is written dd/MM/yyyy HH:mm or yyyy-MM-dd HH:mm.",
            ),
            Self::Day => ("Ngày viết dd/MM/yyyy hoặc yyyy-MM-dd.", "A day is written dd/MM/yyyy or yyyy-MM-dd."),
            Self::Clock => ("Giờ viết HH:mm hoặc 7h30.", "A time of day is written HH:mm or 7h30."),
            Self::Status => (
                "Trạng thái là: đã hẹn, hoặc hủy (để trống là đã hẹn).",
                "A status is: booked, or cancelled (left empty: booked).",
            ),
            Self::Prefix => ("Tiền tố là một chữ cái hoa A-Z.", "A prefix is one capital letter A-Z."),
            Self::YesOrNo => ("Điền có hoặc không.", "Write yes or no."),
            Self::Minutes => (
                "Số phút là số từ 1 đến 999, số thấp không lớn hơn số cao, điền cả hai hoặc để trống cả hai.",
                "Minutes are numbers from 1 to 999, the low not above the high; fill in both or neither.",
            ),
            Self::Capacity => {
                ("Số lượt mỗi ngày là số từ 1 đến 9999.", "A capacity is a number of patients from 1 to 9999.")
            }
            Self::LaterThanOpening => (
                "Giờ đóng phải sau giờ mở; điền cả hai hoặc để trống cả hai.",
                "The closing time is after the opening time; fill in both or neither.",
            ),
            Self::Text => ("Có 1 đến 200 ký tự.", "It has 1 to 200 characters."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_findings_than_anybody_reads_are_counted() {
        let mut findings = Findings::default();
        for line in 0..MAX_FINDINGS as u64 + 5 {
            findings.add(line, &"x".repeat(500), Wrong::Missing);
        }
        assert_eq!((findings.findings.len(), findings.more), (MAX_FINDINGS, 5));
        assert_eq!(findings.findings[0].column.len(), 64);
    }
}
