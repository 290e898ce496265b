//! The list is read at the start, replaced as a whole, and read again where another process replaced it.

use api::DepartmentCode;

use super::rule::{self, Findings};
use super::{Department, Departments, Plan, Wanted};
use crate::app::{App, StartError};
use crate::config::{Config, ConfigError};
use crate::store::{Store, StoreError};

#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    #[error("others changed the departments meanwhile: look again")]
    Stale,
    #[error("{0}")]
    Found(#[from] Findings),
    #[error("the database failed")]
    Store(#[from] StoreError),
}

/// The departments of the database. Where it never had any, those of the configuration are taken over, this once.
pub(crate) async fn open(store: &Store, config: &Config, now_ms: i64) -> Result<Departments, StartError> {
    let seed = config.seed().map_err(ConfigError::Departments)?;
    let mut known = store.departments().await?;
    if known.revision() == 0 && !seed.is_empty() {
        take_over(store, &seed, now_ms).await?;
        known = store.departments().await?;
    } else if !seed.is_empty() && !Plan::between(&known, &seed).is_empty() {
        tracing::warn!(
            "[[departments]] of the configuration differ from the departments of the database; those of the database \
             count (/staff/departments)"
        );
    }
    if known.active().next().is_none() {
        tracing::warn!("there is no department yet: an administrator adds them at /staff/departments");
        return Ok(known);
    }
    config.names_only(&known)?;
    Ok(known)
}

async fn take_over(store: &Store, seed: &[Department], now_ms: i64) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    // Another process that starts at the same moment was first.
    if tx.lock_departments().await? != 0 {
        return Ok(());
    }
    for (position, department) in seed.iter().enumerate() {
        tx.write_department(position, department).await?;
    }
    tx.set_departments_revision(1).await?;
    tx.audit("configuration", "departments_taken_over", None, &seed.len().to_string(), now_ms).await?;
    tx.commit().await
}

/// Puts `wanted` in the place of all departments that take patients; those that are not in it are retired. Where the
/// list is no longer the one of `revision`, nothing is done.
pub async fn replace(app: &App, revision: u64, wanted: &[Wanted], by: &str) -> Result<Plan, ChangeError> {
    let after = rule::check(wanted, &boards(&app.config))?;
    let (now, today) = (app.now_ms(), app.today());
    let mut tx = app.store.begin().await?;
    if tx.lock_departments().await? != revision {
        return Err(ChangeError::Stale);
    }
    let before = tx.departments(revision).await?;
    rule::check_against(&before, &after, &tx.departments_with_numbers(today).await?)?;
    let plan = Plan::between(&before, &after);
    if plan.is_empty() {
        return Ok(plan);
    }
    let listed = replaced(&before, after, now);
    for (position, department) in listed.iter().enumerate() {
        if before.all().nth(position).is_none_or(|known| **known != *department) {
            tx.write_department(position, department).await?;
        }
    }
    tx.set_departments_revision(revision + 1).await?;
    for (action, detail) in plan.lines() {
        tx.audit(by, action, None, &detail, now).await?;
    }
    tx.commit().await?;
    app.known_departments.learn(Departments::new(revision + 1, listed));
    app.news.desk_changed();
    Ok(plan)
}

/// What [`replace`] would do now, and on which list.
pub async fn preview(app: &App, wanted: &[Wanted]) -> Result<(u64, Plan), ChangeError> {
    let after = rule::check(wanted, &boards(&app.config))?;
    look(app).await?;
    let before = app.departments();
    rule::check_against(&before, &after, &app.store.departments_with_numbers(app.today()).await?)?;
    Ok((before.revision(), Plan::between(&before, &after)))
}

/// Reads the list again where another process changed it.
pub(crate) async fn look(app: &App) -> Result<(), StoreError> {
    if app.store.departments_revision().await? > app.departments().revision() {
        app.known_departments.learn(app.store.departments().await?);
        app.news.desk_changed();
    }
    Ok(())
}

/// The retired keep what they had.
fn replaced(before: &Departments, after: Vec<Department>, now: i64) -> Vec<Department> {
    let gone = before.all().filter(|known| !after.iter().any(|one| one.code == known.code));
    let retired: Vec<Department> = gone
        .map(|known| Department { retired_at: known.retired_at.or(Some(now)), ..Department::clone(known) })
        .collect();
    after.into_iter().chain(retired).collect()
}

pub(super) fn boards(config: &Config) -> Vec<DepartmentCode> {
    config.board.groups.iter().map(|group| group.code.clone()).collect()
}
