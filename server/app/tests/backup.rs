//! A copy of the database is taken while the server is at work.

mod fixture;

use std::os::unix::fs::PermissionsExt;

use fixture::TestDatabase;
use fixture::hospital::Hospital;
use server::config::Durability;
use server::store::{BackupError, Store};

async fn lines(store: &Store) -> u64 {
    store.audit_unchained().await.expect("reads")
}

#[tokio::test]
async fn a_copy_holds_what_was_committed_and_opens_as_a_database_of_ours() {
    let hospital = Hospital::open(None).await;
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("copy.db");
    // Somebody writes all the while; what is not committed is not in the copy.
    let mut under_way = hospital.app.store.begin().await.expect("begins");
    under_way.audit("staff:hoa", "paper_read", None, "late", hospital.app.now_ms()).await.expect("writes");
    let before = lines(&hospital.app.store).await;
    hospital.app.store.backup(&copy).await.expect("copies");
    under_way.commit().await.expect("commits");
    assert_eq!(lines(&hospital.app.store).await, before + 1);

    assert_eq!(std::fs::metadata(&copy).expect("is there").permissions().mode() & 0o777, 0o600);
    let url = format!("sqlite://{}?mode=rwc", copy.display());
    let opened = Store::open(&url, Durability::Full, 2, &fixture::facility()).await.expect("opens");
    assert_eq!(lines(&opened).await, before);
    assert_eq!(
        std::fs::read_dir(folder.path())
            .expect("reads")
            .filter(|entry| {
                entry.as_ref().is_ok_and(|entry| entry.path().extension().is_some_and(|extension| extension == "part"))
            })
            .count(),
        0
    );
}

#[tokio::test]
async fn a_file_that_is_there_is_left_alone_and_a_folder_that_is_not_is_named() {
    let hospital = Hospital::open(None).await;
    let folder = tempfile::tempdir().expect("a folder");
    let mine = folder.path().join("mine.db");
    std::fs::write(&mine, "mine").expect("writes");
    let refused = hospital.app.store.backup(&mine).await.expect_err("is there");
    assert!(matches!(refused, BackupError::Exists { .. }));
    assert_eq!(std::fs::read_to_string(&mine).expect("reads"), "mine");
    let nowhere = folder.path().join("no/such/folder.db");
    let refused = hospital.app.store.backup(&nowhere).await.expect_err("no folder");
    assert!(refused.to_string().contains("no/such/folder.db"), "{refused}");
}

#[tokio::test]
async fn postgresql_is_left_to_its_own_tools() {
    let database = TestDatabase::postgres();
    let store = database.open().await;
    let folder = tempfile::tempdir().expect("a folder");
    let refused = store.backup(&folder.path().join("copy.db")).await.expect_err("another engine");
    assert!(refused.to_string().contains("pg_dump"));
    store.close().await;
}
