//! What the world may see, on a listener of its own: no staff pages, no kiosks. Papers that somebody holds (the page that
//! a printed code opens, Vietnamese and English at once, for whoever stands at whichever counter), the boards of the
//! halls, the place of a ticket whose code somebody scanned, and open data.

use std::net::{IpAddr, SocketAddr};

use axum::Router;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use certificates::driver::Verdict;
use certificates::offline::DriverStatement;
use certificates::{Kind, Text};
use maud::{DOCTYPE, Markup, html};
use time::Date;

use super::limit::RateLimit;
use super::transport;
use crate::app::App;
use crate::paper::{Validity, Verified, published_key, verify};
use crate::{board, operations, phone};

const PAPER: &str = "/v/{token}";
const STYLE: &str = "/v/style.css";
const KEY: &str = "/.well-known/tiepdon-papers.json";

const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
    form-action 'none'";

/// Everything the world may ask.
pub fn router(app: App) -> Router {
    let papers = Router::new()
        .route(PAPER, get(page))
        .route(STYLE, get(style))
        .route(KEY, get(key))
        .merge(operations::public_routes())
        .route_layer(middleware::from_fn_with_state(app.clone(), limited));
    let watched =
        board::routes().merge(phone::routes()).route_layer(middleware::from_fn_with_state(app.clone(), watch_limited));
    papers
        .merge(watched)
        .route_layer(middleware::from_fn_with_state(app.clone(), transport::refuse_plain_http))
        .fallback(nothing)
        .method_not_allowed_fallback(nothing)
        .with_state(app)
}

/// So many requests of one address in a minute; an IPv6 network counts as one.
async fn limited(State(app): State<App>, request: Request, next: Next) -> Response {
    if admits(&app, &app.public_limit, &request) {
        next.run(request).await
    } else {
        let words = Text::new(
            "Quá nhiều lượt kiểm tra. Xin thử lại sau một phút.",
            "Too many requests. Try again in a minute.",
        );
        guarded(StatusCode::TOO_MANY_REQUESTS, whole(&message("warn", words)))
    }
}

/// The same for boards and phones, of which many stand behind one address; they try again by themselves.
async fn watch_limited(State(app): State<App>, request: Request, next: Next) -> Response {
    if admits(&app, &app.watch_limit, &request) {
        next.run(request).await
    } else {
        let words = "Quá nhiều lượt xem. Xin thử lại sau một phút. / Too many requests. Try again in a minute.";
        (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "60")], words).into_response()
    }
}

fn admits(app: &App, limit: &RateLimit, request: &Request) -> bool {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(socket)| socket.ip());
    let mocked = request.extensions().get::<axum::extract::connect_info::MockConnectInfo<SocketAddr>>();
    let peer = peer.or(mocked.map(|mock| mock.0.ip()));
    let sender = peer.map(|peer| network(asker(peer, request.headers(), &app.config.behind_tls_proxy)));
    limit.admits(&sender.unwrap_or_default(), app.now_ms())
}

/// Behind our own proxy the last address it wrote down, else the peer.
fn asker(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    if !proxies.contains(&peer) {
        return peer;
    }
    let last = headers.get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
    last.and_then(|value| value.rsplit(',').next()).and_then(|ip| ip.trim().parse().ok()).unwrap_or(peer)
}

fn network(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

async fn page(State(app): State<App>, Path(token): Path<String>) -> Response {
    match verify(&app, &token).await {
        Ok(Some(paper)) => guarded(StatusCode::OK, whole(&verified(&app, &paper))),
        Ok(None) => nothing().await,
        Err(error) => {
            tracing::error!("a paper could not be verified: {error}");
            let words =
                Text::new("Hệ thống đang gặp sự cố. Xin thử lại sau.", "The system has a problem. Try again later.");
            guarded(StatusCode::INTERNAL_SERVER_ERROR, whole(&message("warn", words)))
        }
    }
}

async fn nothing() -> Response {
    let words = Text::new(
        "Không có giấy nào mang mã này. Nếu mã được in trên giấy, giấy đó có thể không thật.",
        "No paper has this code. If the code is printed on a paper, that paper may not be genuine.",
    );
    guarded(StatusCode::NOT_FOUND, whole(&message("danger", words)))
}

async fn key(State(app): State<App>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/jwk-set+json"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, published_key(&app)).into_response()
}

async fn style() -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, include_str!("public.css"))
}

fn guarded(status: StatusCode, markup: Markup) -> Response {
    let mut response = (status, markup).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
    response
}

fn whole(body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="vi" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Kiểm tra giấy · Verify a paper" }
                link rel="stylesheet" href=(STYLE);
            }
            body { main { (body) } }
        }
    }
}

fn message(look: &str, words: Text) -> Markup {
    html! { div class={ "verdict " (look) } role="status" { p { (words.vi) } p lang="en" { (words.en) } } }
}

fn verified(app: &App, paper: &Verified) -> Markup {
    let hospital = &app.config.hospital;
    let title = paper.kind.title();
    let (look, state) = match paper.validity {
        Validity::Issued => ("ok", Text::new("Đã cấp, còn hiệu lực trong sổ", "Issued, and stands in the register")),
        Validity::Replaced => ("warn", Text::new("Đã được thay thế bằng bản cấp lại", "Replaced by a later issue")),
        Validity::Revoked => ("danger", Text::new("Đã thu hồi, không còn giá trị", "Revoked, of no value")),
    };
    html! {
        header { h1 { (title.vi) } p lang="en" { (title.en) } }
        (message(look, state))
        @if let Some(driver) = &paper.driver {
            @if paper.validity == Validity::Issued && driver.valid_until < app.today() {
                (message("danger", Text::new("Đã hết thời hạn 12 tháng", "Its 12 months have ended")))
            }
        }
        dl {
            (line(Text::new("Số giấy", "Number"), &paper.number.to_string()))
            (both(Text::new("Cơ sở cấp", "Issued by"), &hospital.name_vi, &hospital.name_en))
            (line(Text::new("Mã cơ sở", "Facility code"), paper.number.facility().as_str()))
            (line(Text::new("Ngày cấp", "Day of issue"), &day(paper.issued)))
            @if let Some(driver) = &paper.driver { (driver_lines(driver)) }
        }
        @if paper.kind != Kind::Driver {
            p.note { "Trang này không hiển thị thông tin cá nhân. So số, cơ sở và ngày với giấy đang cầm." }
            p.note lang="en" { "This page shows nothing personal. Compare number, facility and day with the paper." }
        }
    }
}

fn driver_lines(driver: &DriverStatement) -> Markup {
    let verdict = match driver.verdict {
        Verdict::Fit => Text::new("Đủ điều kiện sức khỏe lái xe", "Fit to drive"),
        Verdict::Unfit => Text::new("Không đủ điều kiện sức khỏe lái xe", "Not fit to drive"),
        Verdict::Reexamine => Text::new("Đạt, yêu cầu khám lại", "Fit, to be examined again"),
    };
    html! {
        (line(Text::new("Người được khám", "Holder"), &driver.name))
        (line(Text::new("Số giấy tờ", "Identity number"), &format!("…{}", driver.last_four)))
        (line(Text::new("Năm sinh", "Year of birth"), &driver.birth_year.to_string()))
        (line(Text::new("Hạng", "Class"), &driver.classes.to_string()))
        (both(Text::new("Kết luận", "Conclusion"), verdict.vi, verdict.en))
        (line(Text::new("Có giá trị đến hết", "Valid until the end of"), &day(driver.valid_until)))
    }
}

fn line(label: Text, value: &str) -> Markup {
    both(label, value, value)
}

fn both(label: Text, vi: &str, en: &str) -> Markup {
    html! {
        div {
            dt { (label.vi) small lang="en" { (label.en) } }
            dd { (vi) @if en != vi { small lang="en" { (en) } } }
        }
    }
}

fn day(date: Date) -> String {
    format!("{:02}/{:02}/{}", date.day(), u8::from(date.month()), date.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_proxy_may_say_who_asks() {
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_static("1.1.1.1, 203.0.113.9"));
        assert_eq!(asker(ip("10.0.0.2"), &headers, &[ip("10.0.0.2")]), ip("203.0.113.9"));
        assert_eq!(asker(ip("10.0.0.3"), &headers, &[ip("10.0.0.2")]), ip("10.0.0.3"));
        assert_eq!(network(ip("2001:db8:1:2:3::4")), network(ip("2001:db8:1:2:ffff::1")));
    }
}
