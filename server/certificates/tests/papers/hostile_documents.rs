//! Documents of other systems, listed by what is wrong with them.

use certificates::wire::{MAX_DOCUMENT_BYTES, WireError, driver, portal};
use certificates::{ConclusionCodes, DraftError};
use proptest::prelude::*;

fn read(xml: &str) -> Result<String, WireError> {
    portal::read(xml.as_bytes()).map(|draft| draft.get("HO_TEN").to_owned())
}

fn death(inside: &str) -> String {
    format!("<HSDLGBT><GIAYBAOTU Id=\"Id-1\">{inside}</GIAYBAOTU><CHUKYDONVI/></HSDLGBT>")
}

#[test]
fn text_is_read_with_its_references_and_cdata() {
    assert_eq!(
        read(&death("<HO_TEN>A &amp; B &#x110;<!-- c --><![CDATA[<C>]]></HO_TEN>")).as_deref(),
        Ok("A & B Đ<C>")
    );
    assert_eq!(read(&death("<MA_BN></MA_BN><HO_TEN> Mẫu </HO_TEN>")).as_deref(), Ok("Mẫu"));
    let signed = "<HSDLGBT><GIAYBAOTU><HO_TEN>Mẫu</HO_TEN></GIAYBAOTU><CHUKYDONVI><Signature><SignedInfo/></Signature></CHUKYDONVI></HSDLGBT>";
    assert_eq!(read(signed).as_deref(), Ok("Mẫu"));
}

#[test]
fn every_wrong_document_is_refused_by_name() {
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>";
    let long = death(&format!("<HO_TEN>{}</HO_TEN>", "x".repeat(5000)));
    let longer = death(&format!("<HO_TEN>{}</HO_TEN>", "x".repeat(40_000)));
    let many = death(&"<MA_BN/>".repeat(500));
    for (xml, expected) in [
        ("", WireError::NotXml),
        ("not xml", WireError::NotXml),
        ("<HSDLGBT>", WireError::NotXml),
        ("<HSDLGBT></HSDLGCS>", WireError::NotXml),
        ("<HSDLGBT/>", WireError::NotXml),
        ("<HSDLKHAC></HSDLKHAC>", WireError::UnknownRoot),
        ("<HSDLGBT></HSDLGBT>", WireError::NoPaper),
        ("<HSDLGBT><CHUKYDONVI/></HSDLGBT>", WireError::NoPaper),
        ("<HSDLGBT><GIAYCHUNGSINH></GIAYCHUNGSINH></HSDLGBT>", WireError::UnknownElement),
        ("<HSDLGBT><GIAYBAOTU></GIAYBAOTU><GIAYBAOTU></GIAYBAOTU></HSDLGBT>", WireError::Twice("GIAYBAOTU")),
        ("<HSDLGBT><GIAYBAOTU></GIAYBAOTU></HSDLGBT><HSDLGBT></HSDLGBT>", WireError::NotXml),
        (&format!("{bomb}<HSDLGBT></HSDLGBT>"), WireError::DocumentType),
        (&death("<?php evil ?>"), WireError::ProcessingInstruction),
        (&death("<HO_TEN>&b;</HO_TEN>"), WireError::UnknownEntity),
        (&death("<HO_TEN><b>x</b></HO_TEN>"), WireError::Nested),
        (&death("<HOTEN_NND>x</HOTEN_NND>"), WireError::UnknownElement),
        (&death("<HO_TEN>x</HO_TEN><HO_TEN>y</HO_TEN>"), WireError::Twice("HO_TEN")),
        (&death("stray"), WireError::NotXml),
        (&long, WireError::Draft(DraftError::TooLong { field: "HO_TEN" })),
        (&longer, WireError::Draft(DraftError::TooLong { field: "" })),
        (&many, WireError::UnknownElement),
    ] {
        assert_eq!(read(xml), Err(expected), "{}", xml.chars().take(120).collect::<String>());
    }
    let large = vec![b' '; MAX_DOCUMENT_BYTES + 1];
    assert!(matches!(portal::read(&large), Err(WireError::TooLarge { .. })));
    assert_eq!(portal::read(&[0xff, 0xfe]), Err(WireError::NotUtf8));
}

#[test]
fn a_body_must_say_what_its_signed_root_says() {
    use base64::Engine;
    let codes = ConclusionCodes::default();
    let body = |members: &str, root: &str| {
        let signed = base64::engine::general_purpose::STANDARD.encode(root);
        driver::read_body(format!("{{{members},\"SIGNDATA\":\"{signed}\"}}").as_bytes(), &codes)
    };
    let root =
        "<root><HOTEN>Mẫu</HOTEN><KETLUAN>A0-2</KETLUAN><MOBILE>0912345678</MOBILE><Signature><x/></Signature></root>";
    let read = body("\"HOTEN\":\"Mẫu\",\"KETLUAN\":\"A0-2\"", root).expect("reads");
    assert_eq!((read.get("KETLUAN"), read.get("MOBILE")), ("UNFIT", "0912345678"));
    assert_eq!(body("\"HOTEN\":\"Mẫu\",\"KETLUAN\":\"A0-1\"", root), Err(WireError::SignedOtherwise("KETLUAN")));
    assert_eq!(body("\"HOTEN\":\"a\",\"HOTEN\":\"b\"", root), Err(WireError::Twice("HOTEN")));
    assert_eq!(body("\"NOPE\":\"a\"", root), Err(WireError::UnknownElement));
    assert_eq!(body("\"HOTEN\":[]", root), Err(WireError::NotJson));
    for (json, expected) in [
        ("", WireError::NotJson),
        ("[]", WireError::NotJson),
        ("{}", WireError::SignData),
        ("{\"SIGNDATA\":\"***\"}", WireError::SignData),
        ("{\"SIGNDATA\":\"\"}", WireError::NotXml),
    ] {
        assert_eq!(driver::read_body(json.as_bytes(), &codes), Err(expected), "{json}");
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let codes = ConclusionCodes::default();
        prop_assert!(portal::read(&bytes).is_err());
        prop_assert!(driver::read_root(&bytes, &codes).is_err());
        prop_assert!(driver::read_body(&bytes, &codes).is_err());
    }

    #[test]
    fn no_soup_of_our_own_tags_panics(parts in proptest::collection::vec(0usize..12, 0..40)) {
        let tags = ["<HSDLGBT>", "</HSDLGBT>", "<GIAYBAOTU>", "</GIAYBAOTU>", "<HO_TEN>", "</HO_TEN>", "<MA_BN/>",
                    "&amp;", "x", "<CHUKYDONVI>", "</CHUKYDONVI>", "<![CDATA[x]]>"];
        let soup: String = parts.into_iter().map(|part| tags[part]).collect();
        let _ = portal::read(soup.as_bytes());
    }
}
