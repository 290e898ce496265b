//! Everything that is ever spoken: one clip, one file, one text.

/// Which language a clip is spoken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    Vietnamese,
    English,
}

macro_rules! clips {
    ($($variant:ident: $language:ident $file:literal $text:literal;)+) => {
        /// One word or phrase. Its [`file`](Self::file) is what a recording of it is called.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Clip { $($variant),+ }

        impl Clip {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Below the voice's folder.
            pub fn file(self) -> &'static str {
                match self { $(Self::$variant => $file),+ }
            }

            /// What is heard.
            pub fn text(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            pub fn language(self) -> Language {
                match self { $(Self::$variant => Language::$language),+ }
            }
        }
    };
}

clips! {
    Khong: Vietnamese "vi/khong.wav" "không";
    Mot: Vietnamese "vi/mot.wav" "một";
    Hai: Vietnamese "vi/hai.wav" "hai";
    Ba: Vietnamese "vi/ba.wav" "ba";
    Bon: Vietnamese "vi/bon.wav" "bốn";
    Nam: Vietnamese "vi/nam.wav" "năm";
    Sau: Vietnamese "vi/sau.wav" "sáu";
    Bay: Vietnamese "vi/bay.wav" "bảy";
    Tam: Vietnamese "vi/tam.wav" "tám";
    Chin: Vietnamese "vi/chin.wav" "chín";
    Muoi: Vietnamese "vi/muoi.wav" "mười";
    Tens: Vietnamese "vi/muoi-hang-chuc.wav" "mươi";
    MotAfterTens: Vietnamese "vi/mot-sau-chuc.wav" "mốt";
    Tu: Vietnamese "vi/tu.wav" "tư";
    Lam: Vietnamese "vi/lam.wav" "lăm";
    Linh: Vietnamese "vi/linh.wav" "linh";
    Tram: Vietnamese "vi/tram.wav" "trăm";
    Nghin: Vietnamese "vi/nghin.wav" "nghìn";

    // Letters by their names in spelling aloud (a, bê, xê ..), not by the sounds taught to first readers.
    LetterA: Vietnamese "vi/chu-a.wav" "a";
    LetterB: Vietnamese "vi/chu-b.wav" "bê";
    LetterC: Vietnamese "vi/chu-c.wav" "xê";
    LetterD: Vietnamese "vi/chu-d.wav" "dê";
    LetterDd: Vietnamese "vi/chu-dd.wav" "đê";
    LetterE: Vietnamese "vi/chu-e.wav" "e";
    LetterF: Vietnamese "vi/chu-f.wav" "ép phờ";
    LetterG: Vietnamese "vi/chu-g.wav" "giê";
    LetterH: Vietnamese "vi/chu-h.wav" "hát";
    LetterI: Vietnamese "vi/chu-i.wav" "i";
    LetterJ: Vietnamese "vi/chu-j.wav" "gi";
    LetterK: Vietnamese "vi/chu-k.wav" "ca";
    LetterL: Vietnamese "vi/chu-l.wav" "e lờ";
    LetterM: Vietnamese "vi/chu-m.wav" "em mờ";
    LetterN: Vietnamese "vi/chu-n.wav" "en nờ";
    LetterO: Vietnamese "vi/chu-o.wav" "o";
    LetterP: Vietnamese "vi/chu-p.wav" "pê";
    LetterQ: Vietnamese "vi/chu-q.wav" "quy";
    LetterR: Vietnamese "vi/chu-r.wav" "e rờ";
    LetterS: Vietnamese "vi/chu-s.wav" "ét xì";
    LetterT: Vietnamese "vi/chu-t.wav" "tê";
    LetterU: Vietnamese "vi/chu-u.wav" "u";
    LetterV: Vietnamese "vi/chu-v.wav" "vê";
    LetterW: Vietnamese "vi/chu-w.wav" "vê kép";
    LetterX: Vietnamese "vi/chu-x.wav" "ích xì";
    LetterY: Vietnamese "vi/chu-y.wav" "i dài";
    LetterZ: Vietnamese "vi/chu-z.wav" "dét";

    PatientNumber: Vietnamese "vi/moi-benh-nhan-so.wav" "mời bệnh nhân số";
    PriorityPatientNumber: Vietnamese "vi/moi-benh-nhan-uu-tien-so.wav" "mời bệnh nhân ưu tiên số";
    QueueNumber: Vietnamese "vi/xin-moi-so-thu-tu.wav" "xin mời số thứ tự";
    IntoRoom: Vietnamese "vi/vao-phong.wav" "vào phòng";
    ToCounterNumber: Vietnamese "vi/den-quay-so.wav" "đến quầy số";
    ToCounter: Vietnamese "vi/den-quay.wav" "đến quầy";
    SeeBoard: Vietnamese "vi/xin-xem-bang.wav" "xin xem nơi khám trên bảng";

    Examination: Vietnamese "vi/kham-benh.wav" "khám bệnh";
    Ultrasound: Vietnamese "vi/sieu-am.wav" "siêu âm";
    Xray: Vietnamese "vi/x-quang.wav" "ích quang";
    Laboratory: Vietnamese "vi/xet-nghiem.wav" "xét nghiệm";
    Sampling: Vietnamese "vi/lay-mau.wav" "lấy mẫu";
    Endoscopy: Vietnamese "vi/noi-soi.wav" "nội soi";
    Ecg: Vietnamese "vi/dien-tim.wav" "điện tim";
    Procedures: Vietnamese "vi/thu-thuat.wav" "thủ thuật";
    Injections: Vietnamese "vi/tiem.wav" "tiêm";
    Emergency: Vietnamese "vi/cap-cuu.wav" "cấp cứu";
    Reception: Vietnamese "vi/tiep-don.wav" "tiếp đón";
    Cashier: Vietnamese "vi/thu-ngan.wav" "thu ngân";
    Pharmacy: Vietnamese "vi/nha-thuoc.wav" "nhà thuốc";

    Zero: English "en/zero.wav" "zero";
    One: English "en/one.wav" "one";
    Two: English "en/two.wav" "two";
    Three: English "en/three.wav" "three";
    Four: English "en/four.wav" "four";
    Five: English "en/five.wav" "five";
    Six: English "en/six.wav" "six";
    Seven: English "en/seven.wav" "seven";
    Eight: English "en/eight.wav" "eight";
    Nine: English "en/nine.wav" "nine";
    EnglishA: English "en/letter-a.wav" "ay";
    EnglishB: English "en/letter-b.wav" "b";
    EnglishC: English "en/letter-c.wav" "c";
    EnglishD: English "en/letter-d.wav" "d";
    EnglishE: English "en/letter-e.wav" "e";
    EnglishF: English "en/letter-f.wav" "f";
    EnglishG: English "en/letter-g.wav" "g";
    EnglishH: English "en/letter-h.wav" "h";
    EnglishI: English "en/letter-i.wav" "i";
    EnglishJ: English "en/letter-j.wav" "j";
    EnglishK: English "en/letter-k.wav" "k";
    EnglishL: English "en/letter-l.wav" "l";
    EnglishM: English "en/letter-m.wav" "m";
    EnglishN: English "en/letter-n.wav" "n";
    EnglishO: English "en/letter-o.wav" "o";
    EnglishP: English "en/letter-p.wav" "p";
    EnglishQ: English "en/letter-q.wav" "q";
    EnglishR: English "en/letter-r.wav" "r";
    EnglishS: English "en/letter-s.wav" "s";
    EnglishT: English "en/letter-t.wav" "t";
    EnglishU: English "en/letter-u.wav" "u";
    EnglishV: English "en/letter-v.wav" "v";
    EnglishW: English "en/letter-w.wav" "w";
    EnglishX: English "en/letter-x.wav" "x";
    EnglishY: English "en/letter-y.wav" "y";
    EnglishZ: English "en/letter-z.wav" "z";
    Number: English "en/number.wav" "number";
    PriorityNumber: English "en/priority-number.wav" "priority number";
    PleaseRoom: English "en/please-go-to-room.wav" "please go to room";
    PleaseCounter: English "en/please-go-to-counter.wav" "please go to counter";
    PleaseSeeBoard: English "en/please-see-the-board.wav" "please see the board for the room";
    EnglishExamination: English "en/examination.wav" "examination";
    EnglishUltrasound: English "en/ultrasound.wav" "ultrasound";
    EnglishXray: English "en/x-ray.wav" "x-ray";
    EnglishLaboratory: English "en/laboratory.wav" "laboratory";
    EnglishSampling: English "en/sampling.wav" "sampling";
    EnglishEndoscopy: English "en/endoscopy.wav" "endoscopy";
    EnglishEcg: English "en/ecg.wav" "E C G";
    EnglishProcedures: English "en/procedures.wav" "procedures";
    EnglishInjections: English "en/injections.wav" "injections";
    EnglishEmergency: English "en/emergency.wav" "emergency";
    EnglishReception: English "en/reception.wav" "reception";
    EnglishCashier: English "en/cashier.wav" "cashier";
    EnglishPharmacy: English "en/pharmacy.wav" "pharmacy";
}

const DIGITS: [Clip; 10] =
    [Clip::Khong, Clip::Mot, Clip::Hai, Clip::Ba, Clip::Bon, Clip::Nam, Clip::Sau, Clip::Bay, Clip::Tam, Clip::Chin];

const ENGLISH_DIGITS: [Clip; 10] = [
    Clip::Zero,
    Clip::One,
    Clip::Two,
    Clip::Three,
    Clip::Four,
    Clip::Five,
    Clip::Six,
    Clip::Seven,
    Clip::Eight,
    Clip::Nine,
];

impl Clip {
    /// The Vietnamese word of one digit; of the last one where there are more.
    pub(crate) fn digit(digit: u16) -> Self {
        DIGITS[usize::from(digit % 10)]
    }

    pub(crate) fn english_digit(digit: char) -> Option<Self> {
        digit.to_digit(10).map(|digit| ENGLISH_DIGITS[digit as usize])
    }

    /// The name of a letter; none where a language has no such letter.
    pub(crate) fn letter(letter: char, language: Language) -> Option<Self> {
        let prefix = match language {
            Language::Vietnamese => "vi/chu-",
            Language::English => "en/letter-",
        };
        let name = match (letter.to_lowercase().next()?, language) {
            ('đ', Language::Vietnamese) => "dd".to_owned(),
            ('đ', Language::English) => "d".to_owned(),
            (letter, _) if letter.is_ascii_lowercase() => letter.to_string(),
            (_, _) => return None,
        };
        let file = format!("{prefix}{name}.wav");
        Self::ALL.iter().copied().find(|clip| clip.file() == file)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_clips_share_a_file_or_a_sound_in_one_language() {
        let files: HashSet<_> = Clip::ALL.iter().map(|clip| clip.file()).collect();
        let texts: HashSet<_> = Clip::ALL.iter().map(|clip| (clip.language(), clip.text())).collect();
        assert_eq!((files.len(), texts.len()), (Clip::ALL.len(), Clip::ALL.len()));
    }

    #[test]
    fn every_letter_that_a_ticket_may_begin_with_has_a_name_in_both_languages() {
        for letter in 'A'..='Z' {
            for language in [Language::Vietnamese, Language::English] {
                assert_eq!(Clip::letter(letter, language).map(Clip::language), Some(language), "{letter}");
            }
        }
        assert_eq!(Clip::letter('B', Language::Vietnamese).map(Clip::text), Some("bê"));
        assert_eq!(Clip::letter('K', Language::Vietnamese).map(Clip::text), Some("ca"));
        assert_eq!(Clip::letter('Đ', Language::Vietnamese).map(Clip::text), Some("đê"));
        assert_eq!(Clip::letter('ß', Language::Vietnamese), None);
        assert_eq!(Clip::letter('5', Language::English), None);
    }

    #[test]
    fn files_are_named_so_that_every_file_system_keeps_them() {
        for clip in Clip::ALL {
            let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"/-.".contains(&b);
            assert!(clip.file().bytes().all(fits), "{}", clip.file());
        }
    }
}
