//! What is wrong with a draft, said so that the person at the desk can put it right.
//!
//! `CTDT001` to `CTDT008` are the codes of the checker that implementers of the portal arrived at (GATEWAY 1.5.1b);
//! `TD...` are our own. All findings of a draft are reported together, in the order of the form.

use crate::{Field, Lang, Text};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// The paper cannot be signed.
    Block,
    /// A person looks and decides.
    Warn,
}

/// One rule that a field breaks. It holds no content of the field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    pub rule: Rule,
    field: &'static Field,
}

macro_rules! rules {
    ($($(#[$meta:meta])* $name:ident $code:literal $level:ident $vi:literal $en:literal;)*) => {
        /// Every rule, with its code, its level and its sentence.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Rule {
            $($(#[$meta])* $name,)*
        }

        impl Rule {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            pub fn level(self) -> Level {
                match self { $(Self::$name => Level::$level,)* }
            }

            pub fn sentence(self) -> Text {
                match self { $(Self::$name => Text::new($vi, $en),)* }
            }
        }
    };
}

rules! {
    Missing "CTDT001" Block "còn trống, cần điền." "is empty and must be filled in.";
    BadDate "CTDT002" Block "không phải ngày giờ có thật (ví dụ 09/03/1992)." "is not a real date or time (for example 09/03/1992).";
    BadSex "CTDT003" Block "chỉ nhận các giá trị trong danh sách giới tính." "takes only the values of the list of sexes.";
    BadPaperKind "CTDT004" Block "loại giấy tờ chỉ nhận từ 0 đến 4." "is a kind of paper from 0 to 4.";
    /// A warning in the portal's checker; here it blocks, because the typed paper has no third value to write.
    BadFlag "CTDT005" Block "chỉ nhận 0 hoặc 1." "takes only 0 or 1.";
    EndBeforeStart "CTDT006" Block "xảy ra trước thời điểm bắt đầu tương ứng." "lies before the moment it must follow.";
    OtherFacility "CTDT007" Block "không phải mã của cơ sở này." "is not the code of this facility.";
    NoInsuranceCard "CTDT008" Warn "chưa có thẻ BHYT; trẻ sơ sinh thường chưa có." "is empty: no insurance card, which is usual for a newborn.";

    TooLong "TD001" Block "dài hơn mức cho phép." "is longer than the gateway allows.";
    Unwritable "TD002" Block "có ký tự không ghi được." "has a character that cannot be written.";
    BadName "TD003" Block "không phải họ tên hợp lệ." "is not a name.";
    BadBhxhCode "TD004" Block "mã số BHXH gồm 10 chữ số." "is not a BHXH code of 10 digits.";
    BadInsuranceCard "TD005" Block "số thẻ BHYT gồm 2 chữ cái, 1 chữ số từ 1 đến 5 và 12 chữ số." "is not a BHYT card number: two capitals, a digit 1 to 5, 12 digits.";
    BadChildCard "TD006" Block "thẻ tạm của trẻ có dạng TE1 và 12 chữ số." "is not a temporary child card: TE1 and 12 digits.";
    ChildCardProvince "TD007" Block "mã tỉnh trên thẻ tạm khác tỉnh cư trú của mẹ." "names another province than the mother's residence.";
    CardOfAnother "TD008" Warn "10 số cuối của thẻ khác mã số BHXH đã ghi." "ends in another BHXH code than the one given.";
    UnknownProvince "TD009" Block "không có tỉnh, thành phố mang mã này." "is no province in force.";
    UnknownCommune "TD010" Block "không có xã, phường, đặc khu mang mã này." "is no commune in force.";
    CommuneElsewhere "TD011" Block "xã, phường này không thuộc tỉnh đã chọn." "does not belong to the province given.";
    UnknownEthnicity "TD012" Block "không có dân tộc mang mã này." "is no ethnicity code.";
    BadNationality "TD013" Block "mã quốc tịch gồm 3 chữ số." "is not a nationality code of 3 digits.";
    EthnicityOfForeigner "TD014" Warn "dân tộc và quốc tịch không khớp nhau." "does not fit the nationality.";
    BadPaperNumber "TD015" Block "không đúng dạng của loại giấy tờ đã chọn." "does not have the form of that paper.";
    NoPaper "TD016" Warn "không có giấy tờ tùy thân; cần cán bộ hồ sơ xem xét." "no identity paper: the records office must look.";
    NumberHint "TD017" Warn "số định danh không khớp năm sinh hoặc giới tính theo cấu trúc cũ; hãy xem lại." "the personal number does not fit birth year or sex by its old structure: look again.";
    InFuture "TD018" Block "nằm trong tương lai." "lies in the future.";
    BadCount "TD019" Block "không phải số trong khoảng cho phép." "is not a number in the allowed range.";
    NotAChoice "TD020" Block "không có trong danh sách." "is not in the list.";
    BadIcd10 "TD021" Block "không đúng dạng mã ICD-10 (ví dụ I21 hoặc J18.9)." "is not an ICD-10 code (for example I21 or J18.9).";
    BadNumber "TD022" Block "số giấy không đúng dạng." "is not a certificate number of this kind.";
    NumberOfAnotherYear "TD023" Warn "năm trong số giấy khác năm cấp." "names another year than the day of issue.";
    BadFacility "TD024" Block "mã cơ sở KCB gồm 5 ký tự." "is not a facility code of 5 characters.";
    NumberNeeded "TD025" Block "giấy chưa có số." "has not been drawn yet.";
    Incomplete "TD026" Block "còn trống trong khi các mục liên quan đã điền." "is empty though the fields that belong to it are filled in.";

    BadWeight "TD101" Block "cân nặng ghi bằng gam, hoặc \"Không cân\"." "is a weight in grams, or \"Không cân\".";
    UnlikelyWeight "TD102" Warn "cân nặng hiếm gặp; hãy xem lại đơn vị gam." "is an unusual weight: check that it is in grams.";
    WeightOfTerm "TD103" Warn "cân nặng lớn so với thai dưới 32 tuần." "is high for a birth before 32 weeks.";
    MotherNotBorn "TD104" Block "mẹ sinh sau con." "the mother is born after the child.";
    MotherAge "TD105" Warn "tuổi của mẹ khi sinh hiếm gặp; hãy xem lại." "the mother's age at the birth is unusual: look again.";
    MoreLivingThanBorn "TD106" Block "số con sống nhiều hơn số con đã sinh." "more children live than were born.";
    NoLivingChild "TD107" Warn "số con sống là 0; nếu trẻ đã mất, hãy báo phòng hồ sơ." "no living child: tell the records office if the child died.";
    Multiple "TD108" Warn "sinh nhiều con: mỗi trẻ một giấy, cùng lần sinh." "more than one child: one certificate for each, the same confinement.";
    NoteNeeded "TD109" Block "cần ghi \"Sinh con phải phẫu thuật\", \"Sinh con dưới 32 tuần tuổi\" hoặc \"Phẫu thuật, sinh con dưới 32 tuần tuổi\"." "must say so when the birth was by surgery or before 32 weeks.";
    NoteDiffers "TD110" Warn "khác câu ghi chú của mẫu cho trường hợp phẫu thuật hoặc dưới 32 tuần." "differs from the form's sentence for surgery or birth before 32 weeks.";
    FatherWithoutName "TD111" Block "đã ghi thông tin của cha nhưng chưa có họ tên cha." "the father's details are given without his name.";
    SurrogateFatherAlone "TD112" Block "thông tin cha trong mang thai hộ cần đi cùng người mang thai hộ." "the surrogacy father stands without the surrogacy mother.";

    SiblingsDiffer "TD113" Block
        "khác với giấy của trẻ sinh cùng lần."
        "differs from the certificate of the child of the same birth.";
    TooManySiblings "TD114" Block
        "ít hơn số giấy đã lập cho lần sinh này."
        "is less than the certificates written for this birth.";
    SameChild "TD115" Warn
        "trùng giờ sinh, giới tính và cân nặng với một giấy khác; hãy xem có phải cùng một trẻ."
        "equals another certificate in time, sex and weight: look whether it is the same child.";

    CauseCodeAlone "TD201" Warn "mã bệnh và tên bệnh nên ghi cùng nhau." "code and name of the disease should stand together.";
    FirstNumberAlone "TD202" Block "số và quyển của giấy cấp lần đầu phải ghi cùng nhau." "number and book of the first issue must stand together.";
    NoBhxhCode "TD203" Warn "chưa có mã số BHXH; nên ghi nếu biết." "is empty: recommended when known.";
    DiedBeforeBorn "TD204" Block "qua đời trước ngày sinh." "the death lies before the birth.";
    ArrivedDeadLater "TD205" Warn "đã mất trước khi đến nhưng giờ mất sau giờ vào viện." "dead on arrival, yet the death is later than the arrival.";

    UnderAge "TD301" Warn "chưa đủ tuổi của hạng giấy phép này." "is below the age of this licence class.";
    FitWithDrugs "TD302" Block "xét nghiệm ma túy dương tính: không thể kết luận đủ điều kiện." "the drug test is positive: the conclusion cannot be fit.";
    FitWithAlcohol "TD303" Block "nồng độ cồn vượt mức: không thể kết luận đủ điều kiện." "alcohol is over the limit: the conclusion cannot be fit.";
    ReexaminationDate "TD304" Block "kết luận khám lại cần ngày khám lại." "a re-examination needs its date.";
    ReexaminationUnasked "TD305" Block "có ngày khám lại nhưng kết luận không yêu cầu khám lại." "is given though the conclusion asks for no re-examination.";
    ReasonMissing "TD306" Warn "nên ghi lý do khi không đủ điều kiện hoặc phải khám lại." "should say why the applicant is unfit or is seen again.";
    Expired "TD307" Warn "kết luận đã quá 12 tháng." "the conclusion is more than 12 months old.";
    BadAlcohol "TD308" Block "nồng độ cồn là số từ 0 đến 999,99." "is not an amount from 0 to 999.99.";
    AlcoholUnit "TD309" Block "có kết quả đo cồn nhưng chưa chọn máu hay hơi thở." "alcohol was measured: say whether in blood or in breath.";
    BadContact "TD310" Block "số điện thoại hoặc thư điện tử không đúng dạng." "is not a telephone number or mail address.";
}

impl Finding {
    pub(crate) fn new(rule: Rule, field: &'static Field) -> Self {
        Self { rule, field }
    }

    pub fn code(&self) -> &'static str {
        self.rule.code()
    }

    pub fn level(&self) -> Level {
        self.rule.level()
    }

    /// The code of the field: its wire element.
    pub fn field(&self) -> &'static str {
        self.field.code
    }

    pub fn label(&self) -> Text {
        self.field.label
    }

    /// "Họ tên mẹ: còn trống, cần điền."
    pub fn sentence(&self, lang: Lang) -> String {
        format!("{}: {}", self.field.label.say(lang), self.rule.sentence().say(lang))
    }
}

impl std::fmt::Debug for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?} {}", self.code(), self.rule, self.field())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_rule_has_its_own_code() {
        let codes: HashSet<&str> = Rule::ALL.iter().map(|rule| rule.code()).collect();
        assert_eq!(codes.len(), Rule::ALL.len());
    }
}
