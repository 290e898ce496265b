//! One message: its text and where its segments are. Fields are split when they are asked for, so that a message takes no
//! more memory than its bytes do.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use zeroize::Zeroizing;

use super::encoding::{Separators, decode};

/// The longest message. An appointment has some hundred bytes.
pub const MAX_MESSAGE_BYTES: usize = 256 * 1024;
/// The most segments in one.
const MAX_SEGMENTS: usize = 2_000;

pub struct Message {
    text: Zeroizing<String>,
    segments: Vec<Range<usize>>,
    separators: Separators,
}

/// What is wrong with bytes that are no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    #[error("a message has at most {MAX_MESSAGE_BYTES} bytes")]
    TooLong,
    #[error("a message has at most {MAX_SEGMENTS} segments")]
    TooManySegments,
    #[error("a message begins with MSH")]
    NoHeader,
    #[error("MSH-1 and MSH-2 are five different punctuation characters")]
    Separators,
    #[error("MSH-18 names a character set that is not read here: use UNICODE UTF-8")]
    CharacterSet,
    #[error("the bytes are not text of the character set in MSH-18")]
    NotItsCharacterSet,
    #[error("segment {0} has no name of three characters")]
    SegmentName(usize),
}

#[derive(Clone, Copy)]
pub struct Segment<'a> {
    text: &'a str,
    separators: Separators,
}

/// Everything between two field delimiters; [`Field::first`] is what most fields are.
#[derive(Clone, Copy)]
pub struct Field<'a> {
    text: &'a str,
    separators: Separators,
}

#[derive(Clone, Copy)]
pub struct Repetition<'a> {
    text: &'a str,
    separators: Separators,
}

#[derive(Clone, Copy)]
pub struct Component<'a> {
    text: &'a str,
    separators: Separators,
}

impl Message {
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        if bytes.len() > MAX_MESSAGE_BYTES {
            return Err(ParseError::TooLong);
        }
        let after_name = bytes.strip_prefix(b"MSH").ok_or(ParseError::NoHeader)?;
        let separators = Separators::declared(after_name)?;
        let character_set = character_set(after_name, separators);
        let text = Zeroizing::new(decode(bytes, character_set)?);
        let mut segments = Vec::new();
        let mut start = 0;
        // Lines that end with LF or CR LF come from files and careless senders.
        for line in text.split(['\r', '\n']) {
            let range = start..start + line.len();
            start = range.end + 1;
            if line.is_empty() {
                continue;
            }
            if segments.len() == MAX_SEGMENTS {
                return Err(ParseError::TooManySegments);
            }
            let mut name = line.chars();
            let named = name.by_ref().take(3).filter(|c| c.is_ascii_uppercase() || c.is_ascii_digit()).count() == 3;
            if !named || name.next().is_some_and(|next| next != separators.field) {
                return Err(ParseError::SegmentName(segments.len() + 1));
            }
            segments.push(range);
        }
        Ok(Self { text, segments, separators })
    }

    pub fn separators(&self) -> Separators {
        self.separators
    }

    pub fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        self.segments.iter().map(|range| Segment { text: &self.text[range.clone()], separators: self.separators })
    }

    /// The first segment of that name.
    pub fn segment(&self, name: &str) -> Option<Segment<'_>> {
        self.segments().find(|segment| segment.name() == name)
    }

    pub fn header(&self) -> Segment<'_> {
        Segment { text: &self.text[self.segments[0].clone()], separators: self.separators }
    }

    /// MSH-9, as `ADT^A04`.
    pub fn kind(&self) -> (Cow<'_, str>, Cow<'_, str>) {
        let kind = self.header().field(9).first();
        (kind.component(1).text(), kind.component(2).text())
    }

    /// MSH-10.
    pub fn control_id(&self) -> Cow<'_, str> {
        self.header().field(10).first().component(1).text()
    }

    /// MSH-12.
    pub fn version(&self) -> Cow<'_, str> {
        self.header().field(12).first().component(1).text()
    }
}

/// MSH-18, before the bytes are text. It is ASCII in every set that is read here.
fn character_set(after_name: &[u8], separators: Separators) -> &[u8] {
    let line = after_name.split(|byte| *byte == b'\r' || *byte == b'\n').next().unwrap_or_default();
    // The first piece lies before MSH-1 itself.
    let field = line.split(|byte| char::from(*byte) == separators.field).nth(17).unwrap_or_default();
    let first = field.split(|byte| char::from(*byte) == separators.repetition).next().unwrap_or_default();
    first.trim_ascii()
}

impl<'a> Segment<'a> {
    pub fn name(&self) -> &'a str {
        &self.text[..3]
    }

    /// Numbered as in the standard; one that is not there is empty.
    pub fn field(&self, number: usize) -> Field<'a> {
        // MSH-1 is the delimiter itself, MSH-2 is no field like others.
        let (text, literal) = match (self.name() == "MSH", number) {
            (_, 0) => ("", false),
            (true, 1) => (self.text.get(3..4).unwrap_or_default(), true),
            (true, number) => (self.piece(number - 1), number == 2),
            (false, number) => (self.piece(number), false),
        };
        Field { text, separators: if literal { Separators::LITERAL } else { self.separators } }
    }

    fn piece(&self, index: usize) -> &'a str {
        self.text.split(self.separators.field).nth(index).unwrap_or_default()
    }
}

impl Separators {
    /// For MSH-1 and MSH-2, in which nothing is split.
    const LITERAL: Self = Self { field: '\r', component: '\r', repetition: '\r', escape: '\r', subcomponent: '\r' };
}

impl<'a> Field<'a> {
    pub fn repetitions(&self) -> impl Iterator<Item = Repetition<'a>> + use<'a> {
        let separators = self.separators;
        self.text.split(separators.repetition).map(move |text| Repetition { text, separators })
    }

    pub fn first(&self) -> Repetition<'a> {
        let text = self.text.split(self.separators.repetition).next().unwrap_or_default();
        Repetition { text, separators: self.separators }
    }

    /// Nothing was sent, or `""`, which says that there is nothing (2.5.3).
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() || self.text == NULL
    }
}

const NULL: &str = "\"\"";

impl<'a> Repetition<'a> {
    /// From 1; one that is not there is empty.
    pub fn component(&self, number: usize) -> Component<'a> {
        let text = number.checked_sub(1).and_then(|index| self.text.split(self.separators.component).nth(index));
        Component { text: text.unwrap_or_default(), separators: self.separators }
    }
}

impl<'a> Component<'a> {
    /// The whole component, or its first subcomponent where it has several; without escapes.
    pub fn text(&self) -> Cow<'a, str> {
        self.subcomponent(1)
    }

    pub fn subcomponent(&self, number: usize) -> Cow<'a, str> {
        let text = number.checked_sub(1).and_then(|index| self.text.split(self.separators.subcomponent).nth(index));
        match text {
            Some(NULL) | None => Cow::Borrowed(""),
            Some(text) => self.separators.unescape(text),
        }
    }
}

macro_rules! says_nothing {
    ($($name:ty),+) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("hl7(..)")
            }
        })+
    };
}
says_nothing!(Message, Segment<'_>, Field<'_>, Repetition<'_>, Component<'_>);

#[cfg(test)]
mod tests {
    use super::*;

    const ADT: &str = "MSH|^~\\&|HIS|BV|TIEPDON|BV|20261123080000||ADT^A04|1|P|2.5|||||VNM|UNICODE UTF-8\r\
        EVN|A04|20261123080000\rPID|1||BN-1^^^BV^MR~031085000017^^^^NI||Nguyễn^Mẫu^Văn&x||19850115|M\rPV1|1|O|K01^101";

    #[test]
    fn fields_are_numbered_as_in_the_standard() {
        let message = Message::parse(ADT.as_bytes()).expect("a message");
        assert_eq!(message.header().field(1).first().component(1).text(), "|");
        assert_eq!(message.header().field(2).first().component(1).text(), "^~\\&");
        assert_eq!(message.kind(), ("ADT".into(), "A04".into()));
        assert_eq!((message.control_id(), message.version()), ("1".into(), "2.5".into()));
        let pid = message.segment("PID").expect("there");
        let numbers: Vec<_> = pid.field(3).repetitions().map(|one| one.component(1).text()).collect();
        assert_eq!(numbers, ["BN-1", "031085000017"]);
        assert_eq!(pid.field(5).first().component(3).text(), "Văn");
        assert_eq!(pid.field(5).first().component(3).subcomponent(2), "x");
        assert!(pid.field(40).is_empty() && pid.field(0).is_empty());
        assert_eq!(pid.field(3).first().component(0).text(), "");
        assert_eq!(message.segments().count(), 4);
        assert_eq!(format!("{message:?} {pid:?}"), "hl7(..) hl7(..)");
    }

    #[test]
    fn latin_1_is_read_where_the_header_says_so_and_other_sets_are_refused() {
        let with = |set: &str| format!("MSH|^~\\&|||||||ADT^A04|1|P|2.5||||||{set}\rPID|||||TR").into_bytes();
        let name = |bytes: &[u8]| {
            let message = Message::parse(bytes)?;
            Ok(message.segment("PID").expect("there").field(5).first().component(1).text().into_owned())
        };
        assert_eq!(name(&[with("8859/1"), vec![0xC0]].concat()), Ok("TRÀ".to_owned()));
        assert_eq!(name(&[with(""), vec![0xC0]].concat()), Err(ParseError::NotItsCharacterSet));
        assert_eq!(name(&with("ISO IR87")), Err(ParseError::CharacterSet));
        assert_eq!(name(&[with("UNICODE UTF-8~ISO IR87"), "Ầ".into()].concat()), Ok("TRẦ".to_owned()));
    }

    #[test]
    fn what_is_no_message_is_refused_by_name() {
        for (bytes, error) in [
            (b"".as_slice(), ParseError::NoHeader),
            (b"PID|1", ParseError::NoHeader),
            (b"MSH", ParseError::Separators),
            (b"MSH|^~\\&|\rpid|1", ParseError::SegmentName(2)),
            (b"MSH|^~\\&|\rPIDX|1", ParseError::SegmentName(2)),
            (b"MSH|^~\\&|\rP", ParseError::SegmentName(2)),
        ] {
            assert_eq!(Message::parse(bytes).map(drop), Err(error));
        }
        let long = [b"MSH|^~\\&|".as_slice(), &vec![b'x'; MAX_MESSAGE_BYTES]].concat();
        assert_eq!(Message::parse(&long).map(drop), Err(ParseError::TooLong));
        let many = [b"MSH|^~\\&|\r".as_slice(), &b"NTE\r".repeat(MAX_SEGMENTS)].concat();
        assert_eq!(Message::parse(&many).map(drop), Err(ParseError::TooManySegments));
    }
}
