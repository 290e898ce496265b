//! Delimiters, escape sequences and character sets (chapter 2, 2.5.4, 2.7 and table 0211).

use std::borrow::Cow;

use super::message::ParseError;

/// The delimiters that MSH-1 and MSH-2 declare: five different visible ASCII characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Separators {
    pub field: char,
    pub component: char,
    pub repetition: char,
    pub escape: char,
    pub subcomponent: char,
}

impl Default for Separators {
    /// `|^~\&`, the recommended ones.
    fn default() -> Self {
        Self { field: '|', component: '^', repetition: '~', escape: '\\', subcomponent: '&' }
    }
}

impl Separators {
    /// Of the bytes after `MSH`.
    pub(super) fn declared(bytes: &[u8]) -> Result<Self, ParseError> {
        let given: [u8; 5] = bytes.get(..5).and_then(|bytes| bytes.try_into().ok()).ok_or(ParseError::Separators)?;
        let distinct = given.iter().enumerate().all(|(index, byte)| !given[..index].contains(byte));
        // A letter or digit would make every text ambiguous.
        let fit = given.iter().all(u8::is_ascii_punctuation);
        let ends = bytes.get(5).is_none_or(|next| *next == given[0] || *next == b'\r' || *next == b'\n');
        if !(distinct && fit && ends) {
            return Err(ParseError::Separators);
        }
        let [field, component, repetition, escape, subcomponent] = given.map(char::from);
        Ok(Self { field, component, repetition, escape, subcomponent })
    }

    /// MSH-2.
    pub(super) fn encoding_characters(self) -> String {
        [self.component, self.repetition, self.escape, self.subcomponent].into_iter().collect()
    }

    /// 2.7: what stands for a delimiter inside a text. A line break is `\.br\`, other control characters are `\Xhh\`.
    pub(super) fn escape_into(self, text: &str, into: &mut String) {
        for character in text.chars() {
            let code = match character {
                c if c == self.field => "F",
                c if c == self.component => "S",
                c if c == self.subcomponent => "T",
                c if c == self.repetition => "R",
                c if c == self.escape => "E",
                '\n' => ".br",
                c if c.is_ascii_control() => {
                    into.push(self.escape);
                    into.push_str(&format!("X{:02X}", c as u32));
                    into.push(self.escape);
                    continue;
                }
                c => {
                    into.push(c);
                    continue;
                }
            };
            into.push(self.escape);
            into.push_str(code);
            into.push(self.escape);
        }
    }

    /// Highlighting is dropped; a sequence that nobody knows, or that does not end, stays as it is written.
    pub(super) fn unescape(self, text: &str) -> Cow<'_, str> {
        if !text.contains(self.escape) {
            return Cow::Borrowed(text);
        }
        let mut plain = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(self.escape) {
            plain.push_str(before);
            let Some((sequence, after)) = after.split_once(self.escape) else {
                plain.push(self.escape);
                rest = after;
                break;
            };
            match sequence {
                "F" => plain.push(self.field),
                "S" => plain.push(self.component),
                "T" => plain.push(self.subcomponent),
                "R" => plain.push(self.repetition),
                "E" => plain.push(self.escape),
                ".br" => plain.push('\n'),
                "H" | "N" => {}
                _ => match sequence.strip_prefix('X').and_then(hexadecimal) {
                    Some(text) => plain.push_str(&text),
                    None => {
                        plain.push(self.escape);
                        plain.push_str(sequence);
                        plain.push(self.escape);
                    }
                },
            }
            rest = after;
        }
        plain.push_str(rest);
        Cow::Owned(plain)
    }
}

fn hexadecimal(digits: &str) -> Option<String> {
    if digits.is_empty() || !digits.len().is_multiple_of(2) || !digits.is_ascii() {
        return None;
    }
    let bytes = digits.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        pair.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u8::from_str_radix(pair, 16).ok()).flatten()
    });
    String::from_utf8(bytes.collect::<Option<Vec<u8>>>()?).ok()
}

/// The message as text, in the character set that MSH-18 names. A message that names none is read as UTF-8, which holds
/// ASCII: local systems leave the field out (our reading; the standard says ASCII).
pub(super) fn decode(bytes: &[u8], character_set: &[u8]) -> Result<String, ParseError> {
    match character_set.to_ascii_uppercase().as_slice() {
        b"" | b"ASCII" | b"UNICODE UTF-8" | b"UNICODE" | b"UTF-8" | b"UTF8" => {
            std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| ParseError::NotItsCharacterSet)
        }
        // Each byte is the character of that number.
        b"8859/1" | b"ISO-8859-1" => Ok(bytes.iter().map(|byte| char::from(*byte)).collect()),
        _ => Err(ParseError::CharacterSet),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read_as_the_standard_writes_them() {
        let separators = Separators::default();
        for (written, meant) in [
            (r"Khoa \T\ phòng \F\ 1", "Khoa & phòng | 1"),
            (r"a\S\b\R\c\E\d", r"a^b~c\d"),
            (r"\H\rõ\N\", "rõ"),
            (r"dòng 1\.br\dòng 2", "dòng 1\ndòng 2"),
            (r"\XE1BAA1\", "ạ"),
            (r"\X0D\", "\r"),
            (r"\Xzz\ \XFF\ \Z9\ \", r"\Xzz\ \XFF\ \Z9\ \"),
        ] {
            assert_eq!(separators.unescape(written), meant, "{written}");
        }
    }

    #[test]
    fn delimiters_that_cannot_be_told_apart_are_refused() {
        assert_eq!(Separators::declared(br"|^~\&|x"), Ok(Separators::default()));
        assert!(Separators::declared(br"#^~\&#").is_ok());
        for wrong in [&br"|^~\"[..], br"|^^\&|", br"|^~\A|", b"|^~\\\x80|", br"|^~\&#|", b"|^~ &|"] {
            assert_eq!(Separators::declared(wrong), Err(ParseError::Separators));
        }
    }
}
