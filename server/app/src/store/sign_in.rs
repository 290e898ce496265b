//! What stands behind a sign-in besides the password: second factors, recovery codes, shared computers, one-time links.

use sqlx::Row;
use time::Date;

use super::{Store, StoreError, Tx, day_text};
use crate::keys::Sealed;
use crate::staff::Role;

#[derive(Debug, Clone)]
pub struct FactorRow {
    /// The secret in hexadecimal.
    pub secret: Sealed<String>,
    pub confirmed_at: Option<i64>,
}

/// Somebody who may take over at a computer.
#[derive(Debug, Clone)]
pub struct MemberRow {
    pub login: String,
    pub role: Role,
    pub name: Sealed<String>,
    /// Argon2id in PHC string form.
    pub pin_hash: Option<String>,
    pub tries: i64,
}

/// An account as administrators see it.
#[derive(Debug, Clone)]
pub struct AccountRow {
    pub login: String,
    pub role: Role,
    pub name: Sealed<String>,
    pub has_factor: bool,
    pub disabled: bool,
}

fn role(code: &str) -> Result<Role, StoreError> {
    Role::from_code(code).ok_or(StoreError::Stored { column: "role" })
}

impl Store {
    pub async fn has_staff(&self) -> Result<bool, StoreError> {
        let sql = "SELECT login FROM staff WHERE facility_code = $1 LIMIT 1";
        Ok(self.one(self.query(sql)).await?.is_some())
    }

    pub async fn factor(&self, login: &str) -> Result<Option<FactorRow>, StoreError> {
        let sql = "SELECT secret_sealed, confirmed_at FROM staff_factors WHERE facility_code = $1 AND login = $2";
        let row = self.one(self.query(sql).bind(login.to_owned())).await?;
        row.map(|row| {
            let secret = Sealed::from_stored(row.try_get("secret_sealed")?);
            Ok(FactorRow { secret, confirmed_at: row.try_get("confirmed_at")? })
        })
        .transpose()
    }

    /// Who signed in fully at that computer on that day.
    pub async fn members(&self, workstation: &[u8; 32], day: Date) -> Result<Vec<MemberRow>, StoreError> {
        let sql = "SELECT m.login, m.tries, p.role, p.name_sealed, p.pin_hash FROM workstation_members m JOIN staff p \
                   ON p.facility_code = m.facility_code AND p.login = m.login WHERE m.facility_code = $1 \
                   AND m.workstation = $2 AND m.service_day = $3 AND p.disabled_at IS NULL ORDER BY m.login";
        let rows = self.all(self.query(sql).bind(workstation.to_vec()).bind(day_text(day))).await?;
        let row = |row: sqlx::any::AnyRow| {
            Ok(MemberRow {
                login: row.try_get("login")?,
                role: role(row.try_get("role")?)?,
                name: Sealed::from_stored(row.try_get("name_sealed")?),
                pin_hash: row.try_get("pin_hash")?,
                tries: row.try_get("tries")?,
            })
        };
        rows.into_iter().map(row).collect()
    }

    /// Whose badge that is.
    pub async fn badge(&self, hash: &[u8; 32]) -> Result<Option<String>, StoreError> {
        let sql = "SELECT login FROM staff WHERE facility_code = $1 AND badge_hash = $2 AND disabled_at IS NULL";
        let row = self.one(self.query(sql).bind(hash.to_vec())).await?;
        Ok(row.map(|row| row.try_get("login")).transpose()?)
    }

    /// What a link that is good still makes.
    pub async fn staff_link(&self, token: &[u8; 32], now: i64) -> Result<Option<Role>, StoreError> {
        let sql = "SELECT role FROM staff_links WHERE facility_code = $1 AND token_hash = $2 AND used_at IS NULL \
                   AND expires_at > $3";
        let row = self.one(self.query(sql).bind(token.to_vec()).bind(now)).await?;
        row.map(|row| role(row.try_get("role")?)).transpose()
    }

    pub async fn accounts(&self) -> Result<Vec<AccountRow>, StoreError> {
        let sql = "SELECT p.login, p.role, p.name_sealed, p.disabled_at, f.confirmed_at FROM staff p \
                   LEFT JOIN staff_factors f ON f.facility_code = p.facility_code AND f.login = p.login \
                   WHERE p.facility_code = $1 ORDER BY p.login";
        let row = |row: sqlx::any::AnyRow| {
            Ok(AccountRow {
                login: row.try_get("login")?,
                role: role(row.try_get("role")?)?,
                name: Sealed::from_stored(row.try_get("name_sealed")?),
                has_factor: row.try_get::<Option<i64>, _>("confirmed_at")?.is_some(),
                disabled: row.try_get::<Option<i64>, _>("disabled_at")?.is_some(),
            })
        };
        self.all(self.query(sql)).await?.into_iter().map(row).collect()
    }
}

impl Tx {
    /// A secret that waits for its first code; one that is confirmed stays.
    pub async fn offer_factor(&mut self, login: &str, secret: Sealed<String>) -> Result<(), StoreError> {
        let sql = "INSERT INTO staff_factors (facility_code, login, secret_sealed, last_step) VALUES ($1, $2, $3, 0) \
                   ON CONFLICT (facility_code, login) DO NOTHING";
        let statement = self.query(sql).bind(login.to_owned()).bind(secret.into_stored());
        self.execute(statement).await.map(drop)
    }

    /// Uses a time step up: false where it, or a later one, was used before.
    pub async fn use_factor_step(&mut self, login: &str, step: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE staff_factors SET last_step = $3 WHERE facility_code = $1 AND login = $2 AND last_step < $4";
        let statement = self.query(sql).bind(login.to_owned()).bind(step).bind(step);
        Ok(self.execute(statement).await? == 1)
    }

    /// From now on asked for; with fresh recovery codes.
    pub async fn confirm_factor(&mut self, login: &str, codes: &[[u8; 32]], now: i64) -> Result<(), StoreError> {
        let sql = "UPDATE staff_factors SET confirmed_at = $3 WHERE facility_code = $1 AND login = $2";
        let statement = self.query(sql).bind(login.to_owned()).bind(now);
        self.execute(statement).await?;
        let sql = "DELETE FROM staff_recovery WHERE facility_code = $1 AND login = $2";
        let statement = self.query(sql).bind(login.to_owned());
        self.execute(statement).await?;
        for code in codes {
            let sql = "INSERT INTO staff_recovery (facility_code, login, code_hash) VALUES ($1, $2, $3)";
            let statement = self.query(sql).bind(login.to_owned()).bind(code.to_vec());
            self.execute(statement).await?;
        }
        Ok(())
    }

    pub async fn use_recovery_code(&mut self, login: &str, code: &[u8; 32], now: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE staff_recovery SET used_at = $4 WHERE facility_code = $1 AND login = $2 AND code_hash = $3 \
                   AND used_at IS NULL";
        let statement = self.query(sql).bind(login.to_owned()).bind(code.to_vec()).bind(now);
        Ok(self.execute(statement).await? == 1)
    }

    /// The account has no second factor any more, and is signed in nowhere.
    pub async fn end_factor(&mut self, login: &str) -> Result<(), StoreError> {
        for sql in [
            "DELETE FROM staff_factors WHERE facility_code = $1 AND login = $2",
            "DELETE FROM staff_recovery WHERE facility_code = $1 AND login = $2",
            "DELETE FROM staff_sessions WHERE facility_code = $1 AND login = $2",
        ] {
            let statement = self.query(sql).bind(login.to_owned());
            self.execute(statement).await?;
        }
        Ok(())
    }

    /// The account is signed in nowhere and cannot sign in.
    pub async fn disable_staff(&mut self, login: &str, now: i64) -> Result<bool, StoreError> {
        let sql = "DELETE FROM staff_sessions WHERE facility_code = $1 AND login = $2";
        let statement = self.query(sql).bind(login.to_owned());
        self.execute(statement).await?;
        let sql = "UPDATE staff SET disabled_at = $3 WHERE facility_code = $1 AND login = $2 AND disabled_at IS NULL";
        let statement = self.query(sql).bind(login.to_owned()).bind(now);
        Ok(self.execute(statement).await? == 1)
    }

    /// Signed in fully at that computer: may come back with a PIN for the rest of the day.
    pub async fn join_workstation(&mut self, workstation: &[u8; 32], login: &str, day: Date) -> Result<(), StoreError> {
        let sql = "DELETE FROM workstation_members WHERE facility_code = $1 AND service_day < $2";
        let statement = self.query(sql).bind(day_text(day));
        self.execute(statement).await?;
        let sql = "INSERT INTO workstation_members (facility_code, workstation, login, service_day, tries) \
                   VALUES ($1, $2, $3, $4, 0) ON CONFLICT (facility_code, workstation, login) DO UPDATE SET \
                   service_day = excluded.service_day, tries = 0";
        let statement = self.query(sql).bind(workstation.to_vec()).bind(login.to_owned()).bind(day_text(day));
        self.execute(statement).await.map(drop)
    }

    /// One try more, before it is known whether it is right; false where there were as many already.
    pub async fn try_pin(&mut self, workstation: &[u8; 32], login: &str, most: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE workstation_members SET tries = tries + 1 WHERE facility_code = $1 AND workstation = $2 \
                   AND login = $3 AND tries < $4";
        let statement = self.query(sql).bind(workstation.to_vec()).bind(login.to_owned()).bind(most);
        Ok(self.execute(statement).await? == 1)
    }

    pub async fn pin_was_right(&mut self, workstation: &[u8; 32], login: &str) -> Result<(), StoreError> {
        let sql =
            "UPDATE workstation_members SET tries = 0 WHERE facility_code = $1 AND workstation = $2 AND login = $3";
        let statement = self.query(sql).bind(workstation.to_vec()).bind(login.to_owned());
        self.execute(statement).await.map(drop)
    }

    pub async fn set_pin(&mut self, login: &str, pin_hash: String) -> Result<(), StoreError> {
        let sql = "UPDATE staff SET pin_hash = $3 WHERE facility_code = $1 AND login = $2";
        let statement = self.query(sql).bind(login.to_owned()).bind(pin_hash);
        self.execute(statement).await.map(drop)
    }

    /// False where somebody else has that badge.
    pub async fn set_badge(&mut self, login: &str, badge: &[u8; 32]) -> Result<bool, StoreError> {
        let sql = "UPDATE staff SET badge_hash = $3 WHERE facility_code = $1 AND login = $2 AND NOT EXISTS \
                   (SELECT 1 FROM staff o WHERE o.facility_code = $1 AND o.badge_hash = $3 AND o.login <> $2)";
        let statement = self.query(sql).bind(login.to_owned()).bind(badge.to_vec());
        Ok(self.execute(statement).await? == 1)
    }

    pub async fn keep_staff_link(
        &mut self,
        token: &[u8; 32],
        role: Role,
        (now, expires_at): (i64, i64),
    ) -> Result<(), StoreError> {
        let old = self.query("DELETE FROM staff_links WHERE facility_code = $1 AND expires_at <= $2").bind(now);
        self.execute(old).await?;
        let sql = "INSERT INTO staff_links (facility_code, token_hash, role, made_at, expires_at) \
                   VALUES ($1, $2, $3, $4, $5)";
        let statement = self.query(sql).bind(token.to_vec()).bind(role.code()).bind(now).bind(expires_at);
        self.execute(statement).await.map(drop)
    }

    /// Links that were made for a role and not used end.
    pub async fn end_staff_links(&mut self, role: Role) -> Result<(), StoreError> {
        let sql = "DELETE FROM staff_links WHERE facility_code = $1 AND role = $2 AND used_at IS NULL";
        let statement = self.query(sql).bind(role.code());
        self.execute(statement).await.map(drop)
    }

    pub async fn use_staff_link(&mut self, token: &[u8; 32], now: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE staff_links SET used_at = $3 WHERE facility_code = $1 AND token_hash = $2 \
                   AND used_at IS NULL AND expires_at > $4";
        let statement = self.query(sql).bind(token.to_vec()).bind(now).bind(now);
        Ok(self.execute(statement).await? == 1)
    }
}
