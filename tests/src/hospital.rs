//! A whole hospital on loopback: the mock gateway, the real server on SQLite, the line to the kiosk, and its staff.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crate::line::{Line, LineState};
use api::{KioskId, VisitId};
use emrtd::Fingerprint;
use gateway::{Account, Certificates, Gateway, Person, RunningGateway, SessionTerms, Staff, Unregistered, World};
use server::clock::Clock;
use server::store::VisitRow;
use server::{Outside, RunningServer, keys, staff, trust, worker};
use sha2::{Digest, Sha256};
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, Row, SqliteConnection};
use time::OffsetDateTime;
use tokio::runtime::Runtime;
use zeroize::Zeroizing;

use crate::people::{self, Invented};

pub const KIOSK: &str = "sanh-a-1";
const FACILITY: &str = "31999";
const STAFF_LOGIN: &str = "le.tan";
const STAFF_PASSWORD: &str = "mot-mat-khau-thu-nghiem";
/// 64 hexadecimal digits, of a hospital that does not exist.
const HOSPITAL_SYSTEM_KEY: &str = "7a1f00c2d4e6885511aa33bb77cc99dd0123456789abcdeffedcba9876543210";
const EID_KEY: &str = "mock-eid-key";
const FACILITY_PASSWORD: &str = "mock-token-password";
/// The doctor who concludes examinations, and signs with a key of her own.
pub const DOCTOR_LOGIN: &str = "bac.si";
/// Where drivers are examined.
pub const EXAMINATION: &str = "KSK";

#[derive(Debug, thiserror::Error)]
pub enum HospitalError {
    #[error("a file of the rehearsal cannot be written: {0}")]
    Io(#[from] std::io::Error),
    #[error("the server: {0}")]
    Server(#[from] server::StartError),
    #[error("the server's configuration: {0}")]
    Config(#[from] server::config::ConfigError),
    #[error("the mock gateway: {0}")]
    Gateway(#[from] gateway::StartError),
    #[error("the server's database: {0}")]
    Store(#[from] server::store::StoreError),
    #[error("the staff account: {0}")]
    Account(#[from] staff::AccountError),
    #[error("pinning: {0}")]
    Pin(#[from] trust::PinError),
    #[error("the staff page: {0}")]
    StaffPage(#[from] reqwest::Error),
    #[error("the staff page shows no {0}")]
    NotOnPage(&'static str),
    #[error("the database file: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the worker's step failed: {0}")]
    Worker(#[from] server::refusal::Refusal),
    #[error("the mock gateway's store: {0}")]
    GatewayStore(#[from] gateway::StoreError),
    #[error("a certificate: {0}")]
    Certificate(#[from] server::certificate::CertificateError),
    #[error("a practitioner's signature: {0}")]
    Practitioner(#[from] server::paper::PractitionerError),
    #[error("a stored value: {0}")]
    Seal(#[from] server::keys::SealError),
    #[error("sending: {0}")]
    Dispatch(#[from] server::dispatch::DispatchError),
    #[error("the server is not running")]
    ServerAway,
}

/// A key that signs papers, made for this run.
fn signing_key(subject: &str) -> xmldsig::sim::Signer {
    let (now, year) = (OffsetDateTime::now_utc(), time::Duration::days(365));
    xmldsig::sim::Signer::new(xmldsig::Algorithm::RsaSha256, subject, now - year, now + year)
}

/// The wall clock, moved forward when a scenario does not want to wait.
struct MovedClock(AtomicI64);

impl Clock for MovedClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc() + time::Duration::milliseconds(self.0.load(Ordering::SeqCst))
    }
}

pub struct Hospital {
    server: Option<RunningServer>,
    gateway: Option<RunningGateway>,
    gateway_state: Gateway,
    gateway_address: SocketAddr,
    clock: Arc<MovedClock>,
    config_text: String,
    line: Option<Line>,
    pub kiosk_key: String,
    pub folder: tempfile::TempDir,
    // Dropped last: the tasks above run on it.
    runtime: Runtime,
}

impl Hospital {
    /// `authorities`: CSCA certificates the server trusts. `portraits`: what the e-identity verifier shows.
    pub fn open(authorities: &[Vec<u8>], eid_portrait: &Path) -> Result<Self, HospitalError> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let folder = tempfile::tempdir()?;
        let clock = Arc::new(MovedClock(AtomicI64::new(0)));
        let gateway_clock = Arc::clone(&clock);
        let facility_key = signing_key("CN=Bệnh viện Đa khoa Mẫu,C=VN");
        let mut certificates = Certificates::new(Unregistered::Refused);
        certificates.register(FACILITY, gateway::Fingerprint::of(facility_key.certificate().der()));
        let settings = gateway::Settings { certificates, ..gateway::Settings::default() };
        let gateway_clock = Arc::new(move || gateway_clock.now());
        let gateway_state = Gateway::open(world(eid_portrait), gateway_clock, EID_KEY, settings)?;
        let gateway = runtime.block_on(gateway::start(gateway_state.clone(), SocketAddr::from(([127, 0, 0, 1], 0))))?;
        let gateway_address = gateway.address;

        let mut csca_files = Vec::new();
        for (index, certificate) in authorities.iter().enumerate() {
            let path = folder.path().join(format!("csca-{index}.der"));
            std::fs::write(&path, certificate)?;
            csca_files.push(path);
        }
        std::fs::write(folder.path().join("facility.p12"), facility_key.pkcs12(FACILITY_PASSWORD))?;
        let doctor_key = signing_key("CN=Lê Thị Bác Sĩ,C=VN");
        std::fs::write(folder.path().join("doctor.p12"), doctor_key.pkcs12(FACILITY_PASSWORD))?;
        let config_text = config(folder.path(), &gateway.base_url(), &gateway_state.eid_public_key(), &csca_files)?;
        let mut hospital = Self {
            server: None,
            gateway: Some(gateway),
            gateway_state,
            gateway_address,
            clock,
            config_text,
            line: None,
            kiosk_key: String::new(),
            folder,
            runtime,
        };
        hospital.start_server()?;
        hospital.enrol()?;
        Ok(hospital)
    }

    /// Starts the server again on the same database.
    pub fn start_server(&mut self) -> Result<(), HospitalError> {
        let config = server::config::Config::parse(&self.config_text)?;
        let clock: server::clock::SharedClock = Arc::clone(&self.clock) as _;
        let outside = Outside::from_config(&config, &clock)?;
        let running = self.runtime.block_on(server::start(config, clock, outside))?;
        match &self.line {
            Some(line) => line.set(LineState::Through),
            None => {
                // The next start listens for kiosks on the same port.
                self.config_text = self.config_text.replacen("127.0.0.1:0", &running.addr.to_string(), 1);
                self.line = Some(Line::to(running.addr)?);
            }
        }
        self.server = Some(running);
        Ok(())
    }

    /// The server dies as a process does: in the middle of whatever it does.
    pub fn kill_server(&mut self) {
        self.set_line(LineState::Cut);
        let _inside = self.runtime.enter();
        self.server = None;
    }

    pub fn set_line(&self, state: LineState) {
        if let Some(line) = &self.line {
            line.set(state);
        }
    }

    /// Answers of the server that the line has lost.
    pub fn answers_lost(&self) -> u32 {
        self.line.as_ref().map_or(0, Line::answers_lost)
    }

    /// Where the kiosk finds its server.
    pub fn base_url(&self) -> String {
        self.line.as_ref().map(|line| format!("http://{}", line.address())).unwrap_or_default()
    }

    pub fn stop_gateway(&mut self) {
        if let Some(gateway) = self.gateway.take() {
            self.runtime.block_on(gateway.stop());
        }
    }

    pub fn start_gateway(&mut self) -> Result<(), HospitalError> {
        let started = gateway::start(self.gateway_state.clone(), self.gateway_address);
        self.gateway = Some(self.runtime.block_on(started)?);
        Ok(())
    }

    pub fn gateway(&self) -> &Gateway {
        &self.gateway_state
    }

    /// A code as the phone of `number` shows it to our kiosk.
    pub fn eid_code(&self, number: &str) -> String {
        self.gateway_state.open_eid_session(number, KIOSK, None, SessionTerms::Honest)
    }

    /// The page that anyone who holds a paper reaches by its code.
    pub fn public_page(&self, path: &str) -> Result<String, HospitalError> {
        let address = self.server.as_ref().and_then(|server| server.public_addr).ok_or(HospitalError::ServerAway)?;
        let client = reqwest::Client::builder().no_proxy().build()?;
        Ok(self.block_on(async { client.get(format!("http://{address}{path}")).send().await?.text().await })?)
    }

    /// The server's inside, for what its own staff and systems do.
    pub fn app(&self) -> Result<server::App, HospitalError> {
        self.server.as_ref().map(|server| server.app.clone()).ok_or(HospitalError::ServerAway)
    }

    /// Waits for work of the server's.
    pub fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Moves the clocks of server and gateway forward.
    pub fn advance(&self, by: Duration) {
        let ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.clock.0.fetch_add(ms, Ordering::SeqCst);
    }

    /// Moves the server's clock forward and lets its worker deal with what is due.
    pub fn let_the_worker_catch_up(&mut self, after: Duration) -> Result<(), HospitalError> {
        self.advance(after);
        let Some(server) = &self.server else { return Ok(()) };
        let app = server.app.clone();
        self.runtime.block_on(async {
            while worker::run_once(&app).await? != worker::Step::Idle {}
            Ok::<(), HospitalError>(())
        })
    }

    /// What the server recorded of a visit.
    pub fn visit(&self, visit: VisitId) -> Result<Option<VisitRow>, HospitalError> {
        let Some(server) = &self.server else { return Ok(None) };
        Ok(self.runtime.block_on(server.app.store.visit(visit))?)
    }

    /// Calls that nobody answered yet.
    pub fn open_calls(&self) -> Result<Vec<api::AlertKind>, HospitalError> {
        let Some(server) = &self.server else { return Ok(Vec::new()) };
        let alerts = self.runtime.block_on(server.app.store.open_alerts())?;
        Ok(alerts.into_iter().map(|alert| alert.kind).collect())
    }

    pub fn pin_signer(&self, signer: &Fingerprint) -> Result<(), HospitalError> {
        if let Some(server) = &self.server {
            self.runtime.block_on(trust::pin(&server.app, signer, trust::PinReason::Compared, "trưởng khoa"))?;
        }
        Ok(())
    }

    /// A member of staff logs in on the page, finds the visit on the list and presses each of `keys`
    /// ("call", "check", "not_this_person", "finish"). Returns the list as it was when found.
    pub fn staff_presses(&self, visit: VisitId, keys: &[&str]) -> Result<String, HospitalError> {
        let page = self.staff_page()?;
        let path = format!("/staff/visits/{visit}/");
        if !page.html.contains(&path) {
            return Err(HospitalError::NotOnPage("such visit"));
        }
        for key in keys {
            self.press(&page, &format!("{path}{key}"))?;
        }
        Ok(page.html)
    }

    /// The page a member of staff sees after logging in.
    pub fn staff_list(&self) -> Result<String, HospitalError> {
        Ok(self.staff_page()?.html)
    }

    /// The hospital's own system tells of an appointment today, as a list in CSV.
    pub fn book(
        &self,
        invented: &Invented,
        department: &str,
        room: &str,
        starts: OffsetDateTime,
    ) -> Result<(), HospitalError> {
        let starts = starts.to_offset(server::clock::HO_CHI_MINH);
        let list = format!(
            "appointment_id,citizen_id,name,department,room,date,time\nLH-1,{},{},{department},{room},{:02}/{:02}/{},{:02}:{:02}\n",
            invented.number,
            invented.name,
            starts.day(),
            u8::from(starts.month()),
            starts.year(),
            starts.hour(),
            starts.minute(),
        );
        let url = format!("{}/hospital-system/v1/appointments", self.base_url());
        let client = reqwest::Client::builder().no_proxy().build()?;
        self.runtime.block_on(async {
            let request =
                client.post(url).bearer_auth(HOSPITAL_SYSTEM_KEY).header("content-type", "text/csv").body(list);
            request.send().await?.error_for_status()?;
            Ok(())
        })
    }

    /// A member of staff at this counter presses a key for a visit. Returns the counter's page as it was before.
    pub fn counter_presses(&self, counter: &str, way: &str, fields: &[(&str, &str)]) -> Result<String, HospitalError> {
        let page = self.staff_page()?;
        let url = format!("{}/staff/counter/{counter}", self.base_url());
        self.runtime.block_on(async {
            let before = page.client.get(&url).header("cookie", &page.cookie).send().await?.text().await?;
            let mut form = vec![("csrf", page.csrf.as_str())];
            form.extend_from_slice(fields);
            let press = page.client.post(format!("{url}/{way}")).header("cookie", &page.cookie).form(&form);
            press.send().await?.error_for_status()?;
            Ok(before)
        })
    }

    fn staff_page(&self) -> Result<StaffPage, HospitalError> {
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
        let base = self.base_url();
        self.runtime.block_on(async {
            let form = [("login", STAFF_LOGIN), ("password", STAFF_PASSWORD)];
            let reply = client.post(format!("{base}/staff/login")).form(&form).send().await?;
            let cookie = reply
                .headers()
                .get("set-cookie")
                .and_then(|value| value.to_str().ok())
                .and_then(|value| value.split(';').next())
                .ok_or(HospitalError::NotOnPage("session"))?
                .to_owned();
            let html = client.get(format!("{base}/staff")).header("cookie", &cookie).send().await?.text().await?;
            let csrf = html
                .split_once("name=\"csrf\" value=\"")
                .and_then(|(_, rest)| rest.split_once('"'))
                .map(|(token, _)| token.to_owned())
                .ok_or(HospitalError::NotOnPage("form"))?;
            Ok(StaffPage { client, cookie, csrf, html })
        })
    }

    fn press(&self, page: &StaffPage, path: &str) -> Result<(), HospitalError> {
        let url = format!("{}{path}", self.base_url());
        self.runtime.block_on(async {
            let form = [("csrf", page.csrf.as_str())];
            page.client.post(url).header("cookie", &page.cookie).form(&form).send().await?.error_for_status()?;
            Ok(())
        })
    }

    fn enrol(&mut self) -> Result<(), HospitalError> {
        let Some(server) = &self.server else { return Ok(()) };
        let app = server.app.clone();
        let (key, text) = keys::new_key();
        let Ok(kiosk) = KioskId::parse(KIOSK) else { return Ok(()) };
        self.runtime.block_on(async {
            let mut tx = app.store.begin().await?;
            tx.enrol_kiosk(&kiosk, &Sha256::digest(key.as_slice()).into(), app.now_ms()).await?;
            tx.commit().await?;
            let password = Zeroizing::new(STAFF_PASSWORD.to_owned());
            staff::add(&app, STAFF_LOGIN, "Lễ tân thử", password, staff::Role::Supervisor).await?;
            Ok::<(), HospitalError>(())
        })?;
        self.kiosk_key = text.to_string();
        Ok(())
    }
}

/// What stands in the database about an identification.
#[derive(Debug, Clone)]
pub struct Recorded {
    pub access: Option<String>,
    pub signer_trust: Option<String>,
    pub authenticity: Option<String>,
    /// "match" or "no match"; absent where no face was compared.
    pub face: Option<String>,
    pub face_score: f32,
}

impl Hospital {
    /// Read from the database file itself, beside the server.
    pub fn recorded(&self, visit: VisitId) -> Result<Option<Recorded>, HospitalError> {
        let sql = "SELECT i.document, i.signer_trust, i.authenticity, i.face, i.face_score, v.facts \
                   FROM identifications i JOIN visits v ON v.visit_id = i.visit_id WHERE i.visit_id = $1";
        let row = self.query(sql, Some(visit))?;
        let Some(row) = row.into_iter().next() else { return Ok(None) };
        let facts: String = row.try_get("facts")?;
        let from_chip = row.try_get::<String, _>("document")? == "chip";
        let access = if facts.split_whitespace().any(|fact| fact == "bac") { "bac" } else { "pace" };
        let face = match row.try_get::<String, _>("face")?.as_str() {
            "matched" => Some("match".to_owned()),
            "not_matched" => Some("no match".to_owned()),
            _ => None,
        };
        let genuine = |kind: String| if kind == "none" { "not proven".to_owned() } else { "genuine".to_owned() };
        Ok(Some(Recorded {
            access: from_chip.then(|| access.to_owned()),
            signer_trust: row.try_get("signer_trust")?,
            authenticity: row.try_get::<Option<String>, _>("authenticity")?.map(genuine),
            face,
            face_score: row.try_get::<Option<f64>, _>("face_score")?.unwrap_or_default() as f32,
        }))
    }

    /// The valid number of a visit, as it would be printed.
    pub fn ticket_of(&self, visit: VisitId) -> Result<Option<String>, HospitalError> {
        let sql = "SELECT department, number FROM tickets WHERE visit_id = $1 AND state <> 'void'";
        let rows = self.query(sql, Some(visit))?;
        let Some(row) = rows.into_iter().next() else { return Ok(None) };
        let prefix = match row.try_get::<String, _>("department")?.as_str() {
            "TIEPDON" => 'Q',
            "K01" => 'A',
            "K02" => 'B',
            "K03" => 'C',
            EXAMINATION => 'E',
            _ => 'D',
        };
        Ok(Some(format!("{prefix}{:03}", row.try_get::<i64, _>("number")?)))
    }

    /// Valid tickets of the day.
    pub fn tickets_given(&self) -> Result<usize, HospitalError> {
        Ok(self.query("SELECT number FROM tickets WHERE state <> 'void'", None)?.len())
    }

    fn query(&self, sql: &'static str, visit: Option<VisitId>) -> Result<Vec<SqliteRow>, HospitalError> {
        let url = format!("sqlite://{}?mode=ro", self.folder.path().join("tiepdon.db").display());
        self.runtime.block_on(async {
            let mut connection = SqliteConnection::connect(&url).await?;
            let mut query = sqlx::query(sql);
            if let Some(visit) = visit {
                query = query.bind(visit.to_string());
            }
            Ok(query.fetch_all(&mut connection).await?)
        })
    }
}

struct StaffPage {
    client: reqwest::Client,
    cookie: String,
    csrf: String,
    html: String,
}

fn world(eid_portrait: &Path) -> World {
    let person = |invented: &Invented| Person {
        number: invented.number.to_owned(),
        name: invented.name.to_owned(),
        birth: invented.birth.to_owned(),
        sex: invented.sex.to_owned(),
        address: invented.address.to_owned(),
        card: Some(invented.card.to_owned()),
        new_card: None,
        registered_at: Some(FACILITY.to_owned()),
        valid_from: Some("01/01/2020".to_owned()),
        valid_until: Some("31/12/2099".to_owned()),
        new_valid_from: None,
        new_valid_until: None,
        area: String::new(),
        five_years_on: None,
        result: None,
        portrait: Some(eid_portrait.to_owned()),
    };
    World {
        account: ["BV", "HSSK"]
            .map(|account| Account {
                username: format!("{FACILITY}_{account}"),
                password: "mock-password".to_owned(),
                facility: FACILITY.to_owned(),
                locked: false,
            })
            .into(),
        staff: vec![Staff { number: people::OFFICER_NUMBER.to_owned(), name: people::OFFICER_NAME.to_owned() }],
        person: people::ALL.iter().map(person).collect(),
    }
}

fn config(
    folder: &Path,
    gateway: &str,
    eid_public_key: &[u8; 32],
    csca_files: &[PathBuf],
) -> Result<String, HospitalError> {
    let secret = |name: &str, content: &str| -> std::io::Result<String> {
        let path = folder.join(name);
        std::fs::write(&path, content)?;
        Ok(format!("{{ file = {:?} }}", path.display().to_string()))
    };
    let master = secret("master.key", &keys::new_key().1)?;
    let password = secret("gateway.password", "mock-password")?;
    let officer = secret("officer", people::OFFICER_NUMBER)?;
    let eid_key = secret("eid.key", EID_KEY)?;
    let hospital_system = secret("hospital-system.key", HOSPITAL_SYSTEM_KEY)?;
    let facility_password = secret("facility.password", FACILITY_PASSWORD)?;
    let csca: Vec<String> = csca_files.iter().map(|path| format!("{:?}", path.display().to_string())).collect();
    Ok(format!(
        r#"
listen = "127.0.0.1:0"
master_key = {master}
[database]
url = "sqlite://{database}?mode=rwc"
[hospital]
facility_code = "{FACILITY}"
name_vi = "Bệnh viện Đa khoa Mẫu"
name_en = "Sample General Hospital"
[[departments]]
code = "TIEPDON"
prefix = "Q"
name_vi = "Quầy tiếp đón"
name_en = "Reception"
rooms = "1"
floor = "1"
reception = true
minutes_per_patient = [2, 4]
[[departments]]
code = "K01"
prefix = "A"
name_vi = "Nội tổng hợp"
name_en = "General medicine"
rooms = "101, 102"
floor = "1"
minutes_per_patient = [4, 6]
[[departments]]
code = "K02"
prefix = "B"
name_vi = "Tim mạch"
name_en = "Cardiology"
rooms = "204"
floor = "2"
minutes_per_patient = [4, 6]
[[departments]]
code = "K03"
prefix = "C"
name_vi = "Mắt"
name_en = "Eyes"
rooms = "206"
floor = "2"
minutes_per_patient = [4, 6]
[[departments]]
code = "K04"
prefix = "D"
name_vi = "Tai mũi họng"
name_en = "Ear, nose and throat"
rooms = "207"
floor = "2"
minutes_per_patient = [4, 6]
[[departments]]
code = "{EXAMINATION}"
prefix = "E"
name_vi = "Khám sức khỏe"
name_en = "Health examination"
rooms = "301"
floor = "3"
minutes_per_patient = [8, 12]
[insurance]
base_url = "{gateway}"
username = "{FACILITY}_BV"
password = {password}
duty_officer_name = "{officer_name}"
duty_officer_number = {officer}
[eid]
base_url = "{gateway}"
api_key = {eid_key}
public_key = "{public_key}"
[hospital_system]
key = {hospital_system}
[trust]
csca_files = [{csca}]
[trust.pinning]
cards = 1
days = 1
[dispatch]
sending = "on"
base_url = "{gateway}"
username = "{FACILITY}_BV"
password = {password}
answer_ms = 2000
[dispatch.driver]
username = "{FACILITY}_HSSK"
password = {password}
[dispatch.signing]
pkcs12 = "{pkcs12}"
password = {facility_password}
[papers]
public_listen = "127.0.0.1:0"
public_url = "https://tra-cuu.example"
place = "Hải Phòng"
driver_department = "{EXAMINATION}"
[[papers.practitioners]]
login = "{DOCTOR_LOGIN}"
key = {{ pkcs12 = "{doctor_key}", password = {facility_password} }}
"#,
        pkcs12 = folder.join("facility.p12").display(),
        doctor_key = folder.join("doctor.p12").display(),
        database = folder.join("tiepdon.db").display(),
        officer_name = people::OFFICER_NAME,
        public_key = eid_public_key.iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
        csca = csca.join(", "),
    ))
}
