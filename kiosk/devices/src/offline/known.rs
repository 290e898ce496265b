//! What the server said last: which departments there are, and which key check-ins are sealed to. Nothing personal.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use api::{DepartmentView, StationConfiguration};
use serde::{Deserialize, Serialize};

use super::{OfflineError, disk, replace_file};

const MAX_FILE_BYTES: u64 = 1 << 20;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownServer {
    pub configuration: StationConfiguration,
    pub departments: Vec<DepartmentView>,
}

impl KnownServer {
    /// `None` before the first word, and where the file is none of this version: the server will say it again.
    pub fn read(path: &Path) -> Result<Option<Self>, OfflineError> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(disk(path)(error)),
        };
        let mut json = vec![];
        file.take(MAX_FILE_BYTES).read_to_end(&mut json).map_err(disk(path))?;
        Ok(serde_json::from_slice(&json).ok())
    }

    pub fn write(&self, path: &Path) -> Result<(), OfflineError> {
        let json = serde_json::to_vec(self).map_err(OfflineError::Encoding)?;
        replace_file(path, &json).map_err(disk(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{date, datetime};

    #[test]
    fn the_servers_last_words_survive_a_restart_and_rubbish_is_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("server.json");
        assert_eq!(KnownServer::read(&path).expect("readable"), None);
        let configuration = StationConfiguration {
            facility_code: "01001".into(),
            hospital_vi: "Bệnh viện Đa khoa Mẫu".into(),
            hospital_en: "Sample General Hospital".into(),
            service_day: date!(2026 - 11 - 23),
            server_time: datetime!(2026-11-23 07:00 +7),
            sealing_key: api::Hex32([1; 32]),
            pinned_signers: vec![],
            eid: true,
            follow_base: None,
        };
        let known = KnownServer { configuration, departments: vec![] };
        known.write(&path).expect("written");
        assert_eq!(KnownServer::read(&path).expect("readable"), Some(known));
        std::fs::write(&path, b"{").expect("written");
        assert_eq!(KnownServer::read(&path).expect("readable"), None);
    }
}
