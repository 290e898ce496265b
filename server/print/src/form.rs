//! The three forms: which field stands where, in the words of the official papers.

use certificates::catalogue::{CommuneCode, ProvinceCode};
use certificates::{Draft, Field, Form, Kind, Lang, Settings, field};
use time::{Date, OffsetDateTime};

use crate::annex::Annex;
use crate::paper::{Code, Facility, Line, Paper, Part, Row, Seal, SignatureBox, Standing};

/// What the paper says besides its fields.
#[derive(Clone)]
pub struct Issue {
    pub facility: Facility,
    pub number: Option<String>,
    pub standing: Standing,
    /// Before the date of issue: "Hải Phòng".
    pub place: String,
    pub signatures: Signatures,
    pub codes: Vec<Code>,
    pub verification: Vec<String>,
    pub annex: Option<Annex>,
    /// Local time.
    pub made_at: OffsetDateTime,
}

/// What shows who stands for the paper. Without a seal there is room for a hand.
#[derive(Clone, Default)]
pub struct Signatures {
    /// The citizen's confirmation.
    pub citizen: Option<Seal>,
    /// Names and signatures of practitioners. The first signs where the form has its place, others get a box of their
    /// own.
    pub practitioners: Vec<(String, Seal)>,
    pub facility: Option<Seal>,
}

/// The draft in the form of its kind.
pub fn compose(draft: &Draft, settings: &Settings, issue: Issue) -> Paper {
    let made_on = issue.made_at.date();
    let reader = Reader { draft, settings, day: date(draft.get(day_field(draft.kind()))).unwrap_or(made_on) };
    let place_and_date = reader.place_and_date(&issue.place);
    let Signatures { citizen, practitioners, facility } = issue.signatures;
    let mut practitioners = practitioners.into_iter();
    let first = practitioners.next();
    let mut signatures = match draft.kind() {
        Kind::Birth => vec![
            hand("Cha, mẹ hoặc người thân thích", SIGN, citizen, None),
            practitioner("Người đỡ đẻ", reader.said("NGUOI_DO_DE"), first),
            hand("Người ghi phiếu", SIGN, None, Some(reader.said("NGUOI_GHI_PHIEU"))),
            hand("Thủ trưởng cơ sở khám bệnh, chữa bệnh", SEAL, facility, Some(reader.said("THU_TRUONG_DVI"))),
        ],
        Kind::Death => vec![
            hand("Người thân thích", SIGN, citizen, Some(reader.said("NGUOI_THANTHICH"))),
            practitioner("Người ghi giấy", reader.said("NGUOI_GHIGIAY"), first),
            hand("Thủ trưởng cơ sở khám bệnh, chữa bệnh", SEAL, facility, Some(reader.said("TTRUONG_DVI"))),
        ],
        Kind::Driver => vec![
            hand("Người được khám", SIGN, citizen, Some(reader.said("HOTEN"))),
            practitioner("Người kết luận", reader.said("BACSYKETLUAN"), first),
            hand("Cơ sở khám bệnh, chữa bệnh", "(Đóng dấu)", facility, Some(reader.said("BENHVIEN"))),
        ],
    };
    for (name, seal) in practitioners {
        signatures.push(hand("Người hành nghề", SIGN, Some(seal), Some(name)));
    }
    Paper {
        facility: issue.facility,
        title: draft.kind().title().vi.to_owned(),
        subtitle: None,
        form: legal_basis(draft.kind()).to_owned(),
        number: issue.number,
        register: reader.register(),
        standing: issue.standing,
        parts: match draft.kind() {
            Kind::Birth => birth(&reader),
            Kind::Death => death(&reader),
            Kind::Driver => driver(&reader),
        },
        place_and_date,
        signatures,
        codes: issue.codes,
        verification: issue.verification,
        annex: issue.annex,
        made_at: issue.made_at,
    }
}

const SIGN: &str = "(Ký, ghi rõ họ tên)";
const SEAL: &str = "(Ký, ghi rõ họ tên, đóng dấu)";

fn legal_basis(kind: Kind) -> &'static str {
    match kind {
        Kind::Birth => "Mẫu theo Thông tư 22/2025/TT-BYT",
        Kind::Death => "Mẫu 05, Thông tư 25/2025/TT-BYT",
        Kind::Driver => "Mẫu theo Thông tư 36/2024/TT-BYT",
    }
}

fn day_field(kind: Kind) -> &'static str {
    match kind {
        Kind::Birth => "NGAY_CT",
        Kind::Death => "NGAY_CAPGIAYBT",
        Kind::Driver => "NGAYKETLUAN",
    }
}

fn birth(r: &Reader<'_>) -> Vec<Part> {
    let mut mother = vec![
        r.row(&[("Họ và tên mẹ", "HOTEN_NND")]),
        r.row(&[("Ngày sinh", "NGAYSINH_NND"), ("Dân tộc", "MA_DANTOC_NND"), ("Quốc tịch", "MA_QUOCTICH_NND")]),
        Row::one("Nơi cư trú", &r.address("NOI_CU_TRU_NND", "MAXA_CU_TRU", "MATINH_CU_TRU")),
        r.row(&[("Mã số BHXH", "MA_BHXH_NND"), ("Thẻ BHYT", "MA_THE_NND")]),
        r.row(&[("Giấy tờ tùy thân", "LOAI_GIAYTO_NND"), ("Số", "SO_CCCD_NND")]),
        r.row(&[("Ngày cấp", "NGAYCAP_CCCD_NND"), ("Nơi cấp", "NOICAP_CCCD_NND")]),
        r.row(&[("Họ và tên cha", "HO_TEN_CHA")]),
    ];
    if r.has("SO_CCCD_CHA_NND") {
        mother.push(r.row(&[("Ngày sinh của cha", "NGAYSINH_CHA_NND"), ("Dân tộc của cha", "MA_DANTOC_CHA_NND")]));
        mother.push(r.row(&[("Giấy tờ của cha", "LOAI_GIAYTO_CHA_NND"), ("Số", "SO_CCCD_CHA_NND")]));
    }
    let mut parts = vec![Part { title: None, rows: mother }];
    if r.has("HOTEN_MTH") {
        let rows = vec![
            r.row(&[("Họ và tên", "HOTEN_MTH")]),
            r.row(&[("Ngày sinh", "NGAYSINH_MTH"), ("Dân tộc", "MA_DANTOC_MTH"), ("Quốc tịch", "MA_QUOCTICH_MTH")]),
            Row::one("Nơi cư trú", &r.address("NOI_CU_TRU_MTH", "MAXA_CU_TRU_MTH", "MATINH_CU_TRU_MTH")),
            r.row(&[("Giấy tờ tùy thân", "LOAI_GIAYTO_MTH"), ("Số", "SO_CCCD_MTH")]),
            r.row(&[("Họ và tên chồng", "HO_TEN_CHA_MTH"), ("Số giấy tờ", "SO_CCCD_CHA_MTH")]),
        ];
        parts.push(Part { title: Some("Mang thai hộ".to_owned()), rows });
    }
    let child = vec![
        r.row(&[("Đã sinh con vào lúc", "NGAY_SINH_CON")]),
        r.row(&[("Tại", "NOI_SINH_CON")]),
        r.row(&[("Lần sinh thứ", "LAN_SINH"), ("Số con hiện sống", "SO_CON_SONG"), ("Số con lần này", "SO_CON")]),
        r.row(&[("Giới tính của con", "GIOI_TINH_CON"), ("Cân nặng (gam)", "CAN_NANG_CON")]),
        r.row(&[("Hiện trạng con", "TINH_TRANG_CON")]),
        r.row(&[("Sinh phẫu thuật", "SINHCON_PHAUTHUAT"), ("Sinh dưới 32 tuần", "SINHCON_DUOI32TUAN")]),
        r.row(&[("Dự định đặt tên con là", "TEN_CON")]),
        r.row(&[("Thẻ BHYT tạm của trẻ", "MA_THE_TAM")]),
        r.row(&[("Ghi chú", "GHI_CHU")]),
    ];
    parts.push(Part { title: None, rows: child });
    parts
}

fn death(r: &Reader<'_>) -> Vec<Part> {
    let person = vec![
        r.row(&[("Họ, chữ đệm, tên người chết", "HO_TEN")]),
        r.row(&[("Ngày, tháng, năm sinh", "NGAY_SINH"), ("Giới tính", "GIOI_TINH")]),
        r.row(&[("Dân tộc", "MA_DANTOC"), ("Quốc tịch", "MA_QUOCTICH")]),
        Row::one("Nơi thường trú", &r.address("DCHI_THUONGTRU", "MAXA_THUONGTRU", "MATINH_THUONGTRU")),
        Row::one("Nơi ở hiện tại", &r.address("DCHI_HIENTAI", "MAXA_HIENTAI", "MATINH_HIENTAI")),
        r.row(&[("Giấy tờ tùy thân", "LOAI_GIAYTO"), ("Số", "SO_GIAYTO")]),
        r.row(&[("Ngày cấp", "NGAY_CAP"), ("Nơi cấp", "NOI_CAP")]),
        r.row(&[("Mã số BHXH", "MA_BHXH"), ("Thẻ BHYT", "MA_THE")]),
    ];
    let death = vec![
        r.row(&[("Vào viện lúc", "NGAYGIO_VV")]),
        r.row(&[("Đã chết vào lúc", "NGAY_TV")]),
        r.row(&[("Tình trạng", "TINH_TRANG_TV")]),
        r.row(&[("Nguyên nhân", "NGUYENNHAN_TV")]),
        r.row(&[("Mã bệnh ICD-10", "BENH_ICD10_ID"), ("Tên bệnh", "BENH_ICD10_TEN")]),
    ];
    let mut parts = vec![Part { title: None, rows: person }, Part { title: None, rows: death }];
    if r.has("SO_BAOTU_BD") {
        let rows = vec![r.row(&[("Số", "SO_BAOTU_BD"), ("Quyển số", "QUYEN_SO_BD")])];
        parts.push(Part { title: Some("Cấp lại cho giấy".to_owned()), rows });
    }
    parts
}

fn driver(r: &Reader<'_>) -> Vec<Part> {
    let person = vec![
        r.row(&[("Họ và tên", "HOTEN")]),
        r.row(&[("Giới tính", "GIOITINHVAL"), ("Ngày sinh", "NGAYSINH")]),
        r.row(&[("Số căn cước, CMND hoặc hộ chiếu", "SOCMND_PASSPORT")]),
        r.row(&[("Ngày cấp", "NGAYTHANGNAMCAPCMND"), ("Nơi cấp", "NOICAP")]),
        Row::one("Nơi thường trú", &r.address("DIACHITHUONGTRU", "MAXA_THUONGTRU", "MATINH_THUONGTRU")),
        r.row(&[("Đề nghị khám để lái xe hạng", "HANGBANGLAI")]),
    ];
    let tests = vec![
        r.row(&[("Xét nghiệm ma túy", "MATUY")]),
        r.row(&[("Nồng độ cồn", "NONGDOCON"), ("Đơn vị", "DVINONGDOCON")]),
        r.row(&[("Tình trạng bệnh", "TINHTRANGBENH")]),
    ];
    let class = r.said("HANGBANGLAI");
    let verdict = r.said("KETLUAN");
    let mut conclusion = vec![Row::one("Kết luận", &format!("{verdict}, hạng {class}"))];
    for (label, code) in [("Khám lại ngày", "NGAYKHAMLAI"), ("Lý do", "LYDO")] {
        if r.has(code) {
            conclusion.push(r.row(&[(label, code)]));
        }
    }
    if r.draft.get("KETLUAN") != "UNFIT" {
        let until = r
            .day
            .replace_year(r.day.year() + 1)
            .or_else(|_| Date::from_calendar_date(r.day.year() + 1, time::Month::February, 28));
        if let Ok(until) = until {
            conclusion.push(Row::one("Có giá trị đến hết ngày", &slashes(until)));
        }
    }
    vec![
        Part { title: None, rows: person },
        Part { title: Some("Kết quả khám".to_owned()), rows: tests },
        Part { title: Some("Kết luận".to_owned()), rows: conclusion },
    ]
}

fn hand(title: &str, hint: &str, seal: Option<Seal>, name: Option<String>) -> SignatureBox {
    let name = name.filter(|name| !name.is_empty());
    SignatureBox { title: title.to_owned(), hint: hint.to_owned(), seal, name }
}

fn practitioner(title: &str, on_the_form: String, signed: Option<(String, Seal)>) -> SignatureBox {
    match signed {
        // Who signed with the key is named as the account is; the form's name stands in its own line otherwise.
        Some((name, seal)) => hand(title, SIGN, Some(seal), Some(name)),
        None => hand(title, SIGN, None, Some(on_the_form)),
    }
}

struct Reader<'a> {
    draft: &'a Draft,
    settings: &'a Settings,
    /// The day of issue: names are those of that day.
    day: Date,
}

impl Reader<'_> {
    fn has(&self, code: &str) -> bool {
        !self.draft.get(code).is_empty()
    }

    fn row(&self, lines: &[(&str, &str)]) -> Row {
        Row(lines.iter().map(|(label, code)| Line::new(label, &self.said(code))).collect())
    }

    /// The value in words: codes become names.
    fn said(&self, code: &str) -> String {
        let text = self.draft.get(code);
        match field(self.draft.kind(), code) {
            Some(field) if !text.is_empty() => self.words(field, text),
            Some(_) | None => text.to_owned(),
        }
    }

    fn words(&self, field: &Field, text: &str) -> String {
        let named = match field.form {
            Form::Commune { .. } => CommuneCode::parse(text, self.day).ok().map(|commune| commune.name().to_owned()),
            Form::Province => ProvinceCode::parse(text, self.day).ok().map(|province| province.name().to_owned()),
            Form::BhxhCode if text == "0000000000" => Some("chưa có".to_owned()),
            Form::Date | Form::BirthDate => date(text).map(slashes),
            _ => {
                let offers = field.offers(self.settings, self.day, Lang::Vi);
                offers.into_iter().find(|offer| offer.value == text).map(|offer| offer.label)
            }
        };
        named.unwrap_or_else(|| text.to_owned())
    }

    /// House and street, commune, province: what the text says already is not said twice.
    fn address(&self, text: &str, commune: &str, province: &str) -> String {
        let mut address = self.said(text);
        for part in [self.said(commune), self.said(province)] {
            if !part.is_empty() && !address.to_lowercase().contains(&part.to_lowercase()) {
                if !address.is_empty() {
                    address.push_str(", ");
                }
                address.push_str(&part);
            }
        }
        address
    }

    fn register(&self) -> Option<String> {
        let (number, book) = match self.draft.kind() {
            Kind::Birth => ("SO", "QUYEN_SO"),
            Kind::Death => ("SO_BAOTU", "QUYEN_SO"),
            Kind::Driver => return None,
        };
        let (number, book) = (self.said(number), self.said(book));
        (!number.is_empty() || !book.is_empty()).then(|| format!("Số trong sổ: {number} · Quyển số: {book}"))
    }

    fn place_and_date(&self, place: &str) -> String {
        let day = format!("ngày {:02} tháng {:02} năm {}", self.day.day(), u8::from(self.day.month()), self.day.year());
        if place.is_empty() { day } else { format!("{place}, {day}") }
    }
}

/// `dd/MM/yyyy`, `yyyy-MM-dd` or `yyyyMMdd`.
fn date(text: &str) -> Option<Date> {
    let digits: Vec<&str> = text.split(['/', '-']).collect();
    let (day, month, year) = match digits.as_slice() {
        [day, month, year] if year.len() == 4 => (*day, *month, *year),
        [year, month, day] if year.len() == 4 => (*day, *month, *year),
        [whole] if whole.len() == 8 && whole.is_ascii() => (&whole[6..], &whole[4..6], &whole[..4]),
        _ => return None,
    };
    let month = time::Month::try_from(month.parse::<u8>().ok()?).ok()?;
    Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()
}

fn slashes(date: Date) -> String {
    format!("{:02}/{:02}/{}", date.day(), u8::from(date.month()), date.year())
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    fn issue() -> Issue {
        Issue {
            facility: Facility { authority: None, name: "BV".into(), code: "31999".into(), address: None },
            number: None,
            standing: Standing::Draft,
            place: "Hải Phòng".into(),
            signatures: Signatures::default(),
            codes: Vec::new(),
            verification: Vec::new(),
            annex: None,
            made_at: datetime!(2026-11-23 08:00 +7),
        }
    }

    #[test]
    fn codes_become_names_and_every_field_of_the_form_is_a_field() {
        let draft = Draft::new(Kind::Death)
            .with("HO_TEN", "Nguyễn Văn Mẫu")
            .and_then(|draft| draft.with("GIOI_TINH", "1"))
            .and_then(|draft| draft.with("NGAY_SINH", "19850115"))
            .and_then(|draft| draft.with("DCHI_THUONGTRU", "Số 5"))
            .and_then(|draft| draft.with("MATINH_THUONGTRU", "31"))
            .and_then(|draft| draft.with("NGAY_CAPGIAYBT", "2026-11-20"));
        let paper = compose(&draft.expect("fields"), &Settings::default(), issue());
        let said: Vec<&str> = paper
            .parts
            .iter()
            .flat_map(|part| &part.rows)
            .flat_map(|Row(lines)| lines)
            .map(|line| line.value.as_str())
            .collect();
        for words in ["Nguyễn Văn Mẫu", "Nam", "15/01/1985", "Số 5, Thành phố Hải Phòng"] {
            assert!(said.contains(&words), "{words}: {said:?}");
        }
        assert_eq!(paper.place_and_date, "Hải Phòng, ngày 20 tháng 11 năm 2026");
        assert_eq!(date("31/02/2026"), None);
        assert_eq!(date("ngày nào đó"), None);
        assert_eq!(date("20261123"), Some(date!(2026 - 11 - 23)));
    }

    #[test]
    fn a_fit_driver_reads_until_when() {
        let draft = Draft::new(Kind::Driver)
            .with("KETLUAN", "FIT")
            .and_then(|draft| draft.with("HANGBANGLAI", "B"))
            .and_then(|draft| draft.with("NGAYKETLUAN", "23/11/2026"));
        let paper = compose(&draft.expect("fields"), &Settings::default(), issue());
        let last = paper.parts.last().and_then(|part| part.rows.last()).expect("a row");
        assert_eq!(last.0[0].value, "23/11/2027");
    }
}
