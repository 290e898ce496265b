//! What is never said: alone in its binary, because a log is captured for the whole process.

mod fixture;

use std::sync::{Arc, Mutex, PoisonError};

use api::{CheckInRequest, DepartmentCode, Payer};
use axum::http::Method;
use fixture::hospital::{Hospital, card, issuer, of_visit, visit};

/// Everything that is logged, at every level, of every crate.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn nothing_personal_of_a_whole_check_in_reaches_the_log_or_stands_open_in_the_database() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _capturing = tracing::subscriber::set_default(subscriber);

    let issuer = issuer();
    let hospital = Hospital::open(Some(issuer.csca_der())).await;
    let visit = visit();
    hospital.show_card(visit, &card(&issuer)).await.expect("identified");
    let request = CheckInRequest {
        department: DepartmentCode::parse("K01").expect("a department"),
        payer: Payer::Insurance,
        counter: None,
        declared: Vec::new(),
    };
    let path = of_visit(api::path::CHECK_IN, visit);
    hospital.call::<api::CheckInReply>(Method::PUT, &path, &request).await.expect("a ticket");
    let refused = hospital.show_card(visit, &card(&issuer)).await;
    refused.expect_err("a conflict, which is logged");
    hospital.app.store.close().await;

    let logged = String::from_utf8_lossy(&log.0.lock().expect("a log")).into_owned();
    assert!(logged.contains("checked in"), "the log was captured");
    let mut stored = Vec::new();
    for file in std::fs::read_dir(hospital.directory.path()).expect("a directory").flatten() {
        if file.file_name().to_string_lossy().starts_with("server.db") {
            stored.extend(std::fs::read(file.path()).expect("a file"));
        }
    }
    assert!(stored.windows(5).any(|window| window == b"31999"), "the database was read");
    for personal in ["031085000017", "Nguyễn Văn Mẫu", "NGUYEN", "15/01/1985", "850115", "GD4313100000017"] {
        assert!(!logged.contains(personal), "{personal} stands in the log");
        let open = stored.windows(personal.len()).any(|window| window == personal.as_bytes());
        assert!(!open, "{personal} stands open in the database");
    }
}
