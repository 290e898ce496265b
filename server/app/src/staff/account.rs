//! Accounts of staff: argon2id, one place for hashing and checking.

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use zeroize::Zeroizing;

use super::Role;
use crate::app::App;
use crate::keys::{Place, Sealed};
use crate::store::{StaffRow, StoreError};

/// 19 MiB, 2 passes, 1 lane: the OWASP minimum, about 50 ms on a small server.
fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("fixed parameters within the limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

const MIN_PASSWORD_CHARACTERS: usize = 10;
const MAX_PASSWORD_BYTES: usize = 256;

#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error("a login has 1 to 32 characters a-z, 0-9, . and -")]
    Login,
    #[error("a password has at least {MIN_PASSWORD_CHARACTERS} characters and at most {MAX_PASSWORD_BYTES} bytes")]
    Password,
    #[error("the password cannot be hashed")]
    Hashing,
    #[error("the database failed")]
    Store(#[from] StoreError),
}

/// Argon2id in PHC string form.
pub(super) async fn hashed(secret: Zeroizing<String>) -> Result<String, AccountError> {
    let hash = blocking(move || {
        let salt = SaltString::generate(&mut OsRng);
        argon2().hash_password(secret.as_bytes(), &salt).map(|hash| hash.to_string()).ok()
    });
    hash.await.ok_or(AccountError::Hashing)
}

pub(super) fn password_fits(password: &str) -> bool {
    password.chars().count() >= MIN_PASSWORD_CHARACTERS && password.len() <= MAX_PASSWORD_BYTES
}

pub(super) fn login_is_formed(login: &str) -> bool {
    (1..=32).contains(&login.len())
        && login.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-')
}

/// Adds a member of staff, or gives a known one a new name, password and role.
pub async fn add(
    app: &App,
    login: &str,
    name: &str,
    password: Zeroizing<String>,
    role: Role,
) -> Result<(), AccountError> {
    if !login_is_formed(login) {
        return Err(AccountError::Login);
    }
    if !password_fits(&password) {
        return Err(AccountError::Password);
    }
    let password_hash = hashed(password).await?;
    let row = StaffRow {
        login: login.to_owned(),
        name: Sealed::seal(&app.keys, name_place(login), &name.to_owned()),
        password_hash,
        role,
    };
    let now = app.now_ms();
    let mut tx = app.store.begin().await?;
    tx.add_staff(row, now).await?;
    tx.audit("command line", "staff_added", None, &format!("{login} {}", role.code()), now).await?;
    Ok(tx.commit().await?)
}

/// Takes as long for a login that does not exist as for a wrong password.
pub(super) async fn password_is_right(app: &App, login: &str, password: Zeroizing<String>) -> Result<bool, StoreError> {
    if password.len() > MAX_PASSWORD_BYTES {
        return Ok(false);
    }
    let known = if login_is_formed(login) { app.store.staff(login).await? } else { None };
    Ok(secret_is_right(known.map(|row| row.password_hash), password).await)
}

/// Takes as long where there is no hash to compare with.
pub(super) async fn secret_is_right(hash: Option<String>, secret: Zeroizing<String>) -> bool {
    blocking(move || match hash {
        Some(hash) => {
            PasswordHash::new(&hash).is_ok_and(|hash| argon2().verify_password(secret.as_bytes(), &hash).is_ok())
        }
        None => {
            let mut wasted = [0; 32];
            argon2().hash_password_into(secret.as_bytes(), b"no such login...", &mut wasted).is_ok_and(|()| false)
        }
    })
    .await
}

/// Hashing takes tens of milliseconds of one core: not on the threads that serve.
async fn blocking<T: Default + Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap_or_default()
}

/// The name of an account.
pub(crate) async fn name_of(app: &App, login: &str) -> Result<Option<String>, StoreError> {
    let row = app.store.staff(login).await?;
    Ok(row.and_then(|row| row.name.open(&app.keys, name_place(login)).ok()))
}

pub(crate) fn name_place(login: &str) -> Place<'_> {
    Place { column: "staff.name", row: login }
}
