//! Canonical XML 1.0 without comments, `http://www.w3.org/TR/2001/REC-xml-c14n-20010315`: the bytes that are digested
//! and signed.
//!
//! A document is canonicalized whole, as one element with what is below it, or whole without one element (the
//! enveloped-signature transform, XMLDSig 6.6.4). Other node sets (XPath filters), comments and the exclusive form
//! are left out on purpose: no shape that this crate signs or accepts has them. Documents come from the parser
//! without a DTD, so of the recommendation's section 2.1 only attribute values, CDATA and character
//! references are at work, and the parser has done those.

use std::fmt::Write as _;

use roxmltree::{Node, NodeId};

use crate::document::{qualified_name, until_name_ends};

/// The namespace of `xml:` attributes, in scope everywhere and never declared.
const XML: &str = roxmltree::NS_XML_URI;

/// A prefix (empty for the default) and the namespace it stands for.
type Binding<'a> = (&'a str, &'a str);

/// The canonical form of the document, or of an element with what is below it, without the omitted element.
pub(crate) fn canonical(node: Node<'_, '_>, omitted: Option<NodeId>) -> String {
    let mut writer = Writer { text: String::with_capacity(node.range().len()), omitted };
    if node.is_root() {
        writer.document(node);
    } else {
        writer.element(node, &[], Apex::Yes);
    }
    writer.text
}

/// Whether the element's parent is outside of what is written.
#[derive(Clone, Copy, PartialEq)]
enum Apex {
    Yes,
    No,
}

struct Writer {
    text: String,
    omitted: Option<NodeId>,
}

impl Writer {
    /// 2.3 "Root Node": instructions beside the root element stand on lines of their own.
    fn document(&mut self, root: Node<'_, '_>) {
        let mut after_element = false;
        for child in root.children() {
            if child.is_element() {
                self.element(child, &[], Apex::No);
                after_element = true;
            } else if child.is_pi() {
                if after_element {
                    self.text.push('\n');
                }
                self.instruction(child);
                if !after_element {
                    self.text.push('\n');
                }
            }
        }
    }

    /// `rendered`: the namespaces in scope of the parent that was written.
    fn element(&mut self, node: Node<'_, '_>, rendered: &[Binding<'_>], apex: Apex) {
        if self.omitted == Some(node.id()) {
            return;
        }
        let name = qualified_name(node);
        let in_scope = namespaces(node);
        let _ = write!(self.text, "<{name}");
        self.declarations(&in_scope, rendered);
        self.attributes(node, apex);
        self.text.push('>');
        for child in node.children() {
            if child.is_element() {
                self.element(child, &in_scope, Apex::No);
            } else if child.is_text() {
                self.characters(child.text().unwrap_or_default());
            } else if child.is_pi() {
                self.instruction(child);
            }
        }
        let _ = write!(self.text, "</{name}>");
    }

    /// 2.3 "Namespace Axis": what the parent has not already said, the default first. A parent's default that is
    /// undeclared here is the one case of an empty `xmlns`.
    fn declarations(&mut self, in_scope: &[Binding<'_>], rendered: &[Binding<'_>]) {
        let has_default = |bindings: &[Binding<'_>]| bindings.first().is_some_and(|(prefix, _)| prefix.is_empty());
        if has_default(rendered) && !has_default(in_scope) {
            self.text.push_str(" xmlns=\"\"");
        }
        for binding @ (prefix, uri) in in_scope {
            if rendered.binary_search(binding).is_ok() {
                continue;
            }
            self.text.push_str(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
            let _ = write!(self.text, "{prefix}=\"");
            self.value(uri);
            self.text.push('"');
        }
    }

    /// 2.3 "Attribute Axis": by namespace name, then local name. 2.4: the apex of a subset carries the `xml:`
    /// attributes of its ancestors.
    fn attributes(&mut self, node: Node<'_, '_>, apex: Apex) {
        let source = node.document().input_text();
        let mut sorted: Vec<(&str, &str, &str, &str)> = Vec::new();
        let ancestors = if apex == Apex::Yes { usize::MAX } else { 1 };
        for (distance, element) in node.ancestors().filter(Node::is_element).take(ancestors).enumerate() {
            for attribute in element.attributes() {
                let uri = attribute.namespace().unwrap_or_default();
                let inherited = distance > 0;
                let already = || sorted.iter().any(|(other, name, ..)| *other == uri && *name == attribute.name());
                if inherited && (uri != XML || already()) {
                    continue;
                }
                let written = until_name_ends(source.get(attribute.range().start..).unwrap_or_default());
                sorted.push((uri, attribute.name(), written, attribute.value()));
            }
        }
        sorted.sort_unstable();
        for (_, _, written, value) in sorted {
            let _ = write!(self.text, " {written}=\"");
            self.value(value);
            self.text.push('"');
        }
    }

    fn instruction(&mut self, node: Node<'_, '_>) {
        let Some(instruction) = node.pi() else { return };
        let _ = write!(self.text, "<?{}", instruction.target);
        if let Some(value) = instruction.value.filter(|value| !value.is_empty()) {
            let _ = write!(self.text, " {}", value);
        }
        self.text.push_str("?>");
    }

    /// 2.3 "Text Nodes".
    fn characters(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '\r' => self.text.push_str("&#xD;"),
                other => self.text.push(other),
            }
        }
    }

    /// 2.3 "Attribute Nodes".
    fn value(&mut self, value: &str) {
        for character in value.chars() {
            match character {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '"' => self.text.push_str("&quot;"),
                '\t' => self.text.push_str("&#x9;"),
                '\n' => self.text.push_str("&#xA;"),
                '\r' => self.text.push_str("&#xD;"),
                other => self.text.push(other),
            }
        }
    }
}

/// The namespace axis of an element, sorted by prefix: neither `xml`, nor a default that is undeclared.
fn namespaces<'a>(node: Node<'a, '_>) -> Vec<Binding<'a>> {
    let mut bindings: Vec<Binding<'a>> = node
        .namespaces()
        .filter(|namespace| namespace.uri() != XML && !namespace.uri().is_empty())
        .map(|namespace| (namespace.name().unwrap_or_default(), namespace.uri()))
        .collect();
    bindings.sort_unstable();
    bindings
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;
    use roxmltree::{Document, ParsingOptions};

    /// The recommendation's examples have DTDs, which outside documents may not: here the parser is told to read over
    /// them.
    fn whole(xml: &str) -> String {
        let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
        let xml = crate::document::line_ends(xml);
        let document = Document::parse_with_options(&xml, options).unwrap();
        canonical(document.root(), None)
    }

    #[test]
    fn c14n_3_1_instructions_comments_and_outside_of_the_document_element() {
        let input = "<?xml version=\"1.0\"?>\n\n<?xml-stylesheet   href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n\n\
            <!DOCTYPE doc SYSTEM \"doc.dtd\">\n\n<doc>Hello, world!<!-- Comment 1 --></doc>\n\n\
            <?pi-without-data     ?>\n\n<!-- Comment 2 -->\n\n<!-- Comment 3 -->";
        let expected = "<?xml-stylesheet href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n<doc>Hello, world!</doc>\n<?pi-without-data?>";
        assert_eq!(whole(input), expected);
    }

    #[test]
    fn c14n_3_2_white_space_in_content_is_kept() {
        let input = "<doc>\n   <clean>   </clean>\n   <dirty>   A   B   </dirty>\n   <mixed>\n      A\n      <clean>   </clean>\n      \
            B\n      <dirty>   A   B   </dirty>\n      C\n   </mixed>\n</doc>";
        assert_eq!(whole(input), input);
    }

    #[test]
    fn c14n_3_3_start_and_end_tags() {
        // The example's DTD gives e9 a default attribute attr="default"; without DTDs in our documents it is written
        // out here.
        let input = "<doc>\n   <e1   />\n   <e2   ></e2>\n   <e3   name = \"elem3\"   id=\"elem3\"   />\n   \
            <e4   name=\"elem4\"   id=\"elem4\"   ></e4>\n   <e5 a:attr=\"out\" b:attr=\"sorted\" attr2=\"all\" attr=\"I'm\"\n      \
            xmlns:b=\"http://www.ietf.org\"\n      xmlns:a=\"http://www.w3.org\"\n      xmlns=\"http://example.org\"/>\n   \
            <e6 xmlns=\"\" xmlns:a=\"http://www.w3.org\">\n      <e7 xmlns=\"http://www.ietf.org\">\n         \
            <e8 xmlns=\"\" xmlns:a=\"http://www.w3.org\">\n            <e9 xmlns=\"\" xmlns:a=\"http://www.ietf.org\" attr=\"default\"/>\n         \
            </e8>\n      </e7>\n   </e6>\n</doc>";
        let expected = "<doc>\n   <e1></e1>\n   <e2></e2>\n   <e3 id=\"elem3\" name=\"elem3\"></e3>\n   \
            <e4 id=\"elem4\" name=\"elem4\"></e4>\n   <e5 xmlns=\"http://example.org\" xmlns:a=\"http://www.w3.org\" \
            xmlns:b=\"http://www.ietf.org\" attr=\"I'm\" attr2=\"all\" b:attr=\"sorted\" a:attr=\"out\"></e5>\n   \
            <e6 xmlns:a=\"http://www.w3.org\">\n      <e7 xmlns=\"http://www.ietf.org\">\n         \
            <e8 xmlns=\"\">\n            <e9 xmlns:a=\"http://www.ietf.org\" attr=\"default\"></e9>\n         \
            </e8>\n      </e7>\n   </e6>\n</doc>";
        assert_eq!(whole(input), expected);
    }

    #[test]
    fn c14n_3_4_character_modifications_and_references() {
        // The example's last two elements (NMTOKENS and ID attributes) need its DTD and are left out.
        let input = "<doc>\n   <text>First line&#x0d;&#10;Second line</text>\n   <value>&#x32;</value>\n   \
            <compute><![CDATA[value>\"0\" && value<\"10\" ?\"valid\":\"error\"]]></compute>\n   \
            <compute expr='value>\"0\" &amp;&amp; value&lt;\"10\" ?\"valid\":\"error\"'>valid</compute>\n   \
            <norm attr=' &apos;   &#x20;&#13;&#xa;&#9;   &apos; '/>\n</doc>";
        let expected = "<doc>\n   <text>First line&#xD;\nSecond line</text>\n   <value>2</value>\n   \
            <compute>value&gt;\"0\" &amp;&amp; value&lt;\"10\" ?\"valid\":\"error\"</compute>\n   \
            <compute expr=\"value>&quot;0&quot; &amp;&amp; value&lt;&quot;10&quot; ?&quot;valid&quot;:&quot;error&quot;\">valid</compute>\n   \
            <norm attr=\" '    &#xD;&#xA;&#x9;   ' \"></norm>\n</doc>";
        assert_eq!(whole(input), expected);
    }

    #[test]
    fn c14n_3_5_internal_entities_become_their_text() {
        // The example's external entities are not fetched by anything here.
        let input = "<!DOCTYPE doc [\n<!ATTLIST doc attrExtEnt CDATA #IMPLIED>\n<!ENTITY ent1 \"Hello\">\n<!ENTITY ent2 \"world\">\n]>\n\
            <doc>\n   &ent1;, &ent2;!\n</doc>\n\n<!-- Let world.txt contain \"world\" (excluding the quotes) -->";
        assert_eq!(whole(input), "<doc>\n   Hello, world!\n</doc>");
    }

    #[test]
    fn c14n_3_6_the_result_is_utf8() {
        assert_eq!(whole("<?xml version=\"1.0\"?><doc>&#169;</doc>").as_bytes(), b"<doc>\xc2\xa9</doc>");
    }

    #[test]
    fn c14n_2_4_a_subset_takes_namespaces_and_xml_attributes_from_above() {
        let xml = "<a xmlns='d' xmlns:x='u' xml:lang='vi' xml:space='preserve'><b xml:lang='en' id='1'><c/></b></a>";
        let document = Document::parse(xml).unwrap();
        let b = document.descendants().find(|node| node.has_tag_name(("d", "b"))).unwrap();
        assert_eq!(
            canonical(b, None),
            "<b xmlns=\"d\" xmlns:x=\"u\" id=\"1\" xml:lang=\"en\" xml:space=\"preserve\"><c></c></b>"
        );
        let c = document.descendants().find(|node| node.has_tag_name(("d", "c"))).unwrap();
        assert_eq!(
            canonical(document.root(), Some(c.id())),
            "<a xmlns=\"d\" xmlns:x=\"u\" xml:lang=\"vi\" xml:space=\"preserve\"><b id=\"1\" xml:lang=\"en\"></b></a>"
        );
    }

    #[test]
    fn two_prefixes_of_one_namespace_stay_as_written() {
        let xml = "<p:a xmlns:p=\"u\" xmlns:q=\"u\"><q:b p:x=\"1\" q:y=\"2\"></q:b></p:a>";
        assert_eq!(whole(xml), xml);
    }

    #[test]
    fn line_ends_become_one() {
        assert_eq!(whole("<a b='1\r\n2\r3'>x\r\ny\rz<?p q\r\nr?></a>"), "<a b=\"1 2 3\">x\ny\nz<?p q\nr?></a>");
    }
}
