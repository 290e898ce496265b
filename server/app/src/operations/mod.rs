//! What management, the city and the public read about the work of this hospital.
//!
//! [`report`] gathers a period from the database, the crate `reports` counts and draws it. [`page`] is the staff page with
//! its files, [`feed`] the JSON of the city's operations centre, [`open_data`] what the public listener gives.

mod facts;
mod feed;
mod open_data;
mod page;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use reports::{Facts, ForecastFact, Hospital, Name, Period, Report, Summary, Threshold};
use sha2::{Digest, Sha256};
use time::Date;

use crate::app::App;
use crate::config::{Config, ConfigError};
use crate::department::Departments;
use crate::queue::{self as queues, QueueError};
use crate::store::StoreError;

pub use facts::gather;
pub(crate) use feed::{FEED, feed};
pub(crate) use open_data::routes as public_routes;
pub(crate) use page::routes as staff_routes;

#[derive(Debug, thiserror::Error)]
pub enum OperationsError {
    #[error("the database failed")]
    Store(#[from] StoreError),
    #[error("a queue cannot be read")]
    Queue(#[from] QueueError),
    #[error("the report cannot be written")]
    Report(#[from] reports::ReportError),
    #[error("the work was given up")]
    Cancelled,
}

/// What reports need besides the database.
pub struct Operations {
    feed_key: Option<[u8; 32]>,
    threshold: Option<Threshold>,
    /// How good the promised waits are: learnt from past days, so the same all day.
    forecasts: Mutex<Option<(Date, Arc<Vec<ForecastFact>>)>>,
    published: Mutex<BTreeMap<Period, PublishedMonth>>,
}

/// A month's file, and on which day it was counted.
struct PublishedMonth {
    counted_on: Date,
    file: Arc<Vec<u8>>,
}

impl Operations {
    pub fn from_config(config: &Config) -> Result<Self, ConfigError> {
        let operations = &config.operations;
        let key = operations.feed_key.as_ref().map(|key| key.read_key("operations.feed_key")).transpose()?;
        Ok(Self {
            feed_key: key.map(|key| Sha256::digest(key.as_slice()).into()),
            threshold: operations.open_data.as_ref().map(|data| data.threshold()).transpose()?,
            forecasts: Mutex::default(),
            published: Mutex::default(),
        })
    }
}

/// The figures of a period beside those of the one before.
pub async fn report(app: &App, period: Period) -> Result<Report, OperationsError> {
    let mut facts = gather(app, period).await?;
    facts.forecasts = forecasts(app).await?.to_vec();
    let before = gather(app, period.previous()).await?;
    let (now, before) = counted(facts, before).await?;
    let hospital = &app.config.hospital;
    Ok(Report {
        hospital: Hospital {
            code: hospital.facility_code.as_str().to_owned(),
            name: Name { vi: hospital.name_vi.clone(), en: hospital.name_en.clone() },
        },
        departments: names(&app.departments()),
        period,
        made_at: app.now(),
        now,
        before,
    })
}

/// Sorting a quarter's times takes a while: not on the threads that answer.
async fn counted(now: Facts, before: Facts) -> Result<(Summary, Summary), OperationsError> {
    let counted = tokio::task::spawn_blocking(move || (Summary::of(&now), Summary::of(&before)));
    counted.await.map_err(|_| OperationsError::Cancelled)
}

fn names(departments: &Departments) -> BTreeMap<api::DepartmentCode, Name> {
    let names = departments.all().map(|department| {
        (department.code.clone(), Name { vi: department.name_vi.clone(), en: department.name_en.clone() })
    });
    names.collect()
}

/// Of every department; one whose past days are damaged or too few has none.
async fn forecasts(app: &App) -> Result<Arc<Vec<ForecastFact>>, OperationsError> {
    let today = app.today();
    let known = app.operations.forecasts.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((day, known)) = known
        && day == today
    {
        return Ok(known);
    }
    let mut facts = Vec::new();
    for department in app.departments().all() {
        match queues::backtest(app, &department.code).await {
            Ok(Some(backtest)) => facts.push(ForecastFact { department: department.code.clone(), backtest }),
            Ok(None) => {}
            Err(QueueError::Broken { department, broken }) => {
                tracing::error!(%department, "the forecast cannot be tested: {broken}");
            }
            Err(error) => return Err(error.into()),
        }
    }
    let facts = Arc::new(facts);
    let mut known = app.operations.forecasts.lock().unwrap_or_else(PoisonError::into_inner);
    *known = Some((today, facts.clone()));
    Ok(facts)
}
