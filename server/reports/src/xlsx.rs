//! Office Open XML: a sheet of findings, then one sheet a section with numbers that are numbers.

use certificates::Lang;
use rust_xlsxwriter::{
    Chart, ChartType, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use crate::ReportError;
use crate::period::local;
use crate::report::Report;
use crate::section::{Cell, Section, say};

/// Characters a sheet's name may have (Excel's own limit).
const SHEET_NAME: usize = 31;

pub fn xlsx(report: &Report, lang: Lang) -> Result<Vec<u8>, ReportError> {
    let mut book = Workbook::new();
    let sections = report.sections(lang);
    let looks = Looks::new();
    let at = local(report.made_at);
    let created = ExcelDateTime::from_ymd(
        u16::try_from(at.year()).unwrap_or(1900).clamp(1900, 9999),
        u8::from(at.month()),
        at.day(),
    )?
    .and_hms(u16::from(at.hour()), at.minute(), f64::from(at.second()))?;
    book.set_properties(
        &DocProperties::new()
            .set_title(report.title(lang))
            .set_author(report.hospital.name.say(lang))
            .set_company(report.hospital.name.say(lang))
            .set_creation_datetime(&created),
    );
    let first = book.add_worksheet();
    first.set_name(say(lang, "Tóm tắt", "Summary"))?;
    first.set_column_width(0, 34)?.set_column_width(1, 110)?;
    first.write_string_with_format(0, 0, report.title(lang), &looks.title)?;
    first.write_string(1, 0, report.hospital.name.say(lang))?;
    first.write_string(2, 0, report.made(lang))?;
    for (row, section) in (4_u32..).zip(&sections) {
        first.write_string_with_format(row, 0, &section.topic, &looks.header)?;
        first.write_string_with_format(row, 1, &section.finding, &looks.words)?;
    }
    for (number, section) in (1..).zip(&sections) {
        let sheet = book.add_worksheet();
        sheet.set_name(sheet_name(number, &section.topic))?;
        write(sheet, section, &looks)?;
    }
    Ok(book.save_to_buffer()?)
}

/// The title stands in row 1, headers in row 3, figures below.
fn write(sheet: &mut Worksheet, section: &Section, looks: &Looks) -> Result<(), XlsxError> {
    const HEADERS: u32 = 2;
    sheet.write_string_with_format(0, 0, &section.finding, &looks.title)?;
    sheet.set_column_width(0, 36)?;
    for (column, header) in (0_u16..).zip(&section.table.headers) {
        sheet.write_string_with_format(HEADERS, column, header, &looks.header)?;
        if column > 0 {
            sheet.set_column_width(column, 15)?;
        }
    }
    for (row, cells) in (HEADERS + 1..).zip(&section.table.rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            match cell {
                // Always as a string: a name that begins with "=" is no formula.
                Cell::Words(text) => sheet.write_string_with_format(row, column, text, &looks.words)?,
                Cell::Count(number) => sheet.write_number_with_format(row, column, *number as f64, &looks.count)?,
                Cell::Minutes(minutes) => sheet.write_number_with_format(row, column, *minutes, &looks.minutes)?,
                Cell::Share(share) => sheet.write_number_with_format(row, column, *share, &looks.share)?,
                Cell::Nothing => sheet.write_blank(row, column, &looks.words)?,
            };
        }
    }
    let below = HEADERS + 1 + u32::try_from(section.table.rows.len()).unwrap_or(0);
    if let Some(note) = &section.note {
        sheet.write_string(below + 1, 0, note)?;
    }
    sheet.set_freeze_panes(HEADERS + 1, 1)?;
    if section.id == "check_ins" && section.table.rows.len() > 1 {
        // Not the last row, which is the total.
        let (first, last) = (HEADERS + 1, below - 2);
        let name = sheet.name();
        let mut chart = Chart::new(ChartType::Column);
        for column in [1, 3] {
            chart
                .add_series()
                .set_name((name.as_str(), HEADERS, column))
                .set_categories((name.as_str(), first, 0, last, 0))
                .set_values((name.as_str(), first, column, last, column));
        }
        chart.title().set_name(&section.finding);
        chart.set_alt_text(&section.finding).set_width(900).set_height(360);
        sheet.insert_chart(HEADERS, 5, &chart)?;
    }
    Ok(())
}

struct Looks {
    title: Format,
    header: Format,
    words: Format,
    count: Format,
    minutes: Format,
    share: Format,
}

impl Looks {
    fn new() -> Self {
        let cell = || Format::new().set_border_bottom(FormatBorder::Hair).set_align(FormatAlign::Top);
        Self {
            title: Format::new().set_bold().set_font_size(14),
            header: cell().set_bold().set_text_wrap(),
            words: cell().set_text_wrap(),
            count: cell().set_num_format("#,##0"),
            minutes: cell().set_num_format("0.0"),
            share: cell().set_num_format("0.0%"),
        }
    }
}

/// Without the characters that Excel forbids, and unique by its number.
fn sheet_name(number: usize, topic: &str) -> String {
    let topic: String = topic.chars().filter(|letter| !"[]:*?/\\'".contains(*letter)).collect();
    format!("{number} {topic}").chars().take(SHEET_NAME).collect::<String>().trim_end().to_owned()
}
