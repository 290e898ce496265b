//! An adapter: watches a folder into which a hospital's system exports appointments as CSV, and posts each file.
//!
//! `csv_folder FOLDER SERVER KEY_FILE`, for example `csv_folder /srv/his-export http://127.0.0.1:8080 key.txt`.
//! A file that was taken goes to `FOLDER/done`, one with anything wrong to `FOLDER/wrong` with the findings beside it; when
//! the server does not answer, it stays and is tried again. Sending a file twice does no harm: appointments have the
//! hospital's own ids.
//!
//! To write an adapter for another system, keep [`round`] and put the translation where [`translate`] is: any form in,
//! the columns of docs/hospital-system.md out.
#![expect(clippy::disallowed_methods, reason = "an adapter does what the crate itself must not: files and waiting")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use std::{fs, io};

use interop::sheet::{self, MAX_BYTES};
use time::UtcOffset;

/// Between two looks at the folder.
const PAUSE: Duration = Duration::from_secs(5);
/// A file that changed so lately may still be written.
const SETTLED: Duration = Duration::from_secs(2);

/// What the server said: status and body. None where it did not answer.
type Answer = Option<(u16, Vec<u8>)>;

#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    done: usize,
    wrong: usize,
    waiting: usize,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, server, key_file] = arguments.as_slice() else {
        eprintln!("usage: csv_folder FOLDER SERVER KEY_FILE");
        return ExitCode::FAILURE;
    };
    let key = match fs::read_to_string(key_file) {
        Ok(key) => key.trim().to_owned(),
        Err(error) => {
            eprintln!("{key_file}: {error}");
            return ExitCode::FAILURE;
        }
    };
    let url = format!("{}/hospital-system/v1/appointments", server.trim_end_matches('/'));
    let client = reqwest::Client::new();
    loop {
        let post = async |body: Vec<u8>| -> Answer {
            let request = client.post(&url).bearer_auth(&key).header("content-type", "text/csv").body(body);
            let answer = request.send().await.ok()?;
            let status = answer.status().as_u16();
            Some((status, answer.bytes().await.ok()?.to_vec()))
        };
        match round(Path::new(folder), SETTLED, post).await {
            Ok(tally) if tally == Tally::default() => {}
            Ok(tally) => eprintln!("{} taken, {} wrong, {} waiting", tally.done, tally.wrong, tally.waiting),
            Err(error) => eprintln!("{folder}: {error}"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Deals with every CSV file of the folder that is no longer written to, in the order of their names.
async fn round(folder: &Path, settled: Duration, post: impl AsyncFn(Vec<u8>) -> Answer) -> io::Result<Tally> {
    let mut tally = Tally::default();
    for file in exports(folder, settled)? {
        let body = translate(fs::read(&file)?);
        // What the server would refuse is found here already, and never leaves the machine.
        let local = UtcOffset::from_hms(7, 0, 0).unwrap_or(UtcOffset::UTC);
        if let Err(findings) = sheet::read_appointments(&body, local) {
            let lines = findings.findings.iter().map(|finding| {
                let (vi, en) = finding.wrong.words();
                format!("{}, {}: {vi} / {en}\n", finding.line, finding.column)
            });
            put_aside(&file, "wrong", Some(lines.collect::<String>().as_bytes()))?;
            tally.wrong += 1;
            continue;
        }
        match post(body).await {
            Some((200..=299, _)) => {
                put_aside(&file, "done", None)?;
                tally.done += 1;
            }
            Some((422, findings)) => {
                put_aside(&file, "wrong", Some(&findings))?;
                tally.wrong += 1;
            }
            // A wrong key, a server that is down: mended there, and tried again.
            Some(_) | None => tally.waiting += 1,
        }
    }
    Ok(tally)
}

/// From the system's form to ours. This one exports our columns already.
fn translate(export: Vec<u8>) -> Vec<u8> {
    export
}

fn exports(folder: &Path, settled: Duration) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let about = entry.metadata()?;
        let is_csv = entry.path().extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        let is_quiet = about.modified()?.elapsed().is_ok_and(|since| since >= settled);
        if about.is_file() && is_csv && is_quiet && about.len() <= MAX_BYTES as u64 {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

/// The findings first: a file in `wrong` always has them.
fn put_aside(file: &Path, place: &str, findings: Option<&[u8]>) -> io::Result<()> {
    let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else { return Ok(()) };
    let place = folder.join(place);
    fs::create_dir_all(&place)?;
    if let Some(findings) = findings {
        let mut beside = place.join(name).into_os_string();
        beside.push(".findings.txt");
        fs::write(beside, findings)?;
    }
    fs::rename(file, place.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "id,cccd,khoa,starts\nLH-1,031085000017,K01,23/11/2026 08:30\n";

    #[tokio::test]
    async fn each_export_ends_where_it_belongs_and_waits_while_the_server_is_away() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("writes");
        write("1.csv", GOOD);
        write("2.CSV", "id,cccd\n");
        write("3.csv", &GOOD.replace("K01", "K99"));
        write("note.txt", "x");
        let away = round(folder.path(), Duration::ZERO, async |_| None).await.expect("looks");
        assert_eq!(away, Tally { done: 0, wrong: 1, waiting: 2 });
        let server = async |body: Vec<u8>| -> Answer {
            let known = !String::from_utf8_lossy(&body).contains("K99");
            Some(if known { (200, vec![]) } else { (422, b"K99".to_vec()) })
        };
        let tally = round(folder.path(), Duration::ZERO, server).await.expect("looks");
        assert_eq!(tally, Tally { done: 1, wrong: 1, waiting: 0 });
        for left in ["done/1.csv", "wrong/2.CSV", "wrong/2.CSV.findings.txt", "wrong/3.csv", "note.txt"] {
            assert!(folder.path().join(left).exists(), "{left}");
        }
        assert_eq!(fs::read(folder.path().join("wrong/3.csv.findings.txt")).expect("reads"), b"K99");
        let quiet = round(folder.path(), Duration::ZERO, async |_| None).await.expect("looks");
        assert_eq!(quiet, Tally::default());
        write("4.csv", GOOD);
        let early = round(folder.path(), Duration::from_secs(3600), async |_| None).await.expect("looks");
        assert_eq!(early, Tally::default(), "it may still be written");
    }
}
