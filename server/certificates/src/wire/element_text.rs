//! The XML all papers share: a parent whose children hold text. Read without a DTD, without entities of one's own,
//! and without recursion.

use quick_xml::events::{BytesDecl, BytesEnd, BytesRef, BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer};
use zeroize::Zeroizing;

use super::WireError;
use crate::MAX_FIELD_CHARACTERS;

/// One element with its text.
pub(super) struct ElementText {
    pub name: String,
    pub text: Zeroizing<String>,
}

/// What was found under the root.
pub(super) struct Found {
    pub root: String,
    /// The children of the root's child `paper`, or of the root itself when no child is named.
    pub elements: Vec<ElementText>,
}

/// Where the elements stand, by the root's name.
pub(super) enum Layout {
    /// Root, this child, elements.
    InChild(&'static str),
    /// Root, elements.
    InRoot,
}

/// Subtrees that hold signatures: passed over, whoever verifies them reads them whole.
const SIGNATURES: [&[u8]; 3] = [b"CHUKYDONVI", b"Signature", b"ds:Signature"];

/// More elements than any paper has.
const MAX_ELEMENTS: usize = 200;

pub(super) fn read(xml: &str, layout: impl Fn(&str) -> Option<Layout>) -> Result<Found, WireError> {
    let mut reader = Reader::from_str(xml);
    let root = loop {
        match next(&mut reader)? {
            Event::Start(start) => break name(&start)?,
            Event::Text(text) if text.iter().all(u8::is_ascii_whitespace) => {}
            Event::Decl(_) | Event::Comment(_) => {}
            _ => return Err(WireError::NotXml),
        }
    };
    let layout = layout(&root).ok_or(WireError::UnknownRoot)?;
    let mut found = Found { root, elements: Vec::new() };
    match layout {
        Layout::InRoot => found.elements = children(&mut reader)?,
        Layout::InChild(paper) => {
            let mut seen = false;
            loop {
                match next(&mut reader)? {
                    Event::Start(start) if SIGNATURES.contains(&start.name().as_ref()) => skip(&mut reader, &start)?,
                    Event::Empty(empty) if SIGNATURES.contains(&empty.name().as_ref()) => {}
                    Event::Start(start) if start.name().as_ref() == paper.as_bytes() => {
                        if seen {
                            return Err(WireError::Twice(paper));
                        }
                        seen = true;
                        found.elements = children(&mut reader)?;
                    }
                    Event::Start(_) | Event::Empty(_) => return Err(WireError::UnknownElement),
                    Event::End(_) => break,
                    Event::Comment(_) => {}
                    Event::Text(text) if text.iter().all(u8::is_ascii_whitespace) => {}
                    _ => return Err(WireError::NotXml),
                }
            }
            if !seen {
                return Err(WireError::NoPaper);
            }
        }
    }
    loop {
        match next(&mut reader)? {
            Event::Eof => return Ok(found),
            Event::Comment(_) => {}
            Event::Text(text) if text.iter().all(u8::is_ascii_whitespace) => {}
            _ => return Err(WireError::NotXml),
        }
    }
}

/// The elements up to the end of their parent.
fn children(reader: &mut Reader<&[u8]>) -> Result<Vec<ElementText>, WireError> {
    let mut elements = Vec::new();
    loop {
        if elements.len() > MAX_ELEMENTS {
            return Err(WireError::UnknownElement);
        }
        match next(reader)? {
            Event::Start(start) if SIGNATURES.contains(&start.name().as_ref()) => skip(reader, &start)?,
            Event::Start(start) => elements.push(ElementText { name: name(&start)?, text: text(reader)? }),
            Event::Empty(empty) => elements.push(ElementText { name: name(&empty)?, text: Zeroizing::default() }),
            Event::End(_) => return Ok(elements),
            Event::Comment(_) => {}
            Event::Text(text) if text.iter().all(u8::is_ascii_whitespace) => {}
            _ => return Err(WireError::NotXml),
        }
    }
}

/// The text up to the end of its element.
fn text(reader: &mut Reader<&[u8]>) -> Result<Zeroizing<String>, WireError> {
    let mut text = Zeroizing::new(String::new());
    loop {
        match next(reader)? {
            Event::Text(part) => text.push_str(&part.decode().map_err(|_| WireError::NotXml)?),
            Event::CData(part) => text.push_str(&part.decode().map_err(|_| WireError::NotXml)?),
            Event::GeneralRef(reference) => text.push(character(&reference)?),
            Event::End(_) => return Ok(text),
            Event::Comment(_) => {}
            Event::Start(_) | Event::Empty(_) => return Err(WireError::Nested),
            _ => return Err(WireError::NotXml),
        }
        // Longer texts are refused by the draft; here they only must not pile up.
        if text.len() > 8 * MAX_FIELD_CHARACTERS {
            return Err(crate::DraftError::TooLong { field: "" }.into());
        }
    }
}

/// XML's own five entities and character references; nothing is ever expanded.
fn character(reference: &BytesRef<'_>) -> Result<char, WireError> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Ok(character);
    }
    match reference.as_ref() {
        b"lt" => Ok('<'),
        b"gt" => Ok('>'),
        b"amp" => Ok('&'),
        b"apos" => Ok('\''),
        b"quot" => Ok('"'),
        _ => Err(WireError::UnknownEntity),
    }
}

fn next<'a>(reader: &mut Reader<&'a [u8]>) -> Result<Event<'a>, WireError> {
    match reader.read_event() {
        Ok(Event::DocType(_)) => Err(WireError::DocumentType),
        Ok(Event::PI(_)) => Err(WireError::ProcessingInstruction),
        Ok(event) => Ok(event),
        Err(_) => Err(WireError::NotXml),
    }
}

fn skip(reader: &mut Reader<&[u8]>, start: &BytesStart<'_>) -> Result<(), WireError> {
    reader.read_to_end(start.name()).map(|_| ()).map_err(|_| WireError::NotXml)
}

fn name(start: &BytesStart<'_>) -> Result<String, WireError> {
    String::from_utf8(start.name().as_ref().to_vec()).map_err(|_| WireError::NotXml)
}

/// Writes into memory, so no write can fail; an error would be a bug of the library and ends as an empty document,
/// which every reader refuses.
pub(super) struct Document(Writer<Vec<u8>>);

impl Document {
    pub fn new() -> Self {
        let mut document = Self(Writer::new(Vec::with_capacity(4096)));
        document.event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)));
        document
    }

    pub fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.event(Event::Start(BytesStart::new(name).with_attributes(attributes.iter().copied())));
    }

    pub fn close(&mut self, name: &str) {
        self.event(Event::End(BytesEnd::new(name)));
    }

    pub fn text(&mut self, name: &str, text: &str) {
        if text.is_empty() {
            self.event(Event::Empty(BytesStart::new(name)));
        } else {
            self.open(name, &[]);
            self.event(Event::Text(BytesText::new(text)));
            self.close(name);
        }
    }

    pub fn finish(self) -> String {
        String::from_utf8(self.0.into_inner()).unwrap_or_default()
    }

    fn event(&mut self, event: Event<'_>) {
        let written = self.0.write_event(event);
        debug_assert!(written.is_ok(), "memory takes everything");
    }
}
