//! The form of a driver's health certificate.

use crate::field::{Choice, Field, Form, Need, Section, entry};

use Need::{ByRule, Drawn, Optional, Required};
use Section::{Applicant, Conclusion, Examination, Issue, Register};

const fn text(max: usize) -> Form {
    Form::Text { max }
}

/// The driver service codes sex differently from the portal's XML.
const SEX: Form = Form::Choice(&[Choice::new("0", "Nam", "Male"), Choice::new("1", "Nữ", "Female")]);

const MEDIUM: Form = Form::Choice(&[
    Choice::new("0", "mg/100 ml máu", "mg/100 ml blood"),
    Choice::new("1", "mg/1 lít khí thở", "mg/1 l breath"),
]);

const DRUGS: Form =
    Form::Choice(&[Choice::new("0", "Âm tính", "Negative"), Choice::new("1", "Dương tính", "Positive")]);

const VERDICT: Form = Form::Choice(&[
    Choice::new("FIT", "Đủ điều kiện sức khỏe lái xe", "Fit to drive"),
    Choice::new("UNFIT", "Không đủ điều kiện sức khỏe lái xe", "Not fit to drive"),
    Choice::new("REEXAMINE", "Đạt tiêu chuẩn nhưng yêu cầu khám lại", "Meets the standard, to be examined again"),
]);

pub(crate) const FIELDS: &[Field] = &[
    entry("SO", Register, Form::CertificateNumber, Drawn, "Số giấy khám sức khỏe", "Certificate number"),
    entry("HOTEN", Applicant, Form::Name, Required, "Họ tên", "Full name"),
    entry("GIOITINHVAL", Applicant, SEX, Required, "Giới tính", "Sex"),
    entry("NGAYSINH", Applicant, Form::BirthDate, Required, "Ngày sinh", "Birth date"),
    entry(
        "SOCMND_PASSPORT",
        Applicant,
        Form::PaperNumber { kind: None },
        Required,
        "Số căn cước, CMND hoặc hộ chiếu",
        "Number of the citizen card, old card or passport",
    ),
    entry(
        "NGAYTHANGNAMCAPCMND",
        Applicant,
        Form::Date,
        Required,
        "Ngày cấp giấy tờ",
        "Day of issue of the identity paper",
    ),
    entry("NOICAP", Applicant, text(255), Required, "Nơi cấp giấy tờ", "Place of issue of the identity paper"),
    entry("DIACHITHUONGTRU", Applicant, text(255), Required, "Địa chỉ thường trú", "Permanent address"),
    entry("MATINH_THUONGTRU", Applicant, Form::Province, Required, "Tỉnh, thành phố thường trú", "Province"),
    entry(
        "MAXA_THUONGTRU",
        Applicant,
        Form::Commune { province: "MATINH_THUONGTRU" },
        Required,
        "Xã, phường thường trú",
        "Commune",
    ),
    entry("ECITIZENCODE", Applicant, text(50), Optional, "Mã công dân điện tử", "E-citizen code"),
    entry("MOBILE", Applicant, Form::Phone, Optional, "Điện thoại", "Telephone"),
    entry("EMAIL", Applicant, Form::Email, Optional, "Thư điện tử", "Mail address"),
    entry("HANGBANGLAI", Examination, Form::LicenceClasses, Required, "Hạng giấy phép lái xe", "Licence classes"),
    entry("NGAYKHAM", Examination, Form::Date, Optional, "Ngày khám", "Day of examination"),
    entry("MATUY", Examination, DRUGS, Required, "Xét nghiệm ma túy", "Drug test"),
    entry(
        "NONGDOCON",
        Examination,
        Form::Decimal,
        Optional,
        "Nồng độ cồn (để trống nếu không đo)",
        "Alcohol (empty when not tested)",
    ),
    entry("DVINONGDOCON", Examination, MEDIUM, ByRule, "Đơn vị nồng độ cồn", "Unit of alcohol"),
    entry("TINHTRANGBENH", Examination, text(1024), Optional, "Tình trạng bệnh", "Illness"),
    entry("KETLUAN", Conclusion, VERDICT, Required, "Kết luận", "Conclusion"),
    entry("NGAYKHAMLAI", Conclusion, Form::Date, ByRule, "Ngày khám lại", "Day of re-examination"),
    entry("LYDO", Conclusion, text(1024), ByRule, "Lý do", "Reason"),
    entry("NGAYKETLUAN", Conclusion, Form::Date, Required, "Ngày kết luận", "Day of conclusion"),
    entry("BACSYKETLUAN", Conclusion, Form::Name, Required, "Bác sĩ kết luận", "Concluding doctor"),
    entry("IDBENHVIEN", Issue, Form::Facility, Required, "Mã cơ sở KCB", "Facility code"),
    entry("BENHVIEN", Issue, text(255), Required, "Tên cơ sở KCB", "Facility name"),
];
