//! The form of a death notice: the 38 elements without MAHUYEN_THUONGTRU and MAHUYEN_HIENTAI, empty since 01/07/2025.

use crate::field::{Choice, Field, Form, Need, PAPER_KINDS, SEXES, Section, entry};

use Need::{ByRule, Drawn, Optional, Required};
use Section::{Death, Deceased, Issue, Register, Residence};

const fn text(max: usize) -> Form {
    Form::Text { max }
}

const PLACE: Form = Form::Choice(&[
    Choice::new("0", "Tại cơ sở khám bệnh, chữa bệnh", "In care"),
    Choice::new("1", "Trên đường đến cấp cứu", "On the way to emergency care"),
]);

pub(crate) const FIELDS: &[Field] = &[
    entry("MA_GBT", Register, Form::CertificateNumber, Drawn, "Mã giấy báo tử", "Number of the notice"),
    entry("SO_BAOTU", Register, text(255), Required, "Số giấy báo tử trong sổ", "Register number"),
    entry("QUYEN_SO", Register, text(50), Required, "Quyển số", "Register book"),
    entry("SO_BAOTU_BD", Register, text(250), ByRule, "Số của giấy cấp lần đầu", "Register number of the first issue"),
    entry(
        "QUYEN_SO_BD",
        Register,
        text(50),
        ByRule,
        "Quyển số của giấy cấp lần đầu",
        "Register book of the first issue",
    ),
    entry("MA_BN", Register, text(255), Optional, "Mã bệnh nhân", "Patient code"),
    entry("MA_HSBA", Register, text(100), Optional, "Số hồ sơ bệnh án", "Medical record number"),
    entry("HO_TEN", Deceased, Form::Name, Required, "Họ tên người đã mất", "Full name of the person who died"),
    entry("NGAY_SINH", Deceased, Form::BirthDate, Required, "Ngày sinh", "Birth date"),
    entry("GIOI_TINH", Deceased, SEXES, Required, "Giới tính", "Sex"),
    entry("LOAI_GIAYTO", Deceased, PAPER_KINDS, Required, "Loại giấy tờ", "Identity paper"),
    entry(
        "SO_GIAYTO",
        Deceased,
        Form::PaperNumber { kind: Some("LOAI_GIAYTO") },
        ByRule,
        "Số giấy tờ",
        "Number of the identity paper",
    ),
    entry("NGAY_CAP", Deceased, Form::Date, ByRule, "Ngày cấp giấy tờ", "Day of issue of the identity paper"),
    entry("NOI_CAP", Deceased, text(250), ByRule, "Nơi cấp giấy tờ", "Place of issue of the identity paper"),
    entry("MA_DANTOC", Deceased, Form::Ethnicity, Required, "Dân tộc", "Ethnicity"),
    entry("MA_QUOCTICH", Deceased, Form::Nationality, Required, "Quốc tịch", "Nationality"),
    entry("MA_THE", Deceased, Form::InsuranceCard, Optional, "Thẻ BHYT", "Insurance card"),
    entry("MA_BHXH", Deceased, Form::BhxhCode, Optional, "Mã số BHXH", "BHXH code"),
    entry(
        "DCHI_THUONGTRU",
        Residence,
        text(250),
        Required,
        "Địa chỉ thường trú (số nhà, thôn, tổ)",
        "Permanent address (street, hamlet)",
    ),
    entry(
        "MATINH_THUONGTRU",
        Residence,
        Form::Province,
        ByRule,
        "Tỉnh, thành phố thường trú",
        "Province of permanent residence",
    ),
    entry(
        "MAXA_THUONGTRU",
        Residence,
        Form::Commune { province: "MATINH_THUONGTRU" },
        ByRule,
        "Xã, phường thường trú",
        "Commune of permanent residence",
    ),
    entry("DCHI_HIENTAI", Residence, text(255), Optional, "Địa chỉ hiện tại", "Current address"),
    entry("MATINH_HIENTAI", Residence, Form::Province, Optional, "Tỉnh, thành phố hiện tại", "Current province"),
    entry(
        "MAXA_HIENTAI",
        Residence,
        Form::Commune { province: "MATINH_HIENTAI" },
        ByRule,
        "Xã, phường hiện tại",
        "Current commune",
    ),
    entry("NGAYGIO_VV", Death, Form::Minute, Required, "Ngày giờ vào viện", "Day and time of arrival"),
    entry("NGAY_TV", Death, Form::Minute, Required, "Ngày giờ qua đời", "Day and time of death"),
    entry("TINH_TRANG_TV", Death, PLACE, Optional, "Nơi qua đời", "Place of death"),
    entry(
        "NGUYENNHAN_TV",
        Death,
        text(255),
        Required,
        "Nguyên nhân (ghi \"không rõ\" nếu không rõ)",
        "Cause (\"không rõ\" when not known)",
    ),
    entry("BENH_ICD10_ID", Death, Form::Icd10, Optional, "Mã bệnh ICD-10", "ICD-10 code"),
    entry("BENH_ICD10_TEN", Death, text(255), Optional, "Tên bệnh", "Name of the disease"),
    entry("NGUOI_THANTHICH", Issue, text(255), Required, "Người thân thích", "Relative"),
    entry("NGUOI_GHIGIAY", Issue, Form::Name, Required, "Người ghi giấy", "Writer of the notice"),
    entry("TTRUONG_DVI", Issue, Form::Name, Required, "Thủ trưởng đơn vị", "Head of the facility"),
    entry("NGAY_CAPGIAYBT", Issue, Form::Date, Required, "Ngày cấp giấy", "Day of issue"),
    entry("MACSKCB", Issue, Form::Facility, Required, "Mã cơ sở KCB", "Facility code"),
    entry("DIACHI_CSKCB", Issue, text(255), Required, "Địa chỉ cơ sở KCB", "Facility address"),
];
