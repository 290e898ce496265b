//! Bodies of the portal: form-urlencoded by the book, JSON by habit of several clients.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::http::HeaderMap;

/// Field name to value.
pub(crate) type Fields = HashMap<String, String>;

/// `None` when the body is neither a form nor a flat JSON object.
pub(crate) fn read(headers: &HeaderMap, body: &Bytes) -> Option<Fields> {
    let content_type = headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
    if content_type.starts_with("application/json") {
        let object: HashMap<String, serde_json::Value> = serde_json::from_slice(body).ok()?;
        let text = |value: serde_json::Value| match value {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        };
        Some(object.into_iter().map(|(key, value)| (key, text(value))).collect())
    } else {
        read_form(headers, body)
    }
}

/// A form and nothing else.
pub(crate) fn read_form(headers: &HeaderMap, body: &Bytes) -> Option<Fields> {
    let content_type = headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
    content_type.starts_with("application/x-www-form-urlencoded").then(|| serde_urlencoded::from_bytes(body).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(content_type: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", axum::http::HeaderValue::from_static(content_type));
        headers
    }

    #[test]
    fn forms_and_json_read_alike_and_rubbish_is_nothing() {
        let form = read(&headers("application/x-www-form-urlencoded"), &Bytes::from_static(b"hoTen=Tr%E1%BA%A7n+A"));
        let json = read(&headers("application/json; charset=utf-8"), &Bytes::from("{\"hoTen\":\"Trần A\"}"));
        assert_eq!(form, json);
        assert_eq!(read(&headers("application/json"), &Bytes::from_static(b"[1")), None);
        assert_eq!(read(&headers("text/plain"), &Bytes::from_static(b"a=b")), None);
    }
}
