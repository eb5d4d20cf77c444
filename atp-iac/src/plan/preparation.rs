//! What the state is told before the first step of a plan, without a call: that a resource is called otherwise now, is a part
//! of another one, or is one that the cloud has already.
//!
//! None of it is written before the plan is carried out: whoever declines a plan has changed nothing. All of it becomes
//! durable at once.

use crate::Urn;
use crate::state::{Record, StateError, StateView};
use std::collections::BTreeMap;

/// What the state is told before the first step.
#[derive(Debug, Clone, Default)]
pub struct Preparation {
    /// The same for the state.
    pub records: Vec<Record>,
    /// The same for people, resource by resource.
    pub told: Vec<Told>,
}

/// What the state is told of one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Which resource, by its URN from then on; of what becomes a part of another one, by the URN that it had.
    pub urn: Urn,
    /// What.
    pub what: Telling,
}

/// What the state is told of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Telling {
    /// It had another URN.
    Moved {
        /// Which.
        from: Urn,
    },
    /// It was a part of another resource, and is one by itself.
    Detached {
        /// Of which.
        from: Urn,
    },
    /// It was a resource by itself, and is a part of another one.
    Attached {
        /// Of which.
        to: Urn,
    },
    /// The cloud has it already, and from now on it is managed.
    Imported {
        /// Its id in the cloud.
        id: String,
    },
}

/// Something about a plan that people should know, and that does not stand against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// About which resource.
    pub urn: Urn,
    /// What.
    pub message: String,
    /// What can be done about it.
    pub hint: String,
}

impl Preparation {
    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// That these have other URNs now: from each to its new one.
    pub(crate) fn of_moves(urns: BTreeMap<Urn, Urn>) -> Self {
        if urns.is_empty() {
            return Preparation::default();
        }
        let told =
            |(from, to): (&Urn, &Urn)| Told { urn: to.clone(), what: Telling::Moved { from: from.clone() } };
        let told = urns.iter().map(told).collect();
        Preparation { records: vec![Record::Moved { urns }], told }
    }

    /// Tells a view, and keeps what it was told.
    ///
    /// # Errors
    /// When it does not fit.
    pub(crate) fn add(&mut self, view: &mut StateView, more: Preparation) -> Result<(), StateError> {
        for record in &more.records {
            view.apply(record)?;
        }
        self.records.extend(more.records);
        self.told.extend(more.told);
        Ok(())
    }
}
