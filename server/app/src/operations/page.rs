//! The staff page `/staff/operations`: choose a period, read what was found, take it along as a file.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use certificates::Lang;
use maud::{Markup, PreEscaped, html};
use reports::{Period, Report, Section, Span, csv, pdf, svg, xlsx};
use serde::Deserialize;
use time::Date;

use super::feed::period;
use super::{OperationsError, report};
use crate::app::App;
use crate::http::Failure;
use crate::staff::{Freshness, Language, Staff, Task, allowed, framed};

const PAGE: &str = "/staff/operations";

pub fn routes() -> Router<App> {
    Router::new().route(PAGE, get(show)).route("/staff/operations/{period}/{file}", get(file))
}

/// A form sends the day and the span; a link sends the period.
#[derive(Deserialize)]
pub struct Asked {
    period: Option<String>,
    span: Option<String>,
    day: Option<String>,
}

async fn show(
    State(app): State<App>,
    language: Language,
    staff: Staff,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    allowed(&staff, Task::SeeOperations)?;
    let period = chosen(&app, &asked)?;
    let report = report(&app, period).await?;
    let body = body(&app, &report, lang(language));
    Ok(framed(&app, language, Some(&staff), Freshness::Still, body))
}

fn chosen(app: &App, asked: &Asked) -> Result<Period, Failure> {
    if let Some(text) = &asked.period {
        return period(app, Some(text));
    }
    let span = match &asked.span {
        None => Span::Day,
        Some(code) => Span::ALL
            .into_iter()
            .find(|span| span.code() == code)
            .ok_or_else(|| Failure::malformed("a span is day, week, month or quarter"))?,
    };
    let day = match asked.day.as_deref().filter(|day| !day.is_empty()) {
        None => app.today(),
        // Written as a period of one day.
        Some(day) => match period(app, Some(day))? {
            day if day.span() == Span::Day => day.first(),
            _ => return Err(Failure::malformed("a day is written 2026-11-23")),
        },
    };
    Ok(Period::of(span, day))
}

fn lang(language: Language) -> Lang {
    match language {
        Language::Vietnamese => Lang::Vi,
        Language::English => Lang::En,
    }
}

fn body(app: &App, report: &Report, lang: Lang) -> Markup {
    let say = |vi: &'static str, en: &'static str| match lang {
        Lang::Vi => vi,
        Lang::En => en,
    };
    let period = report.period;
    html! {
        main.operations {
            h1 { (report.title(lang)) }
            p.lead { (report.made(lang)) }
            (picker(period, app.today(), lang))
            p.files {
                @if app.fonts.is_some() { (download(period, "report.pdf", "PDF")) }
                (download(period, "report.xlsx", "XLSX (Excel)"))
                (download(period, "report.csv", "CSV"))
            }
            nav.contents aria-label=(say("Mục lục", "Contents")) {
                @for section in report.sections(lang) { a href={ "#" (section.id) } { (section.topic) } }
            }
            @for section in report.sections(lang) { (shown(&section, lang, say("Xem bảng số liệu", "Show the figures"))) }
        }
    }
}

fn picker(period: Period, today: Date, lang: Lang) -> Markup {
    let say = |vi: &'static str, en: &'static str| match lang {
        Lang::Vi => vi,
        Lang::En => en,
    };
    let day = Period::of(Span::Day, period.first());
    let next = period.next();
    html! {
        div.picker {
            div.spans {
                @for span in Span::ALL {
                    @let of = Period::of(span, if period.holds(today) { today } else { period.first() });
                    a href={ (PAGE) "?period=" (of) } aria-current=[(span == period.span()).then_some("true")] {
                        (span.name(lang))
                    }
                }
            }
            a.step href={ (PAGE) "?period=" (period.previous()) } rel="prev" { "← " (period.previous().title(lang)) }
            @if next.first() <= today {
                a.step href={ (PAGE) "?period=" (next) } rel="next" { (next.title(lang)) " →" }
            }
            form method="get" action=(PAGE) {
                input type="hidden" name="span" value=(period.span().code());
                label { (say("Có ngày", "With the day")) " " input type="date" name="day" value=(day) max=(Period::of(Span::Day, today)); }
                button { (say("Xem", "Show")) }
            }
        }
    }
}

fn download(period: Period, file: &str, name: &str) -> Markup {
    html! { a.button href={ (PAGE) "/" (period) "/" (file) } download { (name) } " " }
}

fn shown(section: &Section, lang: Lang, figures: &str) -> Markup {
    html! {
        section.card.finding id=(section.id) {
            p.topic { (section.topic) }
            h2 { (section.finding) }
            @if let Some(figure) = &section.figure {
                figure tabindex="0" { (PreEscaped(svg(figure, section.id, &section.finding))) }
            }
            @if !section.table.rows.is_empty() {
                details {
                    summary { (figures) }
                    div.wide tabindex="0" role="region" aria-label=(section.topic) {
                        table {
                            thead {
                                tr { @for header in &section.table.headers { th scope="col" { (header) } } }
                            }
                            tbody {
                                @for row in &section.table.rows {
                                    tr {
                                        @for (place, cell) in row.iter().enumerate() {
                                            @if place == 0 { th scope="row" { (cell.text(lang)) } }
                                            @else { td { (cell.text(lang)) } }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            @if let Some(note) = &section.note { p.how { (note) } }
        }
    }
}

async fn file(
    State(app): State<App>,
    language: Language,
    staff: Staff,
    Path((asked, file)): Path<(String, String)>,
) -> Result<Response, Failure> {
    allowed(&staff, Task::SeeOperations)?;
    let period = period(&app, Some(&asked))?;
    let (form, kind) = match file.as_str() {
        "report.pdf" => (Form::Pdf, "application/pdf"),
        "report.xlsx" => (Form::Xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        "report.csv" => (Form::Csv, "text/csv; charset=utf-8; header=present"),
        _ => return Err(crate::http::not_found().await),
    };
    let fonts = app.fonts.clone();
    if form == Form::Pdf && fonts.is_none() {
        let detail = "papers.fonts is not configured: nothing can be printed";
        return Err(Failure::new(StatusCode::NOT_FOUND, api::ProblemCode::NotFound, detail));
    }
    let (report, lang) = (report(&app, period).await?, lang(language));
    let name = format!("{}.{}", report.file_stem(), file.rsplit('.').next().unwrap_or_default());
    let written = tokio::task::spawn_blocking(move || match (form, fonts) {
        (Form::Pdf, Some(fonts)) => pdf(&report, lang, &fonts),
        (Form::Xlsx, _) => xlsx(&report, lang),
        (Form::Pdf, None) | (Form::Csv, _) => csv(&report, lang),
    });
    let bytes = written.await.map_err(|_| OperationsError::Cancelled)?.map_err(OperationsError::Report)?;
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, disposition.unwrap_or_else(|_| HeaderValue::from_static("attachment"))),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok((headers, bytes).into_response())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Pdf,
    Xlsx,
    Csv,
}
