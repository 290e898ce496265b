//! Where a server runs: a folder, a database of either engine, the real program beside this one.

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde::Serialize;
use tempfile::TempDir;

use crate::LoadError;

const PATIENCE: Duration = Duration::from_secs(60);
pub const KIOSK: &str = "bench-1";
pub const LOGIN: &str = "hoa";
pub const PASSWORD: &str = "mot mat khau dai";
pub const DEPARTMENTS: usize = 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    Sqlite,
    Postgres,
}

pub struct Place {
    pub folder: TempDir,
    pub cluster: Option<Cluster>,
    config: PathBuf,
    pub addr: SocketAddr,
    pub public: SocketAddr,
}

/// The program, which ends with its owner.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Place {
    pub fn new(engine: Engine) -> Result<Self, LoadError> {
        let folder = tempfile::tempdir()?;
        let cluster = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Cluster::start()?),
        };
        let url = match &cluster {
            None => format!("sqlite://{}?mode=rwc", folder.path().join("tiepdon.db").display()),
            Some(cluster) => cluster.url(),
        };
        let (one, other) = (TcpListener::bind("127.0.0.1:0")?, TcpListener::bind("127.0.0.1:0")?);
        let (addr, public) = (one.local_addr()?, other.local_addr()?);
        let config = folder.path().join("server.toml");
        std::fs::write(folder.path().join("master.key"), "11".repeat(32))?;
        std::fs::write(&config, text(folder.path(), &url, (addr, public)))?;
        Ok(Self { folder, cluster, config, addr, public })
    }

    /// What a test process reads; the program reads the same file.
    pub fn config(&self) -> Result<server::config::Config, LoadError> {
        Ok(server::config::Config::read(&self.config)?)
    }

    fn command(&self) -> Result<Command, LoadError> {
        let program = std::env::current_exe()?.with_file_name("tiepdon-server");
        if !program.exists() {
            return Err(LoadError::Unexpected("tiepdon-server does not lie beside this program: build it first"));
        }
        let mut command = Command::new(program);
        command.arg("--config").arg(&self.config).env("RUST_LOG", "error");
        Ok(command)
    }

    /// Enrols the kiosk and adds the member of staff; the kiosk's key.
    pub fn prepare(&self) -> Result<String, LoadError> {
        let enrolled = self.command()?.args(["kiosk", "enrol", KIOSK]).stderr(Stdio::inherit()).output()?;
        let key = String::from_utf8_lossy(&enrolled.stdout).trim().to_owned();
        let mut staff = self.command()?;
        staff.args(["staff", "add", LOGIN, "--name", "Lê Thị Hoà"]).stdin(Stdio::piped()).stdout(Stdio::null());
        let mut staff = staff.spawn()?;
        if let Some(input) = &mut staff.stdin {
            writeln!(input, "{PASSWORD}")?;
        }
        if staff.wait()?.success() { Ok(key) } else { Err(LoadError::Unexpected("no account was made")) }
    }

    /// Starts the server, and says how long it took until it answered.
    pub async fn start(&self) -> Result<(Running, Duration), LoadError> {
        let client = reqwest::Client::new();
        let mut command = self.command()?;
        command.arg("serve").stdin(Stdio::null()).stdout(Stdio::null());
        let begin = Instant::now();
        let running = Running(command.spawn()?);
        let health = format!("http://{}{}", self.addr, api::path::HEALTH);
        while !client.get(&health).send().await.is_ok_and(|answer| answer.status().is_success()) {
            if begin.elapsed() > PATIENCE {
                return Err(LoadError::Unexpected("the server does not answer"));
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok((running, begin.elapsed()))
    }
}

fn text(folder: &Path, url: &str, (addr, public): (SocketAddr, SocketAddr)) -> String {
    let mut text = format!(
        r#"
listen = "{addr}"
master_key = {{ file = {master:?} }}
[database]
url = "{url}"
durability = "full"
[hospital]
facility_code = "31999"
name_vi = "Bệnh viện Đa khoa Mẫu"
name_en = "Sample General Hospital"
[limits]
kiosk_requests_per_minute = 1000000
watch_requests_per_minute = 1000000
[papers]
public_listen = "{public}"
public_url = "http://{public}"
[sign_in]
second_factor = []
"#,
        master = folder.join("master.key"),
    );
    for number in 1..=DEPARTMENTS {
        let prefix = char::from(b'A' + u8::try_from(number - 1).unwrap_or(0));
        text.push_str(&format!(
            r#"
[[departments]]
code = "K{number:02}"
prefix = "{prefix}"
name_vi = "Khám bệnh {number}"
name_en = "Examination {number}"
rooms = "{number}01"
floor = "1"
reception = {reception}
"#,
            reception = number == 1,
        ));
    }
    text
}

/// A PostgreSQL of Debian's package with the settings it comes with, on a socket in a folder of its own.
pub struct Cluster {
    folder: TempDir,
    binaries: PathBuf,
    as_root: bool,
}

impl Cluster {
    fn start() -> Result<Self, LoadError> {
        let as_root = Command::new("id").arg("-u").output()?.stdout == b"0\n";
        let versions = std::fs::read_dir("/usr/lib/postgresql")?.flatten().map(|entry| entry.path().join("bin"));
        let mut found: Vec<PathBuf> = versions.filter(|path| path.join("initdb").exists()).collect();
        found.sort();
        let binaries = found.pop().ok_or(LoadError::Unexpected("PostgreSQL is not installed"))?;
        let cluster = Self { folder: tempfile::tempdir()?, binaries, as_root };
        if as_root {
            // PostgreSQL refuses to run as root.
            Command::new("chown").arg("postgres").arg(cluster.folder.path()).status()?;
        }
        let data = cluster.data();
        cluster.run("initdb", &["-D", &data, "-U", "postgres", "-A", "trust", "-E", "UTF8"])?;
        let options = format!("-c listen_addresses= -k {}", cluster.socket());
        cluster.run("pg_ctl", &["-D", &data, "-w", "-o", &options, "-l", &format!("{data}.log"), "start"])?;
        cluster.run("createdb", &["-h", &cluster.socket(), "-U", "postgres", "bench"])?;
        Ok(cluster)
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    pub fn socket(&self) -> String {
        self.folder.path().display().to_string()
    }

    fn url(&self) -> String {
        format!("postgres://postgres@localhost/bench?host={}", self.socket())
    }

    pub fn program(&self, name: &str) -> PathBuf {
        self.binaries.join(name)
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<(), LoadError> {
        let program = self.program(program);
        let mut command = if self.as_root {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        // Files, not pipes: the server that pg_ctl leaves behind would keep a pipe open.
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null()).stdout(Stdio::null());
        if command.stderr(Stdio::null()).status()?.success() {
            Ok(())
        } else {
            Err(LoadError::Unexpected("a program of PostgreSQL failed"))
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // A cluster that is down already is as good.
        let _ = self.run("pg_ctl", &["-D", &self.data(), "-m", "immediate", "stop"]);
    }
}
