//! How fast a backlog drains, and how much of it is in memory: against a carrier that only takes its time.
//!
//! `TIEPDON_DRAIN=N` sets the number of certificates (`TIEPDON_DRAIN=10000` for a figure; the default keeps tests short).

mod fixture;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use fixture::hospital::OPENING;
use server::certificate::{self, By, Draft, FreezeTo, Freezing, NumberSource, Payload, Why};
use server::clock::SystemClock;
use server::dispatch::{self, Carrier, Carrying, Outcome, Parcel, Pass, Reply, ScriptedSigner};
use server::insurance::Silence;
use server::store::{CertificateKind, DispatchKind};
use server::{App, Outside};

const LATENCY: Duration = Duration::from_millis(50);
const CONCURRENCY: usize = 8;

/// Answers every request after 50 ms.
#[derive(Default)]
struct SlowGateway {
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
    taken: AtomicUsize,
}

impl Carrier for SlowGateway {
    fn pass(&self, _: DispatchKind) -> Carrying<'_, Result<Pass, Silence>> {
        Box::pin(std::future::ready(Ok(Pass { facility: Some(fixture::facility()), token: None })))
    }

    fn renew<'a>(&'a self, kind: DispatchKind, _: &'a Pass) -> Carrying<'a, Result<Pass, Silence>> {
        self.pass(kind)
    }

    fn carry<'a>(&'a self, _: Parcel<'a>, _: &'a Pass) -> Carrying<'a, Reply> {
        Box::pin(async move {
            let at_once = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
            self.most_at_once.fetch_max(at_once, Ordering::SeqCst);
            tokio::time::sleep(LATENCY).await;
            self.at_once.fetch_sub(1, Ordering::SeqCst);
            let receipt = format!("R{}", self.taken.fetch_add(1, Ordering::SeqCst));
            Reply { outcome: Outcome::Accepted { receipt, received_at: None }, answer: Vec::new() }
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backlog_drains_at_the_configured_concurrency() {
    let count: usize = std::env::var("TIEPDON_DRAIN").ok().and_then(|text| text.parse().ok()).unwrap_or(200);
    let folder = tempfile::tempdir().expect("a folder");
    let more = r#"
[dispatch]
sending = "on"
base_url = "http://127.0.0.1:1"
username = "31999_BV"
password = { env = "UNUSED" }
"#;
    let config = fixture::hospital::config(&folder, None, more);
    let gateway = Arc::new(SlowGateway::default());
    let outside = Outside {
        carrier: Some(gateway.clone()),
        signer: Some(Arc::new(ScriptedSigner::default())),
        ..Outside::default()
    };
    let app = App::open(config, Arc::new(SystemClock), outside).await.expect("opens");
    let by = By { actor: "test", why: Why::NobodyToAsk, words: None };
    for _ in 0..count {
        let draft = Draft { content: b"draft", confirmer: None, people: &[] };
        let id = certificate::open(&app, CertificateKind::Birth, draft, by).await.expect("opens");
        let freezing = Freezing { issued_at: OPENING, number: NumberSource::Drawn, to: FreezeTo::Sign };
        let build = |_: &[u8], number: &str| Ok(vec![Payload { variant: String::new(), bytes: number.into() }]);
        certificate::freeze(&app, id, freezing, by, build).await.expect("freezes");
    }
    while dispatch::sign_due(&app, DispatchKind::Birth).await.expect("signs") > 0 {}

    let begun = Instant::now();
    let sent = dispatch::send_due(&app, DispatchKind::Birth, usize::MAX).await.expect("sends");
    let took = begun.elapsed();
    assert_eq!((sent, gateway.taken.load(Ordering::SeqCst)), (count, count));
    assert_eq!(gateway.most_at_once.load(Ordering::SeqCst), CONCURRENCY);
    let least = LATENCY * u32::try_from(count.div_ceil(CONCURRENCY)).expect("small");
    let share = least.as_secs_f64() / took.as_secs_f64();
    let report =
        format!("{count} certificates in {took:?}: {:.1} % of what {CONCURRENCY} at a time permit\n", share * 100.0);
    std::io::Write::write_all(&mut std::io::stderr(), report.as_bytes()).expect("writes");
    // The figure is for a quiet machine; here only that requests do not come one after another.
    assert!(share > 0.25, "{report}");
}
