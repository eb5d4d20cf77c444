//! The objects of a stack one by one, whatever is wrong with them.

use super::head::{Head, Kept};
use super::journal::{self, is_seal};
use super::mend::Found;
use super::names::{Names, Place};
use super::{ObjectStates, StackName};
use atp_iac::state::format::{journal as framing, snapshot};
use atp_iac::state::{Content, JournalPart, Parts, StateError, Version};

/// How often a reader without the lock tries to find the same head twice in a row.
const ATTEMPTS: usize = 20;

/// Objects byte by byte, by name.
type Raw = Vec<(String, Vec<u8>)>;

impl ObjectStates {
    /// Reads again when a writer put another snapshot in place meanwhile.
    pub(super) async fn read_parts(&self, stack: &StackName) -> Result<Parts, StateError> {
        let names = self.names(stack);
        let mut before = self.find_head(stack, &names).await?;
        for _ in 1..ATTEMPTS {
            let parts = self.parts_once(stack, &names, &before).await;
            let after = self.find_head(stack, &names).await?;
            if before.says_the_same(&after) {
                return Ok(Parts { lock: after.check(), ..parts? });
            }
            before = after;
        }
        let parts = self.parts_once(stack, &names, &before).await?;
        Ok(Parts { lock: before.check(), ..parts })
    }

    async fn parts_once(&self, stack: &StackName, names: &Names, found: &Found) -> Result<Parts, StateError> {
        let mut raw = Raw::new();
        let head = match found {
            Found::Nothing => return Ok(Parts::of(Ok(None))),
            Found::Whole(head) => (**head).clone(),
            Found::Lost { bytes, .. } => {
                raw.extend(bytes.clone().map(|bytes| ("head.json".to_owned(), bytes)));
                self.rebuilt(names).await?
            }
        };
        let Some(kept) = &head.snapshot else { return Ok(Parts::of(Ok(None))) };
        let snapshot = self.snapshot_part(stack, names, kept, &mut raw).await?;
        let journal = self.journal_part(names, &head, kept, &mut raw).await?;
        // Nothing says it where the head was lost and the snapshot is damaged.
        let lineage = Some(kept.version.lineage.clone()).filter(|lineage| !lineage.is_empty());
        let (lineage, snapshot) = (Ok(lineage), snapshot.map(Some));
        Ok(Parts { lock: Ok(()), lineage, snapshot, previous: None, journal, raw })
    }

    async fn snapshot_part(
        &self,
        stack: &StackName,
        names: &Names,
        kept: &Kept,
        raw: &mut Raw,
    ) -> Result<Result<(Version, Content), StateError>, StateError> {
        let path = names.snapshot(&kept.name);
        let file = self.requests.file(&path);
        let Some(object) = self.requests.get(&path).await? else {
            return Ok(Err(self.missing(stack, &path, &kept.version.lineage)));
        };
        raw.push(("snapshot.json".to_owned(), object.bytes.clone()));
        Ok(snapshot::decode(&file, object.bytes).and_then(|(version, content)| {
            let what = format!("it is {version}, and the head of the stack says {}", kept.version);
            match version == kept.version {
                true => Ok((version, content)),
                false => Err(StateError::Corrupt { file, what }),
            }
        }))
    }

    async fn journal_part(
        &self,
        names: &Names,
        head: &Head,
        kept: &Kept,
        raw: &mut Raw,
    ) -> Result<JournalPart, StateError> {
        let mut found: Vec<JournalPart> = Vec::new();
        for (epoch, numbers) in journal::live(&self.requests, names, head).await? {
            let first = if epoch == head.journal.epoch { head.journal.number } else { 0 };
            let (part, bytes) = self.epoch_part(names, epoch, (first, &numbers)).await?;
            if !bytes.is_empty() {
                raw.push((format!("journal-{epoch:020}.jsonl"), bytes));
            }
            if !part.batches.is_empty() || part.damage.is_some() {
                found.push(part);
            }
        }
        let several = found.len() > 1;
        let fits = found.iter().rposition(|part| part.base.as_ref() == Some(&kept.version));
        let mut part = match fits {
            Some(position) => found.swap_remove(position),
            None => found.pop().unwrap_or_default(),
        };
        if several && part.damage.is_none() {
            let what = "two writers added to it, and one of them at most had the right to".to_owned();
            part.damage = Some(StateError::Corrupt { file: self.requests.file(&names.journal()), what });
        }
        Ok(part)
    }

    /// The journal of an epoch, and its bytes.
    async fn epoch_part(
        &self,
        names: &Names,
        epoch: u64,
        (first, numbers): (u64, &[u64]),
    ) -> Result<(JournalPart, Vec<u8>), StateError> {
        let file = self.requests.file(&names.journal_of(epoch));
        let paths = numbers.iter().map(|number| names.batch(Place { epoch, number: *number })).collect();
        let objects = self.requests.get_all(paths).await?;
        let corrupt = |what: String| StateError::Corrupt { file: file.clone(), what };
        let (mut all, mut whole, mut count, mut damage) = (Vec::new(), 0, 0, None);
        let mut sealed = false;
        for ((expected, number), object) in (first..).zip(numbers).zip(objects) {
            let bytes = object.map(|object| object.bytes);
            let wrong = match &bytes {
                Some(_) if *number == expected && !sealed => None,
                Some(_) if sealed => Some(format!("batch {number} stands behind its seal")),
                _ => Some(format!("batch {expected} is missing")),
            };
            if damage.is_none() {
                damage = wrong.map(corrupt);
            }
            let Some(bytes) = bytes.filter(|bytes| !is_seal(bytes)) else {
                sealed = true;
                continue;
            };
            all.extend(bytes);
            if damage.is_none() {
                (whole, count) = (all.len(), count + 1);
            }
        }
        if whole == 0 {
            return Ok((JournalPart { damage, ..JournalPart::default() }, all));
        }
        let (base, batches, unreadable) = framing::salvage(&file, &all[..whole]);
        let torn = batches.len() != count;
        let torn = torn.then(|| corrupt("its last batch is not what was written".to_owned()));
        Ok((JournalPart { base, batches, damage: damage.or(unreadable).or(torn) }, all))
    }
}

impl Found {
    /// Whether the head is what it should be.
    fn check(self) -> Result<(), StateError> {
        match self {
            Found::Lost { damage, .. } => Err(damage),
            Found::Nothing | Found::Whole(_) => Ok(()),
        }
    }

    /// Whether readers find the same by both.
    fn says_the_same(&self, other: &Found) -> bool {
        match (self, other) {
            (Found::Nothing, Found::Nothing) => true,
            (Found::Whole(one), Found::Whole(other)) => one.says_the_same(other),
            (Found::Lost { bytes: one, .. }, Found::Lost { bytes: other, .. }) => one == other,
            _ => false,
        }
    }
}
