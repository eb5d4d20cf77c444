//! Keys from passphrases, by Argon2id.

use super::DataKey;
use argon2::{Algorithm, Argon2, Params, Version};
use std::fmt;
use std::str::FromStr;

/// Bytes of salt, as RFC 9106 recommends.
pub(super) const SALT: usize = 16;

/// A text that people keep, and of which keys are made.
#[derive(Clone)]
pub struct Passphrase(String);

impl Passphrase {
    /// A passphrase; white space around it does not count. `None` when nothing is left.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Passphrase(text.to_owned()))
    }

    /// The key that it makes with a salt; `None` when the salt is too short or the cost is none that is accepted.
    pub(super) fn derive(&self, salt: &[u8], cost: Cost) -> Option<DataKey> {
        let params = Params::new(cost.memory, cost.passes, cost.lanes, None).ok()?;
        let mut key = [0; 32];
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        argon2.hash_password_into(self.0.as_bytes(), salt, &mut key).ok()?;
        let made = DataKey::from_bytes(&key);
        key.fill(0);
        made
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[passphrase]")
    }
}

/// What a guess costs. It is written down beside what was made with it, so that it can rise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cost {
    /// In KiB.
    memory: u32,
    passes: u32,
    lanes: u32,
}

impl Cost {
    /// As OWASP recommends: 19 MiB, two passes.
    pub const DEFAULT: Cost = Cost { memory: 19 * 1024, passes: 2, lanes: 1 };
    /// What is beyond this was not written by this program, and is not waited for.
    const LARGEST: Cost = Cost { memory: 1024 * 1024, passes: 32, lanes: 16 };
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "m={},t={},p={}", self.memory, self.passes, self.lanes)
    }
}

impl FromStr for Cost {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split(',');
        let mut next = |name: &str, largest: u32| {
            let digits = parts.next()?.strip_prefix(name)?.strip_prefix('=')?;
            digits.parse().ok().filter(|number| *number <= largest)
        };
        let memory = next("m", Cost::LARGEST.memory).ok_or(())?;
        let passes = next("t", Cost::LARGEST.passes).ok_or(())?;
        let lanes = next("p", Cost::LARGEST.lanes).ok_or(())?;
        match parts.next() {
            None => Ok(Cost { memory, passes, lanes }),
            Some(_) => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_reads_back_and_one_that_would_stop_the_machine_is_refused() {
        assert_eq!(Cost::DEFAULT.to_string().parse(), Ok(Cost::DEFAULT));
        for text in ["m=4294967295,t=2,p=1", "m=19456,t=1000000,p=1", "m=19456,t=2", "m=1,t=1,p=1,x=1", ""] {
            assert_eq!(text.parse::<Cost>(), Err(()), "{text}");
        }
    }

    #[test]
    fn nothing_is_shown_of_a_passphrase() {
        assert_eq!(format!("{:?}", Passphrase::new("hunter2").unwrap()), "[passphrase]");
        assert!(Passphrase::new(" \n").is_none());
    }
}
