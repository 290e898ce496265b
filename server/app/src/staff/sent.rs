//! Forms as they come from our own pages.

use axum::Form;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::page;
use super::session::Staff;
use crate::app::App;

/// The fields of a form in the browser's order, without the token that says the form is ours.
#[derive(Default)]
pub struct FormFields(Vec<(String, String)>);

impl FormFields {
    /// None where the form has no such field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// Empty where the form has no such field.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Of a field that may be chosen more than once.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.iter().filter(move |(key, _)| *key == name).map(|(_, value)| value)
    }
}

/// A form, and whose session sent it. One that another site had the browser send is refused: it carries no token.
pub struct Sent {
    pub staff: Staff,
    pub form: FormFields,
}

/// As a browser would have sent it.
#[cfg(test)]
impl From<Vec<(String, String)>> for FormFields {
    fn from(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }
}

impl FromRequest<App> for Sent {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let staff = Staff::from_request_parts(&mut parts, app).await?;
        let form = Form::<Vec<(String, String)>>::from_request(Request::from_parts(parts, body), app).await;
        let Form(mut pairs) = form.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => rejection.into_response(),
            _ => page::unreadable_form().into_response(),
        })?;
        let ours = pairs.iter().any(|(name, value)| name == "csrf" && staff.wrote(value));
        if !ours {
            return Err(page::not_our_form().into_response());
        }
        pairs.retain(|(name, _)| name != "csrf");
        Ok(Self { staff, form: FormFields(pairs) })
    }
}
