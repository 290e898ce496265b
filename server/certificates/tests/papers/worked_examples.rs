//! One paper of each kind, filled in by hand from the tables of the contract, to the wire and back.

use crate::invented;
use crate::invented::{Hospital, NOW};
use certificates::wire::driver::{self, RootStamp, State};
use certificates::wire::portal;
use certificates::{Draft, FreeText, Level, check, parse, parse_numbered};
use uuid::Uuid;

const DOCUMENT: Uuid = Uuid::from_u128(0x11111111_2222_4333_8444_555555555555);

fn stamp() -> RootStamp {
    RootStamp {
        uuid: DOCUMENT,
        created: NOW,
        user: FreeText::parse("31999_HSSK").expect("user"),
        status: FreeText::parse("1").expect("status"),
        action: State::Add,
    }
}

fn blocking(draft: &Draft, hospital: &Hospital) -> Vec<String> {
    let findings = check(draft, &hospital.context());
    findings.iter().filter(|f| f.level() == Level::Block).map(|f| format!("{f:?}")).collect()
}

#[test]
fn a_birth_is_written_element_by_element_as_the_table_says() {
    let hospital = Hospital::new();
    assert_eq!(blocking(&invented::birth(), &hospital), [""; 0]);
    let document = portal::write(&hospital.numbered(&invented::birth(), 1), DOCUMENT).expect("written");
    assert_eq!(document.id, "Id-11111111-2222-4333-8444-555555555555");
    let head = "<?xml version=\"1.0\" encoding=\"utf-8\"?><HSDLGCS>\
                <GIAYCHUNGSINH Id=\"Id-11111111-2222-4333-8444-555555555555\"><MA_GCS>00001.GCS.31999.26</MA_GCS><MA_BN/>\
                <MA_CT/><SO_SERI/><MA_BHXH_NND>0000000025</MA_BHXH_NND><MA_THE_NND>GD4310000000025</MA_THE_NND>\
                <HOTEN_NND>Trần Thị Thử Nghiệm</HOTEN_NND><NGAYSINH_NND>19920309</NGAYSINH_NND>\
                <MA_DANTOC_NND>01</MA_DANTOC_NND><MA_QUOCTICH_NND>000</MA_QUOCTICH_NND>\
                <LOAI_GIAYTO_NND>1</LOAI_GIAYTO_NND><SO_CCCD_NND>031192000025</SO_CCCD_NND>\
                <NGAYCAP_CCCD_NND>20220201</NGAYCAP_CCCD_NND>";
    assert!(document.xml.starts_with(head), "{}", document.xml);
    assert!(
        document.xml.contains("<MATINH_CU_TRU>31</MATINH_CU_TRU><MAHUYEN_CU_TRU/><MAXA_CU_TRU>11311</MAXA_CU_TRU>")
    );
    assert!(document.xml.contains("<NGAY_SINH_CON>20261122040500</NGAY_SINH_CON>"));
    assert!(document.xml.ends_with("<CAP_LAN_DAU>1</CAP_LAN_DAU></GIAYCHUNGSINH><CHUKYDONVI/></HSDLGCS>"));
    assert_eq!(document.xml.matches("<MA_BHXH_MTH/>").count(), 1);
}

#[test]
fn a_death_is_written_element_by_element_as_the_table_says() {
    let hospital = Hospital::new();
    assert_eq!(blocking(&invented::death(), &hospital), [""; 0]);
    let document = portal::write(&hospital.numbered(&invented::death(), 4), DOCUMENT).expect("written");
    for part in [
        "<HSDLGBT xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\
         <GIAYBAOTU Id=\"Id-11111111-2222-4333-8444-555555555555\"><MA_GBT>00004.GBT.31999.26</MA_GBT>",
        "<NGAY_SINH>19510101</NGAY_SINH><GIOI_TINH>1</GIOI_TINH>",
        "<NGAYGIO_VV>202611202210</NGAYGIO_VV><NGAY_TV>202611220345</NGAY_TV><TINH_TRANG_TV>0</TINH_TRANG_TV>",
        "<BENH_ICD10_ID>I21.9</BENH_ICD10_ID>",
        "</GIAYBAOTU><CHUKYDONVI/></HSDLGBT>",
    ] {
        assert!(document.xml.contains(part), "{part}\n{}", document.xml);
    }
}

#[test]
fn a_driver_record_has_its_own_codes_and_its_own_misspelling() {
    let hospital = Hospital::new();
    assert_eq!(blocking(&invented::driver(), &hospital), [""; 0]);
    let paper = hospital.numbered(&invented::driver(), 1);
    assert_eq!(paper.natural_key(), "00001/GKSKLX/31999/26 C1");
    let codes = &hospital.settings.conclusions;
    let root = driver::root(&paper, &stamp(), codes).expect("written");
    for part in [
        "<root><UUID>11111111-2222-4333-8444-555555555555</UUID><CREATEDDATE>23/11/2026 09:30:00</CREATEDDATE>",
        "<GIOITINHVAL>0</GIOITINHVAL><SOCMND_PASSPORT>031085000017</SOCMND_PASSPORT>\
         <NGAYTHANGNAMCAPCMD>15/01/2021</NGAYTHANGNAMCAPCMD>",
        "<MAHUYEN_THUONGTRU/>",
        "<NONGDOCON>0</NONGDOCON><DVINONGDOCON>0</DVINONGDOCON><MATUY>0</MATUY><KETLUAN>A0-1</KETLUAN>\
         <HANGBANGLAI>C1</HANGBANGLAI>",
        "<TINHTRANGBENH/></root>",
    ] {
        assert!(root.contains(part), "{part}\n{root}");
    }
    let body = driver::body(&paper, State::Add, root.as_bytes(), codes).expect("written");
    assert!(body.starts_with(
        r#"{"SO":"00001/GKSKLX/31999/26","HOTEN":"Nguyễn Văn Mẫu","GIOITINHVAL":"0","NGAYSINH":"15/01/1985""#
    ));
    assert!(body.contains(r#""NGAYTHANGNAMCAPCMND":"15/01/2021""#) && body.contains(r#""STATE":"ADD","SIGNDATA":""#));
}

#[test]
fn what_was_written_reads_back_as_the_same_paper() {
    let hospital = Hospital::new();
    let context = hospital.context();
    let birth = hospital.numbered(&invented::birth(), 1);
    let read = portal::read(portal::write(&birth, DOCUMENT).expect("written").xml.as_bytes()).expect("read");
    assert_eq!(parse_numbered(&read, &context), Ok(birth));

    // An unknown day of birth is written 0101, so it reads back as 1 January.
    let death = hospital.numbered(&invented::death().with("NGAY_SINH", "01/01/1951").expect("field"), 4);
    let read = portal::read(portal::write(&death, DOCUMENT).expect("written").xml.as_bytes()).expect("read");
    assert_eq!(parse_numbered(&read, &context), Ok(death));

    let paper = hospital.numbered(&invented::driver(), 1);
    let codes = &hospital.settings.conclusions;
    let root = driver::root(&paper, &stamp(), codes).expect("written");
    let body = driver::body(&paper, State::Add, root.as_bytes(), codes).expect("written");
    assert_eq!(parse_numbered(&driver::read_body(body.as_bytes(), codes).expect("read"), &context), Ok(paper));
}

#[test]
fn a_certificate_becomes_the_draft_that_says_the_same() {
    let hospital = Hospital::new();
    for draft in [invented::birth(), invented::death(), invented::driver()] {
        let certificate = parse(&draft, &hospital.context()).expect("parses");
        assert_eq!(parse(&certificate.to_draft(), &hospital.context()).as_ref(), Ok(&certificate));
    }
}

#[test]
fn a_reissue_keeps_the_first_number() {
    let hospital = Hospital::new();
    let context = hospital.context();
    let first = hospital.numbered(&invented::birth(), 7);
    let again = parse_numbered(&first.to_reissue(), &context).expect("parses");
    assert_eq!(again.number(), first.number());
    assert_eq!(first.to_reissue().get("CAP_LAN_DAU"), "0");

    let first = hospital.numbered(&invented::death(), 8);
    let mut corrected = first.to_reissue();
    assert_eq!((corrected.get("SO_BAOTU_BD"), corrected.get("QUYEN_SO_BD")), ("4", "02"));
    corrected.set("SO_BAOTU", "9").expect("field");
    let again = parse_numbered(&corrected, &context).expect("parses");
    assert_eq!(again.number(), first.number());
    assert_eq!(again.to_reissue().get("SO_BAOTU_BD"), "4", "the first, not the one before");
}
