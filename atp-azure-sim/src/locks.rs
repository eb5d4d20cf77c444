//! Locks: `CanNotDelete` blocks DELETE, `ReadOnly` also writes and actions; both hold for everything below their scope.

use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::route::scopes;

const LOCKS: &str = "/providers/microsoft.authorization/locks/";

/// What a request wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Write,
    Delete,
}

impl Cloud {
    /// Refuses with 409 `ScopeLocked` when a lock at, around or, for DELETE, below the resource forbids the access.
    pub(crate) fn refuse_locked(&self, id: &str, access: Access) -> Answer<()> {
        let key = id.to_ascii_lowercase();
        if key.contains(LOCKS) {
            return Ok(());
        }
        let mut locked: Vec<&str> = Vec::new();
        for scope in scopes(&key) {
            let prefix = format!("{scope}{LOCKS}");
            for lock in self.store.locks(&prefix) {
                if self.lock_forbids(lock, access) {
                    locked.push(self.lock_scope(lock));
                }
            }
        }
        if access == Access::Delete {
            let below = format!("{key}/");
            for lock in self.store.locks(&below) {
                let scope = self.lock_scope(lock);
                if !locked.contains(&scope) && self.lock_forbids(lock, access) {
                    locked.push(scope);
                }
            }
        }
        if locked.is_empty() {
            return Ok(());
        }
        let action = if access == Access::Delete { "delete" } else { "write" };
        let scopes = locked.join("', '");
        let message = format!(
            "The scope '{id}' cannot perform {action} operation because following scope(s) are locked: '{scopes}'. \
             Please remove the lock and try again."
        );
        Err(ApiError::new(409, "ScopeLocked", message))
    }

    fn lock_forbids(&self, key: &str, access: Access) -> bool {
        let level = self.store.get(key).and_then(|lock| lock.body.get("properties")?.get("level")?.as_str());
        let level = level.unwrap_or_default();
        level.eq_ignore_ascii_case("ReadOnly")
            || (access == Access::Delete && level.eq_ignore_ascii_case("CanNotDelete"))
    }

    fn lock_scope(&self, key: &str) -> &str {
        let id = self.store.get(key).map_or("", |lock| lock.id.as_str());
        let at = key.rfind(LOCKS).unwrap_or(0);
        id.get(..at).unwrap_or_default()
    }
}
