//! Outside XML, bounded before it is parsed: size, nesting, attributes, namespaces and nodes have limits, a DTD is
//! refused (XML 1.0 2.8; with it go entities, defaulted attributes and their attacks), identifiers are unique.
//! Well-formedness itself is the business of `roxmltree`.

use std::borrow::Cow;
use std::collections::BTreeSet;

use roxmltree::{Document, Node, ParsingOptions};
use thiserror::Error;

/// The largest document, in bytes.
pub const MAX_BYTES: usize = 4 << 20;
/// The deepest nesting of elements.
pub const MAX_DEPTH: usize = 64;
/// The most attributes and namespace declarations on one element.
pub const MAX_ATTRIBUTES: usize = 64;
/// The most namespace declarations in a document.
pub const MAX_NAMESPACES: usize = 128;
/// The most nodes in a document.
pub const MAX_NODES: u32 = 100_000;
/// The longest identifier, in bytes.
pub const MAX_ID: usize = 128;

/// The document is not one that this crate reads.
#[derive(Debug, Error)]
pub enum XmlError {
    #[error("the document is larger than {MAX_BYTES} bytes")]
    TooLarge,
    #[error("the document is not UTF-8")]
    NotUtf8,
    #[error("elements are nested deeper than {MAX_DEPTH}")]
    TooDeep,
    #[error("an element has more than {MAX_ATTRIBUTES} attributes")]
    TooManyAttributes,
    #[error("the document declares more than {MAX_NAMESPACES} namespaces")]
    TooManyNamespaces,
    #[error("the document has more than {MAX_NODES} nodes")]
    TooManyNodes,
    #[error("the document has a document type declaration")]
    Dtd,
    #[error("two elements have the same identifier")]
    RepeatedId,
    #[error("an identifier is empty, longer than {MAX_ID} bytes, or not a plain name")]
    BadId,
    #[error("the document is not well-formed XML")]
    NotWellFormed(#[source] Option<roxmltree::Error>),
}

/// The text of a document from outside. Whatever its declaration calls it, it is read as UTF-8.
pub(crate) fn read(xml: &[u8]) -> Result<Cow<'_, str>, XmlError> {
    if xml.len() > MAX_BYTES {
        return Err(XmlError::TooLarge);
    }
    Ok(line_ends(std::str::from_utf8(xml).map_err(|_| XmlError::NotUtf8)?))
}

/// XML 1.0 2.11, before parsing as it says there: `roxmltree` leaves a carriage return that follows a character
/// reference.
pub(crate) fn line_ends(xml: &str) -> Cow<'_, str> {
    if !xml.contains('\r') {
        return Cow::Borrowed(xml);
    }
    Cow::Owned(xml.replace("\r\n", "\n").replace('\r', "\n"))
}

/// Parses a text whose line ends are LF.
pub(crate) fn parse_text(xml: &str) -> Result<Document<'_>, XmlError> {
    if xml.len() > MAX_BYTES {
        return Err(XmlError::TooLarge);
    }
    check_declared_encoding(xml)?;
    check_tags(xml)?;
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(xml, options).map_err(|error| match error {
        roxmltree::Error::DtdDetected => XmlError::Dtd,
        roxmltree::Error::NodesLimitReached => XmlError::TooManyNodes,
        other => XmlError::NotWellFormed(Some(other)),
    })?;
    check_ids(&document)?;
    Ok(document)
}

/// The name in the start tag as written, with its prefix: `roxmltree` keeps the namespace only.
pub(crate) fn qualified_name<'a>(node: Node<'a, '_>) -> &'a str {
    let source = node.document().input_text();
    until_name_ends(source.get(node.range().start + 1..).unwrap_or_default())
}

/// The namespace of an element, none where the default is undeclared.
pub(crate) fn namespace<'a>(node: Node<'a, '_>) -> Option<&'a str> {
    node.tag_name().namespace().filter(|uri| !uri.is_empty())
}

/// Whether this is the element of that namespace and name.
pub(crate) fn is_element(node: Node<'_, '_>, uri: Option<&str>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name && namespace(node) == uri
}

pub(crate) fn child_elements<'a, 'input>(node: Node<'a, 'input>) -> Vec<Node<'a, 'input>> {
    node.children().filter(Node::is_element).collect()
}

/// The text of an element that has text only; comments stand outside what is signed, so one within is refused too.
pub(crate) fn only_text(node: Node<'_, '_>) -> Option<String> {
    let mut text = String::new();
    for child in node.children() {
        text.push_str(child.is_text().then(|| child.text()).flatten()?);
    }
    Some(text)
}

/// The identifier of an element: `Id`, as XMLDSig and the gateway's envelopes spell it.
pub(crate) fn id<'a>(node: Node<'a, '_>) -> Option<&'a str> {
    node.attribute("Id")
}

/// Whether there is text, other than white space, where only elements are expected.
pub(crate) fn has_stray_text(node: Node<'_, '_>) -> bool {
    node.children().any(|child| child.is_text() && child.text().is_some_and(|text| !text.trim().is_empty()))
}

pub(crate) fn until_name_ends(source: &str) -> &str {
    let end = source.find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '/' | '>'));
    end.and_then(|end| source.get(..end)).unwrap_or(source)
}

/// An identifier that another verifier could take for one counts: any spelling of `Id`, and `xml:id`. A reference is
/// to one element, so a second with the same identifier is how a signature is wrapped around something else.
fn check_ids(document: &Document<'_>) -> Result<(), XmlError> {
    let mut seen = BTreeSet::new();
    for node in document.descendants().filter(Node::is_element) {
        let mut own = BTreeSet::new();
        for attribute in node.attributes() {
            let plain = attribute.namespace().is_none() && attribute.name().eq_ignore_ascii_case("id");
            let xml = attribute.namespace() == Some(roxmltree::NS_XML_URI) && attribute.name() == "id";
            if plain || xml {
                own.insert(attribute.value());
            }
        }
        for value in own {
            if !is_plain_name(value) {
                return Err(XmlError::BadId);
            }
            if !seen.insert(value) {
                return Err(XmlError::RepeatedId);
            }
        }
    }
    Ok(())
}

/// A name that needs no escaping in a URI fragment: a letter or `_`, then letters, digits, `.`, `-`, `_`.
fn is_plain_name(value: &str) -> bool {
    let mut bytes = value.bytes();
    value.len() <= MAX_ID
        && bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

/// Another encoding in the declaration would make another parser read other characters.
fn check_declared_encoding(xml: &str) -> Result<(), XmlError> {
    let xml = xml.strip_prefix('\u{feff}').unwrap_or(xml);
    let Some(declaration) = xml.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) else {
        return Ok(());
    };
    let Some((_, encoding)) = declaration.0.split_once("encoding") else {
        return Ok(());
    };
    let encoding = encoding.trim_matches(|c: char| c.is_ascii_whitespace() || c == '=');
    let name = encoding.get(1..).and_then(|rest| rest.split(['"', '\'']).next());
    match name {
        Some(name) if name.eq_ignore_ascii_case("utf-8") => Ok(()),
        _ => Err(XmlError::NotUtf8),
    }
}

/// One pass over the tags. A parser compares each attribute of an element with each other and inherits namespaces
/// downwards: work that must be bounded before it begins. What this pass misreads is not well-formed, and the parser
/// says so after it.
fn check_tags(xml: &str) -> Result<(), XmlError> {
    let malformed = || XmlError::NotWellFormed(None);
    let mut rest = xml;
    let mut depth = 0_usize;
    let mut namespaces = 0_usize;
    while let Some(start) = rest.find('<') {
        rest = rest.get(start..).unwrap_or_default();
        let skipped = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")]
            .into_iter()
            .find_map(|(open, close)| rest.strip_prefix(open).map(|inner| (inner, close)));
        if let Some((inner, close)) = skipped {
            rest = inner.split_once(close).ok_or_else(malformed)?.1;
            continue;
        }
        if rest.starts_with("<!") {
            return Err(XmlError::Dtd);
        }
        let tag = Tag::read(rest).ok_or_else(malformed)?;
        rest = rest.get(tag.length..).unwrap_or_default();
        if tag.attributes > MAX_ATTRIBUTES {
            return Err(XmlError::TooManyAttributes);
        }
        namespaces += tag.namespaces;
        if namespaces > MAX_NAMESPACES {
            return Err(XmlError::TooManyNamespaces);
        }
        match tag.kind {
            TagKind::Start => depth += 1,
            TagKind::End => depth = depth.saturating_sub(1),
            TagKind::Empty => {}
        }
        if depth > MAX_DEPTH {
            return Err(XmlError::TooDeep);
        }
    }
    Ok(())
}

enum TagKind {
    Start,
    End,
    Empty,
}

struct Tag {
    kind: TagKind,
    length: usize,
    attributes: usize,
    namespaces: usize,
}

impl Tag {
    /// The tag that begins here, to its `>` outside quotes.
    fn read(source: &str) -> Option<Self> {
        let bytes = source.as_bytes();
        let mut quote = None;
        let mut attributes = 0;
        for (at, &byte) in bytes.iter().enumerate().skip(1) {
            match (quote, byte) {
                (None, b'>') => {
                    let kind = match (bytes.get(1), at.checked_sub(1).and_then(|before| bytes.get(before))) {
                        (Some(b'/'), _) => TagKind::End,
                        (_, Some(b'/')) => TagKind::Empty,
                        _ => TagKind::Start,
                    };
                    let inside = source.get(..at).unwrap_or_default();
                    return Some(Self {
                        kind,
                        length: at + 1,
                        attributes,
                        namespaces: inside.matches("xmlns").count(),
                    });
                }
                (None, b'"' | b'\'') => {
                    quote = Some(byte);
                    attributes += 1;
                }
                (Some(open), _) if open == byte => quote = None,
                _ => {}
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;

    fn parse(xml: &[u8]) -> Result<(), XmlError> {
        parse_text(&read(xml)?).map(|_| ())
    }

    #[test]
    fn a_document_type_declaration_is_refused() {
        for xml in [
            "<!DOCTYPE a><a/>",
            "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>",
            "<?xml version=\"1.0\"?><!DOCTYPE a SYSTEM \"file:///etc/hostname\"><a/>",
        ] {
            assert!(matches!(parse(xml.as_bytes()), Err(XmlError::Dtd)), "{xml}");
        }
    }

    #[test]
    fn every_limit_is_a_limit() {
        let deep = "<a>".repeat(MAX_DEPTH + 1) + &"</a>".repeat(MAX_DEPTH + 1);
        assert!(matches!(parse(deep.as_bytes()), Err(XmlError::TooDeep)));
        let fits = "<a>".repeat(MAX_DEPTH) + &"</a>".repeat(MAX_DEPTH);
        assert!(parse(fits.as_bytes()).is_ok());
        let wide: String = (0..=MAX_ATTRIBUTES).map(|n| format!(" a{n}='>'")).collect();
        assert!(matches!(parse(format!("<a{wide}/>").as_bytes()), Err(XmlError::TooManyAttributes)));
        let spaces: String = (0..=MAX_NAMESPACES).map(|n| format!("<b xmlns:n{n}='u'/>")).collect();
        assert!(matches!(parse(format!("<a>{spaces}</a>").as_bytes()), Err(XmlError::TooManyNamespaces)));
        let many = format!("<a>{}</a>", "<b/>".repeat(MAX_NODES as usize));
        assert!(matches!(parse(many.as_bytes()), Err(XmlError::TooManyNodes)));
        let large = format!("<a>{}</a>", "x".repeat(MAX_BYTES));
        assert!(matches!(parse(large.as_bytes()), Err(XmlError::TooLarge)));
    }

    #[test]
    fn an_identifier_in_any_spelling_stands_once() {
        for xml in ["<a Id='x'><b Id='x'/></a>", "<a Id='x'><b id='x'/></a>", "<a ID='x'><b xml:id='x'/></a>"] {
            assert!(matches!(parse(xml.as_bytes()), Err(XmlError::RepeatedId)), "{xml}");
        }
        for xml in ["<a Id=''/>", "<a Id='x y'/>", "<a id='1'/>", "<a Id='á'/>"] {
            assert!(matches!(parse(xml.as_bytes()), Err(XmlError::BadId)), "{xml}");
        }
    }

    #[test]
    fn only_utf8_is_read() {
        assert!(matches!(parse(b"<a>\xff</a>"), Err(XmlError::NotUtf8)));
        for declared in ["UTF-16", "windows-1258", ""] {
            let xml = format!("<?xml version='1.0' encoding='{declared}'?><a/>");
            assert!(matches!(parse(xml.as_bytes()), Err(XmlError::NotUtf8)), "{xml}");
        }
        assert!(parse("\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><a/>".as_bytes()).is_ok());
    }

    #[test]
    fn names_keep_their_prefix() {
        let document = parse_text("<p:a xmlns:p='u' xmlns:q='u'><q:b/><c\n/></p:a>").unwrap();
        let names: Vec<_> = document.descendants().filter(Node::is_element).map(qualified_name).collect();
        assert_eq!(names, ["p:a", "q:b", "c"]);
    }
}
