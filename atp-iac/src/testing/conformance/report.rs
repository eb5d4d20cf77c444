//! What was found out about a provider.

use std::fmt;

macro_rules! checks {
    ($($(#[$docs:meta])* $name:ident = $sentence:literal,)+) => {
        /// Something that the engine relies on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Check {
            $($(#[$docs])* $name,)+
        }

        impl Check {
            /// All of them, in the order in which they are made.
            pub const ALL: [Check; [$(stringify!($name)),+].len()] = [$(Check::$name),+];

            /// What is asked, as a sentence.
            pub fn sentence(self) -> &'static str {
                match self {
                    $(Check::$name => $sentence,)+
                }
            }
        }
    };
}

checks! {
    /// The sample has no problems: what a provider refuses for no reason cannot be declared.
    Accepted = "good inputs are accepted",
    /// After a crash, what a call made is looked for by the id that was written down before it.
    Id = "the id that is known before the create is the id after it",
    /// Dependents are planned with what is predicted, and carried out only if it was true.
    Predictions = "what is predicted comes true",
    /// What somebody else made is never taken for one's own.
    CreatedOnce = "what exists is not created again, and the error says `AlreadyExists`",
    /// Otherwise every refresh would find something.
    Read = "what was created is read as the create said",
    /// A refresh asks for all at once.
    ReadMany = "reading many says what reading each says, in order",
    /// Otherwise no plan would ever be empty.
    Same = "equal inputs are no change",
    /// A plan that waits for a value must neither fail nor call it the same.
    Unknown = "unknown parts are accepted, count as changed, and are not guessed",
    /// An update is what the plan said, no more and no less.
    Updated = "an update in place brings what was asked for, to the same object",
    /// What the plan calls a replacement makes another object, and one object is left.
    Replaced = "a change that replaces leads to another object, and takes the old one away",
    /// Otherwise every refresh would undo something.
    NoDrift = "what nobody touched has not drifted",
    /// What was changed behind the engine's back is found, by its path.
    Drift = "what somebody else changed has drifted, and the path is named",
    /// A delete that was acknowledged has happened.
    Deleted = "what was deleted is gone",
    /// A delete that was cut off is made again.
    DeletedTwice = "deleting what is gone is no error",
    /// From create to no change.
    Up = "the engine creates it, and then has nothing to do",
    /// The same after everything was read again.
    Refreshed = "a refresh finds nothing to do",
    /// A process may be killed before, while and after a call.
    CutOff = "a call that was cut off is found out about, and nothing is made twice or lost",
    /// From everything to nothing.
    Destroyed = "a destroy leaves nothing",
    /// In problems, errors, ids, and whatever has a `Debug`.
    Secrets = "secrets are shown nowhere",
}

/// How a check ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Well.
    Passed,
    /// Not so, and why.
    Failed(String),
    /// There was nothing to check, and why.
    DoesNotApply(&'static str),
}

/// One check with one sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The type of the sample.
    pub kind: String,
    /// What was checked.
    pub check: Check,
    /// How it ended.
    pub outcome: Outcome,
}

/// All checks with all samples. Its `Display` is a list for people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// One by one.
    pub checks: Vec<Checked>,
}

impl Report {
    /// Whether something was checked, and nothing failed.
    pub fn is_conformant(&self) -> bool {
        let passed = self.checks.iter().any(|checked| checked.outcome == Outcome::Passed);
        passed && self.failures().next().is_none()
    }

    /// What failed.
    pub fn failures(&self) -> impl Iterator<Item = &Checked> {
        self.checks.iter().filter(|checked| matches!(checked.outcome, Outcome::Failed(_)))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut kind = None;
        for checked in &self.checks {
            if kind != Some(&checked.kind) {
                writeln!(f, "{}", checked.kind)?;
                kind = Some(&checked.kind);
            }
            let sentence = checked.check.sentence();
            match &checked.outcome {
                Outcome::Passed => writeln!(f, "  passed   {sentence}")?,
                Outcome::Failed(why) => writeln!(f, "  FAILED   {sentence}: {why}")?,
                Outcome::DoesNotApply(why) => writeln!(f, "  -        {sentence}: {why}")?,
            }
        }
        Ok(())
    }
}
