//! How locks are taken and broken.

use super::head::{Head, Lock};
use super::lease::{Held, LEASE, encode};
use super::names::Names;
use super::{ObjectStates, epochs, journal};
use atp_iac::StackName;
use atp_iac::ports::random_uuid;
use atp_iac::state::{Holder, Lease, StateError};
use object_store::UpdateVersion;
use std::sync::Arc;

/// How often a head is looked at again that others change meanwhile.
const ATTEMPTS: u32 = 20;

/// What came of an attempt.
pub enum Attempt {
    Taken(Lease),
    Busy(Option<Holder>),
}

impl ObjectStates {
    /// Tries once. Whoever takes the lock over from a holder who is gone seals what that one wrote.
    pub(super) async fn try_lock(&self, stack: &StackName, holder: &Holder) -> Result<Attempt, StateError> {
        let names = self.names(stack);
        for _ in 0..ATTEMPTS {
            let present = self.head(&names).await?;
            if present.is_none() && self.is_missing(stack, &names).await? {
                continue;
            }
            let (mut head, version) = match present {
                Some((head, version)) => (head, Some(version)),
                None => (Head::after(epochs::last(&self.requests, &names).await?), None),
            };
            if let Some(lock) = self.lock_in_force(stack, &head) {
                return Ok(Attempt::Busy(Some(lock.holder.clone())));
            }
            let nonce = random_uuid(&*self.requests.random)?;
            let expires = self.requests.clock.now() + LEASE;
            head.epoch += 1;
            epochs::reserve(&self.requests, &names, head.epoch).await?;
            head.lock = Some(Lock { holder: holder.clone(), nonce: nonce.clone(), expires });
            let sign = self.presence.show(stack, &nonce);
            // Should the put fail, the lock may be there all the same: then the sign stays, and says that nobody has it.
            let Some(version) = self.put_head(&names, &head, version).await? else {
                sign.withdraw();
                continue;
            };
            self.presence.clear(stack);
            let requests = self.requests.clone();
            let held = Held::new(requests, names, stack.clone(), head, version, nonce, sign);
            return take(held).await.map(Attempt::Taken);
        }
        Ok(Attempt::Busy(None))
    }

    /// The lock of a head, unless it expired or its holder is known to be gone.
    pub(super) fn lock_in_force<'h>(&self, stack: &StackName, head: &'h Head) -> Option<&'h Lock> {
        let lock = head.lock_at(self.requests.clock.now())?;
        (!self.presence.gone(stack).contains(&lock.nonce)).then_some(lock)
    }

    /// Puts a head in the place of the one of that version, or where there was none.
    pub(super) async fn put_head(
        &self,
        names: &Names,
        head: &Head,
        version: Option<UpdateVersion>,
    ) -> Result<Option<UpdateVersion>, StateError> {
        let (path, bytes) = (names.head(), encode(&self.requests, names, head)?);
        match version {
            Some(version) => self.requests.update(&path, bytes, version).await,
            None => self.requests.create(&path, bytes).await,
        }
    }

    /// Takes the lock from its holder: a new epoch, and then a seal on what he wrote.
    pub(super) async fn take_away(&self, stack: &StackName) -> Result<Option<Holder>, StateError> {
        let names = self.names(stack);
        for _ in 0..ATTEMPTS {
            let Some((mut head, version)) = self.head(&names).await? else { return Ok(None) };
            let Some(lock) = head.lock.take() else { return Ok(None) };
            let unsealed = head.ended + 1..=head.epoch;
            head.epoch += 1;
            epochs::reserve(&self.requests, &names, head.epoch).await?;
            let Some(version) = self.put_head(&names, &head, Some(version)).await? else { continue };
            for before in unsealed {
                journal::seal(&self.requests, &names, before).await?;
            }
            // Spares the next holder the looking. When it fails, or somebody else was quicker, he looks.
            head.ended = head.epoch;
            let _ = self.put_head(&names, &head, Some(version)).await;
            return Ok(Some(lock.holder));
        }
        let source = std::io::Error::other("it changes all the time");
        Err(StateError::Write { file: self.requests.file(&names.head()), source })
    }
}

/// Seals what earlier holders wrote, after the head was put.
async fn take(held: Arc<Held>) -> Result<Lease, StateError> {
    for before in held.head().await.ended + 1..held.epoch {
        journal::seal(&held.requests, &held.names, before).await?;
    }
    held.sealed().await;
    Ok(Lease::new(held.stack.clone(), held.epoch, held))
}
