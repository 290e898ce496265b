//! What the public gets: check-ins by department, day and hour of whole months that are over, small counts suppressed.
//! Without `[operations.open_data]` there is nothing.

use std::sync::{Arc, PoisonError};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use certificates::Lang;
use maud::{DOCTYPE, Markup, html};
use reports::{
    Catalogue, CellCount, Period, Publication, Publisher, Span, Threshold, dcat, dictionary, dictionary_csv,
    open_data_csv,
};

use super::{OperationsError, PublishedMonth, names};
use crate::app::App;

const PAGE: &str = "/open-data";
const STYLE: &str = "/open-data/open-data.css";
/// Months offered, and kept in memory: at most so many.
const MONTHS: usize = 24;

const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
    form-action 'none'";

pub fn routes() -> Router<App> {
    Router::new().route(PAGE, get(page)).route(STYLE, get(style)).route("/open-data/{file}", get(file))
}

async fn page(State(app): State<App>) -> Response {
    let Some(threshold) = app.operations.threshold else { return nothing() };
    match months(&app).await {
        Ok(months) => guarded("text/html; charset=utf-8", whole(&app, &months, threshold).into_string().into_bytes()),
        Err(error) => failed(&error),
    }
}

async fn style() -> Response {
    guarded("text/css; charset=utf-8", include_bytes!("open-data.css").to_vec())
}

async fn file(State(app): State<App>, Path(file): Path<String>) -> Response {
    let Some(threshold) = app.operations.threshold else { return nothing() };
    let answer = match file.as_str() {
        "dictionary.csv" => dictionary_csv().map(Some).map_err(OperationsError::Report),
        "catalogue.jsonld" => catalogue(&app, threshold).await.map(Some),
        name => month(&app, threshold, name).await,
    };
    let kind =
        if file.ends_with(".jsonld") { "application/ld+json" } else { "text/csv; charset=utf-8; header=present" };
    match answer {
        Ok(Some(bytes)) => guarded(kind, bytes),
        Ok(None) => nothing(),
        Err(error) => failed(&error),
    }
}

async fn catalogue(app: &App, threshold: Threshold) -> Result<Vec<u8>, OperationsError> {
    let hospital = &app.config.hospital;
    let catalogue = Catalogue {
        publisher: Publisher {
            code: hospital.facility_code.as_str().to_owned(),
            name_vi: hospital.name_vi.clone(),
            name_en: hospital.name_en.clone(),
        },
        // Without it the names are relative to where the document was found.
        base_url: app.config.papers.public_url.clone().unwrap_or_default(),
        months: months(app).await?,
        licence: licence(app).map(str::to_owned),
        threshold,
        made_at: app.now(),
    };
    Ok(dcat(&catalogue)?)
}

fn licence(app: &App) -> Option<&str> {
    app.config.operations.open_data.as_ref()?.licence.as_deref()
}

/// Counted once a day at most: whoever asks again gets the same.
async fn month(app: &App, threshold: Threshold, name: &str) -> Result<Option<Vec<u8>>, OperationsError> {
    let asked = name.strip_prefix("check-ins-").and_then(|name| name.strip_suffix(".csv"));
    let Some(month) = asked.and_then(|month| month.parse::<Period>().ok()) else { return Ok(None) };
    if !months(app).await?.contains(&month) {
        return Ok(None);
    }
    let today = app.today();
    let known = {
        let published = app.operations.published.lock().unwrap_or_else(PoisonError::into_inner);
        published.get(&month).filter(|known| known.counted_on == today).map(|known| known.file.clone())
    };
    if let Some(known) = known {
        return Ok(Some(known.to_vec()));
    }
    let counts = app.store.check_ins_by_hour((month.first(), month.last())).await?;
    let counts: Vec<CellCount> = counts
        .into_iter()
        .map(|row| CellCount { department: row.department, day: row.day, hour: row.hour, check_ins: row.check_ins })
        .collect();
    let secret = app.keys.keyed_hash("open data", b"lots");
    let publication = Publication::of(month, &counts, threshold, &secret);
    let facility = app.config.hospital.facility_code.as_str();
    let file = Arc::new(open_data_csv(facility, &names(&app.departments()), &publication)?);
    let mut published = app.operations.published.lock().unwrap_or_else(PoisonError::into_inner);
    published.retain(|_, known| known.counted_on == today);
    published.insert(month, PublishedMonth { counted_on: today, file: file.clone() });
    Ok(Some(file.to_vec()))
}

/// Months that are over, the newest first. A month still running would show each hour as it passes.
async fn months(app: &App) -> Result<Vec<Period>, OperationsError> {
    let Some(first) = app.store.first_service_day().await? else { return Ok(Vec::new()) };
    let first = Period::of(Span::Month, first);
    let last = Period::of(Span::Month, app.today()).previous();
    let back = std::iter::successors(Some(last), |month| Some(month.previous()));
    Ok(back.take(MONTHS).take_while(|month| *month >= first).collect())
}

fn guarded(kind: &'static str, bytes: Vec<u8>) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Open data are for the pages of others, too.
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn nothing() -> Response {
    let words = "Không có dữ liệu này. / There are no such data.";
    (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], words).into_response()
}

fn failed(error: &OperationsError) -> Response {
    let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    tracing::error!("no open data: {error}: {cause}");
    let words = "Hệ thống đang gặp sự cố. / The system has a problem.";
    (StatusCode::INTERNAL_SERVER_ERROR, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], words).into_response()
}

fn whole(app: &App, months: &[Period], threshold: Threshold) -> Markup {
    let hospital = &app.config.hospital;
    let small = threshold.smallest() - 1;
    html! {
        (DOCTYPE)
        html lang="vi" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Dữ liệu mở · Open data · " (hospital.name_vi) }
                link rel="stylesheet" href=(STYLE);
                link rel="alternate" type="application/ld+json" href="/open-data/catalogue.jsonld" title="DCAT-AP";
            }
            body {
                main {
                    p.hospital { (hospital.name_vi) }
                    h1 { "Dữ liệu mở: lượt đăng ký khám theo khoa, ngày và giờ" }
                    p lang="en" { "Open data of " (hospital.name_en) ": check-ins by department, day and hour" }
                    p.note {
                        "Số từ 1 đến " (small) " không được công bố, cùng những số mà từ đó tính ra được chúng. Không có dữ liệu cá nhân."
                        span lang="en" {
                            "Counts from 1 to " (small) " are not published, nor are those from which they could be computed. No personal data."
                        }
                    }
                    h2 { "Tệp theo tháng · " span lang="en" { "Files by month" } }
                    @if months.is_empty() {
                        p { "Chưa có tháng nào kết thúc. · " span lang="en" { "No month is over yet." } }
                    } @else {
                        ul.months {
                            @for month in months {
                                li {
                                    a href={ "/open-data/check-ins-" (month) ".csv" } download {
                                        (month.title(Lang::Vi)) " · " span lang="en" { (month.title(Lang::En)) } " (CSV)"
                                    }
                                }
                            }
                        }
                    }
                    h2 { "Các cột · " span lang="en" { "Columns" } }
                    div.wide tabindex="0" role="region" aria-label="Các cột · Columns" {
                        table {
                            thead { tr {
                                th scope="col" { "Cột · " span lang="en" { "Column" } }
                                th scope="col" { "Kiểu · " span lang="en" { "Type" } }
                                th scope="col" { "Ý nghĩa · " span lang="en" { "Meaning" } }
                            } }
                            tbody {
                                @for column in dictionary() {
                                    tr {
                                        th scope="row" { code { (column.name) } }
                                        td { (column.datatype) }
                                        td { (column.meaning.vi) br; span lang="en" { (column.meaning.en) } }
                                    }
                                }
                            }
                        }
                    }
                    p {
                        a href="/open-data/dictionary.csv" download { "Từ điển dữ liệu · " span lang="en" { "Data dictionary" } " (CSV)" }
                        " · "
                        a href="/open-data/catalogue.jsonld" { "DCAT-AP (JSON-LD)" }
                        @if let Some(licence) = licence(app) {
                            " · " a href=(licence) rel="license" { "Giấy phép · " span lang="en" { "Licence" } }
                        }
                    }
                }
            }
        }
    }
}
