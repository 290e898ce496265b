//! A copy of the database while the server is at work.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use sqlx::Row;
use sqlx::any::AnyPoolOptions;

use super::{Engine, Store, StoreError};

#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("{} is there already: name a file that is not", path.display())]
    Exists { path: PathBuf },
    #[error("{} cannot be written", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("the copy is damaged ({found}) and was not kept: the disk or the database is")]
    Damaged { found: String },
    #[error("PostgreSQL is copied with its own tools (pg_dump, pg_basebackup)")]
    Postgres,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Writes everything that is committed now to a new file, checks the copy, and only then gives it its name. Personal
    /// columns are sealed in it as they are here: it is worth nothing without the master key, and needs it.
    pub async fn backup(&self, to: &Path) -> Result<(), BackupError> {
        if self.engine == Engine::Postgres {
            return Err(BackupError::Postgres);
        }
        if to.exists() {
            return Err(BackupError::Exists { path: to.to_owned() });
        }
        let mut name = to.as_os_str().to_owned();
        name.push(".part");
        let part = PathBuf::from(name);
        let copied = self.copy_to(&part).await;
        if copied.is_err() {
            // Half a copy is worse than none; what stopped it is told.
            let _ = std::fs::remove_file(&part);
        }
        copied?;
        let failed = |source| BackupError::File { path: to.to_owned(), source };
        std::fs::rename(&part, to).map_err(failed)?;
        // The new name is on the medium too.
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
    }

    async fn copy_to(&self, part: &Path) -> Result<(), BackupError> {
        let failed = |source| BackupError::File { path: part.to_owned(), source };
        // Empty and for its owner only, before anything is in it. SQLite copies into an empty file.
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(part).map_err(failed)?;
        let path = part.to_string_lossy().into_owned();
        sqlx::query("VACUUM INTO $1").bind(path).execute(&self.read).await.map_err(StoreError::from)?;
        File::open(part).and_then(|file| file.sync_all()).map_err(failed)?;
        let url = format!("sqlite://{}?mode=ro", part.display());
        let copy = AnyPoolOptions::new().max_connections(1).connect(&url).await.map_err(StoreError::from)?;
        let row = sqlx::query("PRAGMA integrity_check").fetch_one(&copy).await.map_err(StoreError::from)?;
        let found: String = row.try_get(0).map_err(StoreError::from)?;
        copy.close().await;
        if found == "ok" { Ok(()) } else { Err(BackupError::Damaged { found }) }
    }
}
