//! Whoever rewrites the audit record is found out.

mod fixture;

use std::path::PathBuf;
use std::time::Duration;

use fixture::hospital::Hospital;
use server::audit::{Reach, Tampered, VerifyError, chain, checkpoint_due, verify};
use sqlx::{Connection, SqliteConnection};

async fn hospital() -> Hospital {
    let hospital = Hospital::open(None).await;
    write(&hospital, &["opened"]).await;
    while chain(&hospital.app, Reach::Everything).await.expect("chains") > 0 {}
    hospital
}

/// With checkpoints in a file beside the database.
async fn with_checkpoints() -> (Hospital, PathBuf, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("checkpoints.jsonl");
    let more = format!("[audit]\ncheckpoints = {:?}\ncheckpoint_minutes = 10\n", path.display().to_string());
    let hospital = Hospital::with(None, &more).await;
    write(&hospital, &["opened"]).await;
    while chain(&hospital.app, Reach::Everything).await.expect("chains") > 0 {}
    (hospital, path, folder)
}

async fn write(hospital: &Hospital, details: &[&str]) {
    for detail in details {
        let mut tx = hospital.app.store.begin().await.expect("begins");
        tx.audit("staff:hoa", "paper_read", None, detail, hospital.app.now_ms()).await.expect("writes");
        tx.commit().await.expect("commits");
    }
}

/// What somebody with the database file does.
async fn tamper(hospital: &Hospital, sql: &'static str) {
    let url = format!("sqlite://{}?mode=rw", hospital.directory.path().join("server.db").display());
    let mut connection = SqliteConnection::connect(&url).await.expect("opens");
    let done = sqlx::query(sql).execute(&mut connection).await.expect("executes");
    assert!(done.rows_affected() > 0, "{sql}");
}

async fn finding(hospital: &Hospital, checkpoints: Option<&PathBuf>) -> Tampered {
    match verify(&hospital.app, checkpoints.map(PathBuf::as_path)).await {
        Err(VerifyError::Tampered(tampered)) => tampered,
        other => panic!("nothing was found: {other:?}"),
    }
}

#[tokio::test]
async fn a_record_nobody_touched_verifies_and_goes_on() {
    let hospital = hospital().await;
    let before = verify(&hospital.app, None).await.expect("whole");
    write(&hospital, &["a", "b", "c"]).await;
    let fresh = verify(&hospital.app, None).await.expect("whole");
    assert_eq!((fresh.lines, fresh.unchained), (before.lines, 3));
    assert_eq!(chain(&hospital.app, Reach::Lately).await.expect("chains"), 3);
    assert_eq!(chain(&hospital.app, Reach::Lately).await.expect("chains"), 0);
    let after = verify(&hospital.app, None).await.expect("whole");
    assert_eq!((after.lines, after.unchained), (before.lines + 3, 0));
}

#[tokio::test]
async fn an_altered_line_is_found() {
    let hospital = hospital().await;
    write(&hospital, &["a", "b", "c"]).await;
    chain(&hospital.app, Reach::Lately).await.expect("chains");
    tamper(&hospital, "UPDATE audit SET actor = 'staff:binh' WHERE detail = 'b'").await;
    assert!(matches!(finding(&hospital, None).await, Tampered::Altered { .. }));
}

#[tokio::test]
async fn a_line_that_was_taken_out_is_found_with_and_without_its_link() {
    let hospital = hospital().await;
    write(&hospital, &["a", "b", "c"]).await;
    chain(&hospital.app, Reach::Lately).await.expect("chains");
    tamper(&hospital, "DELETE FROM audit WHERE detail = 'b'").await;
    assert!(matches!(finding(&hospital, None).await, Tampered::Missing { .. }));
    tamper(&hospital, "DELETE FROM audit_chain WHERE audit_id NOT IN (SELECT audit_id FROM audit)").await;
    assert!(matches!(finding(&hospital, None).await, Tampered::Gap { .. }));
}

#[tokio::test]
async fn a_record_cut_short_is_found_by_a_checkpoint_that_was_carried_away() {
    let (hospital, file, _folder) = with_checkpoints().await;
    write(&hospital, &["a", "b"]).await;
    chain(&hospital.app, Reach::Lately).await.expect("chains");
    assert!(checkpoint_due(&hospital.app).await.expect("writes"));
    assert!(!checkpoint_due(&hospital.app).await.expect("nothing new"));
    write(&hospital, &["c"]).await;
    chain(&hospital.app, Reach::Lately).await.expect("chains");
    assert!(!checkpoint_due(&hospital.app).await.expect("too soon"));
    hospital.clock.advance(Duration::from_secs(601));
    assert!(checkpoint_due(&hospital.app).await.expect("writes"));
    assert_eq!(verify(&hospital.app, Some(&file)).await.expect("whole").checkpoints, 2);

    tamper(&hospital, "DELETE FROM audit WHERE detail = 'c'").await;
    tamper(&hospital, "DELETE FROM audit_chain WHERE audit_id NOT IN (SELECT audit_id FROM audit)").await;
    verify(&hospital.app, None).await.expect("the rest alone looks whole");
    assert!(matches!(finding(&hospital, Some(&file)).await, Tampered::CutShort { .. }));
}

#[tokio::test]
async fn a_record_written_anew_as_a_whole_is_found_by_a_checkpoint() {
    let (hospital, file, _folder) = with_checkpoints().await;
    write(&hospital, &["a", "b"]).await;
    chain(&hospital.app, Reach::Lately).await.expect("chains");
    checkpoint_due(&hospital.app).await.expect("writes");
    tamper(&hospital, "UPDATE audit SET detail = 'x' WHERE detail = 'b'").await;
    tamper(&hospital, "DELETE FROM audit_chain").await;
    chain(&hospital.app, Reach::Everything).await.expect("chains anew");
    verify(&hospital.app, None).await.expect("whole in itself");
    assert!(matches!(finding(&hospital, Some(&file)).await, Tampered::Rewritten { .. }));
}

#[tokio::test]
async fn a_checkpoint_of_another_key_is_named_and_a_broken_line_does_not_swallow_the_next() {
    let (hospital, file, _folder) = with_checkpoints().await;
    checkpoint_due(&hospital.app).await.expect("writes");
    let mut text = std::fs::read_to_string(&file).expect("reads");
    text.push_str("{\"facility\":\"319");
    std::fs::write(&file, &text).expect("writes");
    write(&hospital, &["a"]).await;
    chain(&hospital.app, Reach::Lately).await.expect("chains");
    hospital.clock.advance(Duration::from_secs(601));
    assert!(checkpoint_due(&hospital.app).await.expect("writes"));
    assert_eq!(verify(&hospital.app, Some(&file)).await.expect("whole").checkpoints, 2);

    let text = std::fs::read_to_string(&file).expect("reads").replacen("\"at\":1", "\"at\":2", 1);
    std::fs::write(&file, text).expect("writes");
    assert_eq!(finding(&hospital, Some(&file)).await, Tampered::ForeignCheckpoint { number: 1 });
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_an_error_that_names_it() {
    let more = "[audit]\ncheckpoints = \"/nowhere/at/all/checkpoints.jsonl\"\n";
    let hospital = Hospital::with(None, more).await;
    write(&hospital, &["a"]).await;
    chain(&hospital.app, Reach::Everything).await.expect("chains");
    let error = checkpoint_due(&hospital.app).await.expect_err("no such folder");
    assert!(error.to_string().contains("/nowhere/at/all/checkpoints.jsonl"), "{error}");
}
