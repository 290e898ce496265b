//! A facility as the gateway's tests need one: papers in wire form, signed by Debian's `xmlsec1` with a key made for
//! the test, and a client that knows the contract and nothing else.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gateway::{
    Account, Certificates, FaultScript, Fingerprint, Gateway, RunningGateway, Settings, Unregistered, World, start,
};
use md5::Md5;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::Value;
use sha2::Digest;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

pub const FACILITY: &str = "31999";
pub const OTHER_FACILITY: &str = "31997";
const PASSWORD: &str = "mock-password";

/// A clock that the test moves.
#[derive(Clone)]
pub struct VirtualClock(Arc<Mutex<OffsetDateTime>>);

impl VirtualClock {
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(datetime!(2026-11-23 01:00 UTC))))
    }

    pub fn advance(&self, by: Duration) {
        *self.0.lock().expect("never poisoned") += by;
    }

    pub fn as_clock(&self) -> gateway::Clock {
        let at = Arc::clone(&self.0);
        Arc::new(move || *at.lock().expect("never poisoned"))
    }
}

/// Key and certificate, for as long as the test.
pub struct Signer {
    folder: tempfile::TempDir,
    pub certificate: Fingerprint,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    Sha256,
    Sha1,
}

impl Signer {
    pub fn new() -> Self {
        Self::valid(datetime!(2026-01-01 00:00 UTC), datetime!(2028-01-01 00:00 UTC))
    }

    pub fn valid(from: OffsetDateTime, until: OffsetDateTime) -> Self {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).expect("a key");
        let mut params = CertificateParams::new(Vec::<String>::new()).expect("parameters");
        params.not_before = from;
        params.not_after = until;
        let certificate = params.self_signed(&key).expect("a certificate");
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("key.pem"), key.serialize_pem()).expect("written");
        std::fs::write(folder.path().join("certificate.pem"), certificate.pem()).expect("written");
        Self { folder, certificate: Fingerprint::of(certificate.der()) }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Fills the template's `Signature`.
    pub fn sign(&self, template: &str) -> String {
        let file = tempfile::NamedTempFile::new_in(self.folder.path()).expect("a file");
        std::fs::write(file.path(), template).expect("written");
        let key = format!("{},{}", self.path("key.pem").display(), self.path("certificate.pem").display());
        let output = Command::new("xmlsec1")
            .args(["--sign", "--id-attr:Id", "GIAYCHUNGSINH", "--id-attr:Id", "GIAYBAOTU"])
            .args(["--id-attr:Id", "http://www.w3.org/2000/09/xmldsig#:Object", "--privkey-pem", &key])
            .arg(file.path())
            .output()
            .expect("xmlsec1 is installed (./run setup)");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    pub fn birth(&self, number: &str) -> String {
        self.sign(&birth(number, &[], Hash::Sha256))
    }

    pub fn death(&self, number: &str) -> String {
        self.sign(&death(number, &[]))
    }
}

fn algorithms(hash: Hash) -> (&'static str, &'static str) {
    match hash {
        Hash::Sha256 => {
            ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256")
        }
        Hash::Sha1 => ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", "http://www.w3.org/2000/09/xmldsig#sha1"),
    }
}

/// An empty signature with two References, as CHUKYDONVI holds it.
fn detached(id: &str, hash: Hash) -> String {
    let (method, digest) = algorithms(hash);
    let c14n = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    let reference = |uri: &str| {
        format!(
            "<Reference URI=\"#{uri}\"><Transforms><Transform Algorithm=\"{c14n}\"/></Transforms>\
             <DigestMethod Algorithm=\"{digest}\"/><DigestValue/></Reference>"
        )
    };
    format!(
        "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\" Id=\"Signature-{id}\"><SignedInfo>\
         <CanonicalizationMethod Algorithm=\"{c14n}\"/><SignatureMethod Algorithm=\"{method}\"/>{}{}</SignedInfo>\
         <SignatureValue/><KeyInfo><X509Data><X509Certificate/></X509Data></KeyInfo>\
         <Object Id=\"Object-CHUKYDONVI-{id}\"><SignatureProperties><SignatureProperty Target=\"#Signature-{id}\">\
         <SigningTime>2026-11-23T01:00:00Z</SigningTime></SignatureProperty></SignatureProperties></Object></Signature>",
        reference(id),
        reference(&format!("Object-CHUKYDONVI-{id}"))
    )
}

fn paper(root: &str, element: &str, fields: &str, changes: &[(&str, &str)], signature: &str, id: &str) -> String {
    let changes: HashMap<_, _> = changes.iter().copied().collect();
    let elements: String = fields
        .split_whitespace()
        .map(|field| {
            let (name, value) = field.split_once('=').unwrap_or((field, ""));
            let value = changes.get(name).copied().unwrap_or(value).replace('_', " ");
            format!("<{name}>{value}</{name}>")
        })
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<{root} xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><{element} Id=\"{id}\">{elements}</{element}>\
         <CHUKYDONVI>{signature}</CHUKYDONVI></{root}>"
    )
}

pub const PAPER_ID: &str = "Id-6f9619ff-8b86-4d01-b42d-00cf4fc964ff";

/// The 69 elements with an invented birth; `_` in a value is a space.
pub fn birth(number: &str, changes: &[(&str, &str)], hash: Hash) -> String {
    let fields = format!(
        "MA_GCS={number} MA_BN=BN-1 MA_CT SO_SERI MA_BHXH_NND=0000000025 MA_THE_NND=DN4310000000025
        HOTEN_NND=Trần_Thị_Thử_Nghiệm NGAYSINH_NND=19920309 MA_DANTOC_NND=01 MA_QUOCTICH_NND=000 LOAI_GIAYTO_NND=1
        SO_CCCD_NND=192000000025 NGAYCAP_CCCD_NND=20220101 NOICAP_CCCD_NND=Cục_CSQLHC NOI_CU_TRU_NND=Số_2_Phố_Thử
        MATINH_CU_TRU=31 MAHUYEN_CU_TRU MAXA_CU_TRU=11557 HO_TEN_CHA=Nguyễn_Văn_Mẫu MA_THE_TAM=TE1310000000074 TEN_CON
        GIOI_TINH_CON=2 SO_CON=1 LAN_SINH=1 SO_CON_SONG=1 CAN_NANG_CON=3200 NGAY_SINH_CON=20261122213000
        NOI_SINH_CON=Bệnh_viện_Thử TINH_TRANG_CON=khỏe_mạnh SINHCON_PHAUTHUAT=0 SINHCON_DUOI32TUAN=0 GHI_CHU
        NGUOI_DO_DE=Phạm_Thị_Đỡ NGUOI_GHI_PHIEU=Phạm_Thị_Ghi MA_TTDV=0000000099 THU_TRUONG_DVI=Lê_Văn_Trưởng
        NGAY_CT=20261123 SO=1 QUYEN_SO=1 MA_BHXH_MTH MA_THE_MTH HOTEN_MTH NGAYSINH_MTH MA_DANTOC_MTH MA_QUOCTICH_MTH
        LOAI_GIAYTO_MTH SO_CCCD_MTH NGAYCAP_CCCD_MTH NOICAP_CCCD_MTH NOI_CU_TRU_MTH MATINH_CU_TRU_MTH MAXA_CU_TRU_MTH
        HO_TEN_CHA_MTH NGAYSINH_CHA_MTH MA_DANTOC_CHA_MTH NOI_CU_TRU_CHA_MTH MATINH_CU_TRU_CHA_MTH MAXA_CU_TRU_CHA_MTH
        LOAI_GIAYTO_CHA_MTH SO_CCCD_CHA_MTH NGAYCAP_CCCD_CHA_MTH NOICAP_CCCD_CHA_MTH NGAYSINH_CHA_NND=19850115
        MA_DANTOC_CHA_NND=01 LOAI_GIAYTO_CHA_NND=1 SO_CCCD_CHA_NND=085000000017 NGAYCAP_CCCD_CHA_NND=20210101
        NOICAP_CCCD_CHA_NND=Cục_CSQLHC CAP_LAN_DAU=1"
    );
    paper("HSDLGCS", "GIAYCHUNGSINH", &fields, changes, &detached(PAPER_ID, hash), PAPER_ID)
}

/// The 38 elements with an invented death.
pub fn death(number: &str, changes: &[(&str, &str)]) -> String {
    let fields = format!(
        "MA_GBT={number} MA_BN=BN-2 MA_HSBA=HS-2 HO_TEN=Bùi_Văn_Dừng NGAY_SINH=19700404 GIOI_TINH=1
        MA_THE=GD4310000000066 MA_DANTOC=01 MA_QUOCTICH=000 DCHI_THUONGTRU=Số_6_Phố_Thử MATINH_THUONGTRU=31
        MAHUYEN_THUONGTRU MAXA_THUONGTRU=11557 DCHI_HIENTAI MATINH_HIENTAI MAHUYEN_HIENTAI MAXA_HIENTAI LOAI_GIAYTO=1
        SO_GIAYTO=031070000066 NGAY_CAP=20210101 NOI_CAP=Cục_CSQLHC NGAYGIO_VV=202611210900 NGAY_TV=202611222330
        TINH_TRANG_TV=0 NGUYENNHAN_TV=không_rõ NGUOI_THANTHICH=Bùi_Thị_Thân NGUOI_GHIGIAY=Phạm_Thị_Ghi
        TTRUONG_DVI=Lê_Văn_Trưởng SO_BAOTU=1 QUYEN_SO=1 NGAY_CAPGIAYBT=20261123 SO_BAOTU_BD QUYEN_SO_BD MACSKCB=31999
        DIACHI_CSKCB=Số_9_Phố_Thử MA_BHXH=0000000066 BENH_ICD10_ID=I21 BENH_ICD10_TEN=Nhồi_máu"
    );
    paper("HSDLGBT", "GIAYBAOTU", &fields, changes, &detached(PAPER_ID, Hash::Sha256), PAPER_ID)
}

const DRIVER: &str = "SO=00001/GKSKLX/31999/26 HOTEN=Nguyễn_Văn_Mẫu NGAYSINH=15/01/1985 GIOITINHVAL=0
    SOCMND_PASSPORT=085000000017 NGAYTHANGNAMCAPCMD=01/01/2021 NOICAP=Cục_CSQLHC ECITIZENCODE MOBILE EMAIL
    DIACHITHUONGTRU=Số_1_Phố_Thử MATINH_THUONGTRU=31 MAHUYEN_THUONGTRU MAXA_THUONGTRU=11557 NONGDOCON=0 DVINONGDOCON=0
    MATUY=0 KETLUAN=A0-1 HANGBANGLAI=B NGAYKETLUAN=23/11/2026 BACSYKETLUAN=Lê_Thị_Khám NGAYKHAMLAI LYDO TINHTRANGBENH";

/// The driver record's `<root>`, unsigned.
pub fn driver_root(hash: Hash) -> String {
    let (method, digest) = algorithms(hash);
    let c14n = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    let fields = format!("UUID CREATEDDATE USERCREATE STATUS ACTION {DRIVER}");
    let elements: String = fields
        .split_whitespace()
        .map(|field| {
            let (name, value) = field.split_once('=').unwrap_or((field, ""));
            format!("<{name}>{}</{name}>", value.replace('_', " "))
        })
        .collect();
    format!(
        "<root>{elements}<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><SignedInfo>\
         <CanonicalizationMethod Algorithm=\"{c14n}\"/><SignatureMethod Algorithm=\"{method}\"/><Reference URI=\"\">\
         <Transforms><Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>\
         <Transform Algorithm=\"{c14n}\"/></Transforms><DigestMethod Algorithm=\"{digest}\"/><DigestValue/></Reference>\
         </SignedInfo><SignatureValue/><KeyInfo><KeyValue/><X509Data><X509Certificate/></X509Data></KeyInfo>\
         <Object><SignatureProperties><SignatureProperty Target=\"\"><SigningTime>2026-11-23T01:00:00Z</SigningTime>\
         </SignatureProperty></SignatureProperties></Object></Signature></root>"
    )
}

/// The JSON that goes with it.
pub fn driver_json(signed: &str) -> serde_json::Map<String, Value> {
    let mut json = serde_json::Map::new();
    for field in DRIVER.split_whitespace() {
        let (name, value) = field.split_once('=').unwrap_or((field, ""));
        let name = if name == "NGAYTHANGNAMCAPCMD" { "NGAYTHANGNAMCAPCMND" } else { name };
        if !matches!(name, "ECITIZENCODE" | "MOBILE" | "EMAIL") {
            json.insert(name.to_owned(), value.replace('_', " ").into());
        }
    }
    for (name, value) in [("IDBENHVIEN", "31999"), ("BENHVIEN", "Bệnh viện Thử"), ("STATE", "ADD")] {
        json.insert(name.to_owned(), value.into());
    }
    json.insert("SIGNDATA".to_owned(), STANDARD.encode(signed).into());
    json
}

/// Settings under which `signer` signs for [`FACILITY`].
pub fn settings(signer: &Signer) -> Settings {
    let mut certificates = Certificates::new(Unregistered::Refused);
    certificates.register(FACILITY, signer.certificate);
    Settings { certificates, ..Settings::default() }
}

pub fn world() -> World {
    let mut world = World::parse(include_str!("../../people.example.toml")).expect("valid");
    world.account.push(Account {
        username: format!("{OTHER_FACILITY}_BV"),
        password: PASSWORD.to_owned(),
        facility: OTHER_FACILITY.to_owned(),
        locked: false,
    });
    world
}

/// A gateway and a client of it.
pub struct Portal {
    pub running: RunningGateway,
    pub clock: VirtualClock,
    pub http: reqwest::Client,
}

#[derive(Clone)]
pub struct Token {
    pub access: String,
    pub id: String,
    pub username: String,
}

impl Portal {
    pub async fn with(settings: Settings) -> Self {
        let clock = VirtualClock::new();
        let gateway = Gateway::open(world(), clock.as_clock(), "key", settings).expect("opens");
        Self::over(gateway, clock).await
    }

    pub async fn over(gateway: Gateway, clock: VirtualClock) -> Self {
        let running = start(gateway, "127.0.0.1:0".parse().expect("an address")).await.expect("listens");
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(std::time::Duration::from_secs(20))
            .build()
            .expect("a client");
        Self { running, clock, http }
    }

    pub fn gateway(&self) -> &Gateway {
        &self.running.gateway
    }

    pub fn play(&self, script: &str) {
        self.gateway().set_script(FaultScript::parse(script).expect("a script"));
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.running.base_url())
    }

    pub async fn token(&self, facility: &str) -> Token {
        let username = format!("{facility}_BV");
        let form = [("username", username.clone()), ("password", password())];
        let reply = self.http.post(self.url("/api/token/take")).form(&form).send().await.expect("an answer");
        let reply: Value = reply.json().await.expect("JSON");
        let text = |name: &str| reply["APIKey"][name].as_str().expect("given").to_owned();
        Token { access: text("access_token"), id: text("id_token"), username }
    }

    /// The seven fields of 1.5, as they would go out.
    pub fn paper(&self, token: &Token, facility: &str, kind: &str, xml: &str) -> reqwest::RequestBuilder {
        let form = [
            ("maCskcb", facility.to_owned()),
            ("token", token.access.clone()),
            ("id_token", token.id.clone()),
            ("username", token.username.clone()),
            ("password", password()),
            ("loaiHs", kind.to_owned()),
            ("fileBase64Str", STANDARD.encode(xml)),
        ];
        self.http.post(self.url("/api/hososuckhoe/guiGiayToDienTu")).form(&form)
    }

    /// Uploads and returns `MaKetQua` and the whole reply.
    pub async fn upload(&self, token: &Token, kind: &str, xml: &str) -> (String, Value) {
        let response = self.paper(token, FACILITY, kind, xml).send().await.expect("an answer");
        assert_eq!(response.status(), 200, "codes are in the body");
        let reply: Value = response.json().await.expect("JSON");
        (reply["MaKetQua"].as_str().expect("a code").to_owned(), reply)
    }

    pub async fn driver(&self, json: &serde_json::Map<String, Value>) -> Value {
        let request = self.http.post(self.url("/api/hssk/gksk")).header("Username", "31999_BV");
        let response = request.header("Password", password()).json(json).send().await.expect("an answer");
        assert_eq!(response.status(), 200);
        response.json().await.expect("JSON")
    }

    /// Why the last upload was refused, as only the mock's page tells.
    pub fn last_refusal(&self) -> String {
        self.gateway().refusals().last().map(|seen| seen.reason.clone()).unwrap_or_default()
    }
}

pub fn password() -> String {
    hex::encode_upper(Md5::digest(PASSWORD))
}
