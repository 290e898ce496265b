//! Staff accounts and their sessions.

use sqlx::Row;

use super::{Store, StoreError, Tx, optional_hash_at, stored_codes};
use crate::keys::Sealed;
use crate::staff::Role;

#[derive(Debug)]
pub struct StaffRow {
    pub login: String,
    pub name: Sealed<String>,
    /// Argon2id in PHC string form.
    pub password_hash: String,
    pub role: Role,
}

#[derive(Debug)]
pub struct StaffSessionRow {
    pub login: String,
    pub name: Sealed<String>,
    pub role: Role,
    pub csrf: String,
    pub step: SignInStep,
    pub seen_at: i64,
    pub workstation: Option<[u8; 32]>,
    pub expires_at: i64,
}

stored_codes! {
    /// How far somebody has come whose password was right.
    SignInStep {
        Full = "full",
        /// The code of the authenticator app is asked for.
        Code = "code",
        /// The role must have an authenticator app, and has none yet.
        Enrol = "enrol",
    }
}

pub struct NewStaffSession<'a> {
    pub token_hash: [u8; 32],
    pub login: &'a str,
    pub csrf: &'a str,
    pub step: SignInStep,
    pub workstation: [u8; 32],
    pub opened_at: i64,
    pub expires_at: i64,
}

fn role(code: &str) -> Result<Role, StoreError> {
    Role::from_code(code).ok_or(StoreError::Stored { column: "role" })
}

impl Store {
    pub async fn staff(&self, login: &str) -> Result<Option<StaffRow>, StoreError> {
        let sql = "SELECT login, name_sealed, password_hash, role FROM staff WHERE facility_code = $1 AND login = $2 \
                   AND disabled_at IS NULL";
        let row = self.one(self.query(sql).bind(login.to_owned())).await?;
        row.map(|row| {
            Ok(StaffRow {
                login: row.try_get("login")?,
                name: Sealed::from_stored(row.try_get("name_sealed")?),
                password_hash: row.try_get("password_hash")?,
                role: role(row.try_get("role")?)?,
            })
        })
        .transpose()
    }

    pub async fn staff_session(&self, token_hash: &[u8; 32], now: i64) -> Result<Option<StaffSessionRow>, StoreError> {
        let sql = "SELECT s.login, s.csrf, s.step, s.seen_at, s.workstation, s.expires_at, p.name_sealed, p.role FROM staff_sessions s JOIN staff p \
                   ON p.facility_code = s.facility_code AND p.login = s.login \
                   WHERE s.facility_code = $1 AND s.token_hash = $2 AND s.expires_at > $3 AND p.disabled_at IS NULL";
        let row = self.one(self.query(sql).bind(token_hash.to_vec()).bind(now)).await?;
        row.map(|row| {
            Ok(StaffSessionRow {
                login: row.try_get("login")?,
                name: Sealed::from_stored(row.try_get("name_sealed")?),
                role: role(row.try_get("role")?)?,
                csrf: row.try_get("csrf")?,
                step: SignInStep::from_stored(row.try_get("step")?)?,
                seen_at: row.try_get("seen_at")?,
                workstation: optional_hash_at(&row, "workstation")?,
                expires_at: row.try_get("expires_at")?,
            })
        })
        .transpose()
    }
}

impl Store {
    /// Somebody sits there; or, with 0, nobody does.
    pub async fn touch_staff_session(&self, token_hash: &[u8; 32], at: i64) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE staff_sessions SET seen_at = $3 WHERE facility_code = $1 AND token_hash = $2";
        let statement = tx.query(sql).bind(token_hash.to_vec()).bind(at);
        tx.execute(statement).await?;
        tx.commit().await
    }
}

impl Tx {
    /// Adds a person, or gives a known one a new password and role; open sessions of that login end.
    pub async fn add_staff(&mut self, row: StaffRow, now: i64) -> Result<(), StoreError> {
        let statement =
            self.query("DELETE FROM staff_sessions WHERE facility_code = $1 AND login = $2").bind(row.login.clone());
        self.execute(statement).await?;
        let sql = "INSERT INTO staff (facility_code, login, name_sealed, password_hash, role, added_at) \
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (facility_code, login) DO UPDATE SET \
                   name_sealed = excluded.name_sealed, password_hash = excluded.password_hash, \
                   role = excluded.role, disabled_at = NULL";
        let statement = self
            .query(sql)
            .bind(row.login)
            .bind(row.name.into_stored())
            .bind(row.password_hash)
            .bind(row.role.code())
            .bind(now);
        self.execute(statement).await.map(drop)
    }

    /// Adds a person; false where the login is taken, by whomever and whether or not they may still sign in.
    pub async fn add_new_staff(&mut self, row: StaffRow, now: i64) -> Result<bool, StoreError> {
        let sql = "INSERT INTO staff (facility_code, login, name_sealed, password_hash, role, added_at) \
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (facility_code, login) DO NOTHING";
        let statement = self
            .query(sql)
            .bind(row.login)
            .bind(row.name.into_stored())
            .bind(row.password_hash)
            .bind(row.role.code())
            .bind(now);
        Ok(self.execute(statement).await? == 1)
    }

    pub async fn open_staff_session(&mut self, session: NewStaffSession<'_>) -> Result<(), StoreError> {
        let now = session.opened_at;
        let old = self.query("DELETE FROM staff_sessions WHERE facility_code = $1 AND expires_at <= $2").bind(now);
        self.execute(old).await?;
        let sql = "INSERT INTO staff_sessions (facility_code, token_hash, login, csrf, opened_at, expires_at, \
                   step, seen_at, workstation) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let statement = self
            .query(sql)
            .bind(session.token_hash.to_vec())
            .bind(session.login.to_owned())
            .bind(session.csrf.to_owned())
            .bind(now)
            .bind(session.expires_at)
            .bind(session.step.code())
            .bind(now)
            .bind(session.workstation.to_vec());
        self.execute(statement).await.map(drop)
    }

    pub async fn close_staff_session(&mut self, token_hash: &[u8; 32]) -> Result<(), StoreError> {
        let statement = self
            .query("DELETE FROM staff_sessions WHERE facility_code = $1 AND token_hash = $2")
            .bind(token_hash.to_vec());
        self.execute(statement).await.map(drop)
    }
}
