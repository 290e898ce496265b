//! `POST /api/token/take` (GATEWAY.md 1.1).

use base64::Engine as _;
use md5::{Digest, Md5};
use rand::RngCore;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::form::Fields;
use crate::world::World;

const LIFETIME: Duration = Duration::hours(1);

/// A token given out.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub access: String,
    pub id: String,
    pub username: String,
    pub facility: String,
    pub expires_at: OffsetDateTime,
}

/// MD5 of the password in hexadecimal, capitals or not: guides and clients differ.
pub(crate) fn password_matches(password: &str, presented: &str) -> bool {
    hex::encode(Md5::digest(password)).eq_ignore_ascii_case(presented)
}

/// The reply, and the token if one was given.
pub(crate) fn take(world: &World, fields: &Fields, now: OffsetDateTime) -> (Value, Option<Token>) {
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let Some(account) = world.account(field("username")) else { return (json!({"maKetQua": "401"}), None) };
    if !password_matches(&account.password, field("password")) {
        return (json!({"maKetQua": "401"}), None);
    }
    if account.locked {
        return (json!({"maKetQua": "403"}), None);
    }
    let mut bytes = [0; 48];
    rand::thread_rng().fill_bytes(&mut bytes);
    let token = Token {
        access: base64::engine::general_purpose::STANDARD.encode(bytes),
        id: Uuid::new_v4().to_string(),
        username: account.username.clone(),
        facility: account.facility.clone(),
        expires_at: now + LIFETIME,
    };
    let reply = json!({"maKetQua": "200", "APIKey": {
        "access_token": token.access, "id_token": token.id, "token_type": "Bearer",
        "username": token.username, "expires_in": instant(token.expires_at),
    }});
    (reply, Some(token))
}

/// An ISO 8601 UTC instant with seven fraction digits, as the portal writes `expires_in`.
fn instant(at: OffsetDateTime) -> String {
    let at = at.to_offset(time::UtcOffset::UTC);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:07}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        at.nanosecond() / 100
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_token_is_given_for_the_md5_of_the_password_in_either_case() {
        let world = World::parse(crate::world::tests::SAMPLE).expect("valid");
        let now = datetime!(2026-11-23 01:02:03.5 UTC);
        let md5 = hex::encode(Md5::digest("mock-password"));
        for password in [md5.clone(), md5.to_uppercase()] {
            let fields = Fields::from([("username".into(), "31999_BV".into()), ("password".into(), password)]);
            let (reply, token) = take(&world, &fields, now);
            assert_eq!(reply["maKetQua"], "200");
            assert_eq!(reply["APIKey"]["expires_in"], "2026-11-23T02:02:03.5000000Z");
            assert_eq!(token.expect("given").facility, "31999");
        }
        let plain = Fields::from([("username".into(), "31999_BV".into()), ("password".into(), "mock-password".into())]);
        assert_eq!(take(&world, &plain, now).0["maKetQua"], "401");
        let locked = Fields::from([("username".into(), "31998_BV".into()), ("password".into(), md5)]);
        assert_eq!(take(&world, &locked, now).0["maKetQua"], "403");
    }
}
