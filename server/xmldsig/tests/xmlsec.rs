//! Debian's `xmlsec1` (libxml2, OpenSSL) reads our signatures, and we read its.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use support::{at, envelope, signers};
use tempfile::TempDir;
use xmldsig::sim::{Authority, Signer};
use xmldsig::{Algorithm, SigningKey as _, SoftwareKey, sign_enveloped, sign_paper, verify_enveloped, verify_paper};

const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";

/// Everything that canonicalization touches: namespaces used and not, two prefixes of one, a default that comes and
/// goes, attributes out of order, `xml:` attributes, character references, CDATA, an instruction, comments, line
/// ends, letters outside ASCII and the BMP.
const WITH_EVERYTHING: &str = "<?xml version='1.0' encoding='UTF-8'?>\r\n<?before   all ?>\r\n<!-- c -->\
    <root z='1' a='&lt;&quot;&#9;&#10;&#13;&amp;>' xmlns:b='urn:b' xmlns:c='urn:b' b:y='1' c:x=\"'\" xml:lang='vi' xmlns='urn:d'>\r\n\
    \t<b:x xmlns:unused='urn:u' xml:space='preserve'> Nguyễn Văn Ấm \u{20000}&#x20000; </b:x><y xmlns=''><z xmlns='urn:d' q='a\r\n\tb'/></y>\
    <![CDATA[<&>]]>]]&gt;&#13;<?pi  with  data\r\n?><c:x/>\r<!-- comment --></root><!-- after --><?end?>";

struct Xmlsec {
    folder: TempDir,
}

impl Xmlsec {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    fn run(&self, arguments: &[&str], file: &Path) -> Output {
        Command::new("xmlsec1")
            .args(arguments)
            .args(["--id-attr:Id", "GIAYCHUNGSINH", "--id-attr:Id", &format!("{DSIG}:Object")])
            .arg(file)
            .output()
            .expect("xmlsec1 is installed: its package is xmlsec1")
    }

    fn verifies(&self, signed: &[u8], signer: &Signer) -> bool {
        self.verifies_under(signed, &signer.certificate_pem())
    }

    fn verifies_under(&self, signed: &[u8], trusted: &str) -> bool {
        let trusted = self.file("trusted.pem", trusted.as_bytes());
        let signed = self.file("signed.xml", signed);
        let arguments =
            ["--verify", "--verification-time", "2026-11-23 13:37:20", "--trusted-pem", trusted.to_str().unwrap()];
        let output = self.run(&arguments, &signed);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let refused = said.contains("FAIL") || said.contains("ERROR");
        assert_ne!(output.status.success(), refused, "{said}");
        output.status.success()
    }

    fn sign(&self, template: &str, key: &[&str]) -> Vec<u8> {
        let template = self.file("template.xml", template.as_bytes());
        let output = self.run(&[&["--sign"], key].concat(), &template);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }
}

#[test]
fn xmlsec1_accepts_our_signatures() {
    let xmlsec = Xmlsec::new();
    for signer in signers() {
        let key = signer.key();
        let paper = sign_paper(&envelope(), &key, at()).unwrap();
        assert!(xmlsec.verifies(paper.as_bytes(), signer), "{:?}", key.algorithm());
        let changed = paper.replacen("Trần", "Trấn", 1);
        assert!(!xmlsec.verifies(changed.as_bytes(), signer));
        let later = paper.replacen(":37:20Z", ":37:21Z", 1);
        assert!(!xmlsec.verifies(later.as_bytes(), signer));
        let record = sign_enveloped(WITH_EVERYTHING, &key, at()).unwrap();
        assert!(xmlsec.verifies(record.as_bytes(), signer), "{:?}", key.algorithm());
        assert!(!xmlsec.verifies(record.replacen("Ấm", "Ẩm", 1).as_bytes(), signer));
    }
}

/// The same elements as a paper, in an envelope with everything that is in scope of them.
#[test]
fn xmlsec1_accepts_a_paper_whose_envelope_has_namespaces_and_xml_attributes() {
    let xmlsec = Xmlsec::new();
    let inner = WITH_EVERYTHING.split_once("<!-- c -->").unwrap().1.replace("<!-- after --><?end?>", "");
    let envelope = format!(
        "<HSDLGCS xmlns:q='urn:q' xmlns:b='urn:above' xml:lang='en' xml:base='x'><GIAYCHUNGSINH Id='Id-1' xmlns:w='urn:w'>{inner}\
         </GIAYCHUNGSINH>\n<CHUKYDONVI></CHUKYDONVI></HSDLGCS>"
    );
    for signer in signers() {
        let signed = sign_paper(&envelope, &signer.key(), at()).unwrap();
        assert!(xmlsec.verifies(signed.as_bytes(), signer));
    }
}

#[test]
fn a_signature_brings_its_issuers_certificate_along() {
    let xmlsec = Xmlsec::new();
    let authority = || Authority::new("CN=Issuer,C=VN", support::NOT_BEFORE, support::NOT_AFTER);
    let (issuer, stranger) = (authority(), authority());
    for algorithm in [Algorithm::RsaSha256, Algorithm::EcdsaP256Sha256] {
        let signer = issuer.issue(algorithm, "CN=Facility,C=VN", support::NOT_BEFORE, support::NOT_AFTER);
        // The certificates come through a file in which their order means nothing.
        let key = SoftwareKey::from_pkcs12(&signer.pkcs12("x"), "x").unwrap();
        assert_eq!(key.certificate_chain(), [signer.certificate().clone(), issuer.certificate().clone()]);
        let signed = sign_paper(&envelope(), &key, at()).unwrap();
        let proof = verify_paper(signed.as_bytes()).unwrap();
        assert_eq!(proof.signer(), signer.certificate());
        assert_eq!(proof.other_certificates(), [issuer.certificate().clone()]);
        assert!(xmlsec.verifies_under(signed.as_bytes(), &issuer.certificate_pem()));
        assert!(!xmlsec.verifies_under(signed.as_bytes(), &stranger.certificate_pem()));
    }
}

fn template(algorithm: Algorithm, references: &str, object_id: &str) -> String {
    format!(
        "<ds:Signature xmlns:ds=\"{DSIG}\" Id=\"CHUKYDONVI-Id-7\"><ds:SignedInfo>
           <ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"/>
           <ds:SignatureMethod Algorithm=\"{}\"/>{references}</ds:SignedInfo>
         <ds:SignatureValue/><ds:KeyInfo><ds:X509Data><ds:X509SubjectName/><ds:X509Certificate/></ds:X509Data></ds:KeyInfo>
         <ds:Object{object_id}><ds:SignatureProperties><ds:SignatureProperty Target=\"#CHUKYDONVI-Id-7\"><SigningTime
           xmlns=\"urn:t\">2026-11-23T20:37:20+07:00</SigningTime></ds:SignatureProperty></ds:SignatureProperties></ds:Object></ds:Signature>",
        algorithm.uri()
    )
}

fn reference(uri: &str, transforms: &str) -> String {
    format!(
        "<ds:Reference URI=\"{uri}\">{transforms}<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>
         <ds:DigestValue/></ds:Reference>"
    )
}

#[test]
fn we_accept_the_papers_that_xmlsec1_signs() {
    let xmlsec = Xmlsec::new();
    for signer in signers() {
        let algorithm = signer.key().algorithm();
        let references = reference("#Id-7", "") + &reference("#Object-CHUKYDONVI-Id-7", "");
        let signature = template(algorithm, &references, " Id=\"Object-CHUKYDONVI-Id-7\"");
        let unsigned = format!(
            "<HSDLGBT xmlns:xsi=\"urn:i\" xml:lang=\"vi\">\n<GIAYCHUNGSINH Id=\"Id-7\" b='' a='1'><HO_TEN>Lê  Thị <!-- c -->Hoa</HO_TEN>\
             </GIAYCHUNGSINH><CHUKYDONVI>{signature}</CHUKYDONVI></HSDLGBT>"
        );
        let key = xmlsec.file("key.pem", signer.pkcs8_pem().as_bytes());
        let certificate = xmlsec.file("certificate.pem", signer.certificate_pem().as_bytes());
        let pair = format!("{},{}", key.display(), certificate.display());
        let signed = xmlsec.sign(&unsigned, &["--privkey-pem", &pair]);
        let proof = verify_paper(&signed).unwrap();
        assert_eq!(proof.signing_time(), at());
        assert_eq!(proof.signer(), signer.certificate());
        assert_eq!(
            proof.text(),
            "<GIAYCHUNGSINH xmlns:xsi=\"urn:i\" Id=\"Id-7\" a=\"1\" b=\"\" xml:lang=\"vi\"><HO_TEN>Lê  Thị Hoa</HO_TEN></GIAYCHUNGSINH>"
        );
        let text = String::from_utf8(signed).unwrap();
        assert!(verify_paper(text.replacen("Hoa", "Hòa", 1).as_bytes()).is_err());
        assert!(verify_paper(text.replacen("+07:00", "+08:00", 1).as_bytes()).is_err());
    }
}

#[test]
fn we_accept_the_records_that_xmlsec1_signs_with_a_pkcs12_file() {
    let xmlsec = Xmlsec::new();
    for signer in signers() {
        let transforms = format!(
            "<ds:Transforms><ds:Transform Algorithm=\"{DSIG}enveloped-signature\"/><ds:Transform \
             Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"/></ds:Transforms>"
        );
        let signature = template(signer.key().algorithm(), &reference("", &transforms), "");
        let unsigned = WITH_EVERYTHING.replacen("</root>", &format!("{signature}</root>"), 1);
        let file = xmlsec.file("key.p12", &signer.pkcs12("mật khẩu"));
        let signed = xmlsec.sign(&unsigned, &["--pkcs12", file.to_str().unwrap(), "--pwd", "mật khẩu"]);
        let proof = verify_enveloped(&signed).unwrap();
        assert_eq!(proof.claimed_signing_time(), at());
        assert_eq!(proof.signer(), signer.certificate());
        assert!(proof.text().contains("Nguyễn Văn Ấm"));
    }
}

/// Pieces of documents that the two canonicalizations could see differently.
mod pieces {
    use proptest::prelude::*;
    use proptest::sample::select;

    fn text() -> impl Strategy<Value = String> {
        let pieces = [
            "a",
            " ",
            "\n",
            "\r\n",
            "\r",
            "\t",
            "&#13;",
            "&#10;",
            "&#9;",
            "&#32;",
            "&lt;",
            "&gt;",
            "&amp;",
            "&quot;",
            "&apos;",
            "\"",
            "'",
            "Ấ",
            "\u{20000}",
            "&#x20000;",
            "\u{a0}",
            "\u{85}",
            "\u{2028}",
            "]]&gt;",
        ];
        proptest::collection::vec(select(pieces.to_vec()), 0..6).prop_map(|pieces| pieces.concat())
    }

    fn content() -> impl Strategy<Value = String> {
        let between = [
            "<!-- c -->",
            "<![CDATA[<&>\r\n]]>",
            "<![CDATA[\r]]>",
            "<![CDATA[]]>",
            "<?p?>",
            "<?p   d \r\n?>",
            "<?q d?>",
        ];
        proptest::collection::vec(prop_oneof![2 => text(), 1 => select(between.to_vec()).prop_map(str::to_owned)], 0..4)
            .prop_map(|pieces| pieces.concat())
    }

    /// Declarations of the three prefixes and the default, and attributes, each name at most once. Namespaces are
    /// names without `&`, quotes and white space: libxml2 writes those into its canonical form unescaped, which C14N
    /// 2.3 does not.
    fn attributes() -> impl Strategy<Value = String> {
        let declarations = [
            "xmlns='urn:d'",
            "xmlns=''",
            "xmlns='urn:p'",
            "xmlns:p='urn:p'",
            "xmlns:p='urn:o'",
            "xmlns:q='urn:p2'",
            "xmlns:r='urn:r'",
        ];
        let names = ["b", "a", "p:b", "p:a", "q:b", "xml:lang", "xml:space", "r:Z", "B"];
        let declared = proptest::sample::subsequence(declarations.to_vec(), 0..=3).prop_map(|chosen| {
            let mut seen = std::collections::BTreeSet::new();
            let once = chosen.into_iter().filter(|one| seen.insert(one.split('=').next().unwrap().to_owned()));
            once.map(|one| format!(" {one}")).collect::<String>()
        });
        let chosen = proptest::sample::subsequence(names.to_vec(), 0..=4).prop_shuffle();
        (declared, chosen, proptest::collection::vec(text(), 4)).prop_map(|(declared, names, values)| {
            let mut all = declared;
            for (name, value) in names.into_iter().zip(values) {
                let value = match name {
                    "xml:space" => "preserve".to_owned(),
                    _ => value.replace('"', "&quot;"),
                };
                all.push_str(&format!("  {name}\n=\r\n\"{value}\""));
            }
            all
        })
    }

    pub fn element() -> impl Strategy<Value = String> {
        let name = select(vec!["x", "y", "p:x", "q:x", "r:y"]);
        let leaf = (name.clone(), attributes()).prop_map(|(name, attributes)| format!("<{name}{attributes} />"));
        leaf.prop_recursive(4, 24, 4, move |inner| {
            let children = proptest::collection::vec((content(), inner), 0..4);
            (name.clone(), attributes(), children, content()).prop_map(|(name, attributes, children, last)| {
                let inside: String = children.into_iter().map(|(before, child)| before + &child).collect();
                format!("<{name}{attributes}>{inside}{last}</{name}\n>")
            })
        })
    }
}

proptest::proptest! {
    // Each case starts xmlsec1 twice: 64 of them in a test run, 1000 where the proof asks for many.
    #![proptest_config(proptest::prelude::ProptestConfig {
        cases: proptest::prelude::ProptestConfig::default().cases.div_ceil(4).min(1000),
        ..Default::default()
    })]

    #[test]
    fn xmlsec1_sees_every_document_as_we_do(inside in pieces::element(), above in "( xml:lang='vi')?( xmlns='urn:above')?") {
        let xmlsec = Xmlsec::new();
        let signer = support::ecdsa();
        let bound = "xmlns:p='urn:root' xmlns:q='urn:q' xmlns:r='urn:q'";
        let record = sign_enveloped(&format!("<?a?>\r\n<root {bound}{above}>{inside}</root>\n<?b c?>"), &signer.key(), at()).unwrap();
        assert!(xmlsec.verifies(record.as_bytes(), signer), "{record}");
        let envelope = format!("<E {bound}><GIAYCHUNGSINH Id='Id-1'{above}>{inside}</GIAYCHUNGSINH><CHUKYDONVI/></E>");
        let paper = sign_paper(&envelope, &signer.key(), at()).unwrap();
        assert!(xmlsec.verifies(paper.as_bytes(), signer), "{paper}");
    }
}
