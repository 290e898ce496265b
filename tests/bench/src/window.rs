//! The kiosk's window on a virtual panel of 1080 x 1920: from the start of the program to its first picture, and the
//! processor time of a kiosk that nobody touches, beside a whole core.
//!
//! Xvfb keeps the panel's pixels in a file (XWD, version 7): the first picture is there when most of the panel shows
//! the screen's paper. The window has the panel's size, since no window manager runs there to make it fill the panel.
//! Drawn without a graphics processor, so a real kiosk is faster. The real binary, a real configuration, no device
//! attached and no server: it looks for both while it is measured.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::BenchError;
use crate::sample::ms;

const PANEL: (usize, usize) = (1080, 1920);
/// `#FBFAF7`, as the panel holds it: blue, green, red.
const PAPER: [u8; 3] = [0xF7, 0xFA, 0xFB];
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// After the first picture, until the devices were looked for once.
const SETTLING: Duration = Duration::from_secs(5);
const IDLE: Duration = Duration::from_secs(20);

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowReport {
    Measured {
        start_to_first_picture_ms: f64,
        idle_seconds: f64,
        /// Of one core, 0 to 1.
        idle_part_of_a_core: f64,
        /// Resident memory at the end.
        resident_mib: f64,
        floor: &'static str,
    },
    /// Why there is nothing.
    Missing { why: String },
}

/// Ends with its owner.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn measure(provision: &Path) -> Result<WindowReport, BenchError> {
    let folder = tempfile::tempdir().map_err(BenchError::Reception)?;
    let Some((panel, display)) = panel(folder.path()) else {
        return Ok(WindowReport::Missing { why: "Xvfb is not installed, or gave no display".to_owned() });
    };
    let Some(kiosk) = std::env::current_exe().ok().map(|bench| bench.with_file_name("tiepdon-kiosk")) else {
        return Ok(WindowReport::Missing { why: "the place of the programs is unknown".to_owned() });
    };
    if !kiosk.exists() {
        return Ok(WindowReport::Missing { why: "tiepdon-kiosk is not built".to_owned() });
    }
    let config = config(folder.path(), provision).map_err(BenchError::Reception)?;
    let start = Instant::now();
    let process = Command::new(&kiosk)
        .arg("--config")
        .arg(&config)
        .env("DISPLAY", &display)
        .env_remove("WAYLAND_DISPLAY")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(BenchError::Reception)?;
    let mut process = Running(process);
    let pixels = folder.path().join("Xvfb_screen0");
    while !shows_paper(&pixels) {
        if start.elapsed() > PATIENCE {
            return Ok(WindowReport::Missing { why: "no picture within a minute".to_owned() });
        }
        if matches!(process.0.try_wait(), Ok(Some(_)) | Err(_)) {
            return Ok(WindowReport::Missing { why: "the kiosk ended before its first picture".to_owned() });
        }
        std::thread::sleep(LOOK_EVERY);
    }
    let first = start.elapsed();
    std::thread::sleep(SETTLING);
    let (before, began) = (cpu_seconds(process.0.id()), Instant::now());
    std::thread::sleep(IDLE);
    let (after, idle) = (cpu_seconds(process.0.id()), began.elapsed().as_secs_f64());
    let resident = resident_mib(process.0.id());
    drop(process);
    drop(panel);
    let (Some(before), Some(after), Some(resident_mib)) = (before, after, resident) else {
        return Ok(WindowReport::Missing { why: "the system does not tell processor time".to_owned() });
    };
    Ok(WindowReport::Measured {
        start_to_first_picture_ms: ms(first),
        idle_seconds: idle,
        idle_part_of_a_core: (after - before) / idle,
        resident_mib,
        floor: "a core that does nothing",
    })
}

/// A panel whose pixels lie in `folder`, and its name.
fn panel(folder: &Path) -> Option<(Running, String)> {
    let mut child = Command::new("Xvfb")
        .args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0"])
        .arg(format!("{}x{}x24", PANEL.0, PANEL.1))
        .arg("-fbdir")
        .arg(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let stdout = child.stdout.take();
    let running = Running(child);
    let mut number = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout?), &mut number).ok()?;
    let number = number.trim();
    (!number.is_empty()).then(|| (running, format!(":{number}")))
}

/// XWD version 7: the header's size, then its length in words of 32 bits, big-endian; 12 bytes for each colour of the
/// map; the pixels, here four bytes each.
fn shows_paper(path: &Path) -> bool {
    let Ok(file) = std::fs::read(path) else { return false };
    let pixel_bytes = PANEL.0 * PANEL.1 * 4;
    let Some(pixels) = file.len().checked_sub(pixel_bytes).map(|start| &file[start..]) else { return false };
    let (looked, paper) = pixels.chunks_exact(4).step_by(97).fold((0_usize, 0_usize), |(looked, paper), pixel| {
        (looked + 1, paper + usize::from(pixel.starts_with(&PAPER)))
    });
    paper * 4 > looked
}

/// User and system time of a process, in seconds: fields 14 and 15 of `/proc/PID/stat`, in clock ticks of 1/100 s.
fn cpu_seconds(process: u32) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field is the name in brackets, and may hold spaces.
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<f64>().ok());
    Some((ticks(11)? + ticks(12)?) / 100.0)
}

/// Resident memory of a process, MiB.
pub fn resident_mib(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024.0)
}

fn config(folder: &Path, provision: &Path) -> std::io::Result<PathBuf> {
    let key = folder.join("kiosk.key");
    std::fs::write(&key, "11".repeat(32))?;
    let path = folder.join("kiosk.toml");
    std::fs::write(
        &path,
        format!(
            r#"
kiosk = "bench-1"
state = {state:?}
provision = {provision:?}
[server]
address = "http://127.0.0.1:9"
key_file = {key:?}
[hospital]
name = {{ vi = "Bệnh viện Đa khoa Mẫu", en = "Sample General Hospital" }}
counter = {{ vi = "quầy tiếp đón", en = "the reception counter" }}
counter_place = {{ vi = "ngay bên phải máy này", en = "right beside this machine" }}
[devices]
reader = "usb"
scanner = "/dev/ttyACM0"
printer = "usb"
camera = "/dev/video0"
[window]
fullscreen = false
height_px = 1920
"#,
            state = folder.join("state"),
        ),
    )?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_works_uses_processor_time() {
        let me = std::process::id();
        let before = cpu_seconds(me).expect("told");
        let start = Instant::now();
        let mut sum = 0_u64;
        while cpu_seconds(me).expect("told") <= before && start.elapsed() < Duration::from_secs(20) {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        assert!(cpu_seconds(me).expect("told") > before);
        assert!(resident_mib(me).expect("told") > 0.5);
    }

    #[test]
    fn a_panel_is_drawn_when_it_shows_paper() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("Xvfb_screen0");
        assert!(!shows_paper(&path));
        let header = vec![1_u8; 160];
        let black = vec![0_u8; PANEL.0 * PANEL.1 * 4];
        std::fs::write(&path, [header.clone(), black].concat()).expect("writes");
        assert!(!shows_paper(&path));
        let paper = [PAPER[0], PAPER[1], PAPER[2], 0].repeat(PANEL.0 * PANEL.1);
        std::fs::write(&path, [header, paper].concat()).expect("writes");
        assert!(shows_paper(&path));
    }
}
