//! What is asked of the provider itself, without an engine.

use super::bench::{Bench, Verdict, ensure, failed};
use super::parts::{first_untrue, related, unknown, with_each_part};
use super::report::Outcome;
use crate::provider::{Known, Provider, ProviderErrorKind};
use crate::value::{Path, Value};

impl Bench<'_> {
    pub(super) fn accepted(&self) -> Verdict {
        let sample = self.sample;
        let all = [Some(&sample.inputs), sample.changed.as_ref(), sample.replaced.as_ref()];
        for inputs in all.into_iter().flatten() {
            if let Some(problem) = self.provider.check(&sample.kind, inputs).first() {
                return Err(failed(format!("`{}`: {}", problem.path, problem.message)));
            }
        }
        Ok(())
    }

    pub(super) async fn id(&self) -> Verdict {
        let sample = self.sample;
        let id = self.provider.id(&sample.kind, &sample.inputs);
        let Some(id) = id else {
            self.outside_of_the_state()?;
            return Err(Outcome::DoesNotApply(
                "the cloud chooses it, so what a create made that was cut off cannot be looked up",
            ));
        };
        let made = self.make().await?;
        ensure(made.object.id == id, || format!("it was `{id}`, and is `{}`", made.object.id))
    }

    pub(super) async fn predictions(&self) -> Verdict {
        let sample = self.sample;
        let predicted = self.provider.predict(&sample.kind, &sample.inputs, None);
        let made = self.make().await?;
        came_true("a create", &predicted, &made.object.outputs)?;
        let Some(changed) = &sample.changed else { return Ok(()) };
        let predicted = self.provider.predict(&sample.kind, changed, Some(&made.object.outputs));
        let updated = self.update(&made, changed).await?;
        came_true("an update", &predicted, &updated.object.outputs)
    }

    pub(super) async fn created_once(&self) -> Verdict {
        self.outside_of_the_state()?;
        if self.provider.id(&self.sample.kind, &self.sample.inputs).is_none() {
            return Err(Outcome::DoesNotApply("the cloud chooses the id, so another create makes another"));
        }
        self.make().await?;
        match self.provider.create(self.request(&self.sample.inputs)).await {
            Ok(_) => Err(failed("the second create succeeded")),
            Err(error) => ensure(error.kind == ProviderErrorKind::AlreadyExists, || {
                format!("the error of the second create is {:?}, `{}`", error.kind, error.code)
            }),
        }
    }

    pub(super) async fn reads(&self) -> Verdict {
        self.outside_of_the_state()?;
        let made = self.make().await?;
        equal(&made.object.outputs, &self.observe(&made).await?)
    }

    pub(super) async fn reads_many(&self) -> Verdict {
        self.outside_of_the_state()?;
        let mut all = self.surround().await?;
        let inputs = self.sample.inputs.clone();
        let object = self.provider.create(self.request(&inputs)).await;
        let object = object.map_err(super::bench::call_failed("creating it"))?;
        all.push(super::bench::Made { kind: self.sample.kind.clone(), inputs, object });
        self.compare_reads(&all).await?;
        if let Some(made) = all.last() {
            self.delete(made).await?;
        }
        self.compare_reads(&all).await
    }

    async fn compare_reads(&self, all: &[super::bench::Made]) -> Verdict {
        let known: Vec<Known<'_>> =
            all.iter().map(|made| Known { target: made.target(), outputs: &made.object.outputs }).collect();
        let answers = self.provider.read_many(&known, 2).await;
        ensure(answers.len() == all.len(), || {
            format!("{} were asked for, and {} answered", all.len(), answers.len())
        })?;
        for (made, answer) in all.iter().zip(answers) {
            let one = self.read(made).await?;
            let many = answer.map_err(super::bench::call_failed("reading many"))?;
            match (one, many) {
                (Some(one), Some(many)) => equal(&one, &many)?,
                (None, None) => {}
                (one, _) => {
                    let (one, many) = if one.is_some() { ("there", "not") } else { ("not there", "it is") };
                    return Err(failed(format!("reading `{}` says {one}, reading many {many}", made.kind)));
                }
            }
        }
        Ok(())
    }

    pub(super) async fn same(&self) -> Verdict {
        let made = self.make().await?;
        let changes = self.provider.diff(&self.sample.kind, &made.existing(), &self.sample.inputs);
        ensure(changes.is_empty(), || format!("`{}` counts as changed", changes[0].path))
    }

    pub(super) async fn unknown(&self) -> Verdict {
        let (kind, inputs) = (&self.sample.kind, &self.sample.inputs);
        let known_id = self.provider.id(kind, inputs);
        let made = self.make().await?;
        for (path, open) in with_each_part(inputs, &unknown) {
            if let Some(problem) = self.provider.check(kind, &open).first() {
                return Err(failed(format!(
                    "with `{path}` unknown: `{}`: {}",
                    problem.path, problem.message
                )));
            }
            let id = self.provider.id(kind, &open);
            ensure(id.is_none() || id == known_id, || format!("with `{path}` unknown, the id is guessed"))?;
            let changes = self.provider.diff(kind, &made.existing(), &open);
            ensure(changes.iter().any(|change| related(&change.path, &path)), || {
                format!("with `{path}` unknown, it does not count as changed")
            })?;
            // What is changed in place is predicted from what is there, what is replaced is not.
            let in_place = changes.iter().all(|change| !change.replaces);
            for current in [None, in_place.then_some(&made.object.outputs)] {
                let predicted = self.provider.predict(kind, &open, current);
                let guessed = path.find(&predicted).filter(|_| path.find(inputs).is_some());
                ensure(guessed.is_none_or(Value::has_unknown), || {
                    format!("with `{path}` unknown, the output there is guessed")
                })?;
            }
        }
        Ok(())
    }

    pub(super) async fn updated(&self) -> Verdict {
        let changed = self.changed()?;
        let kind = &self.sample.kind;
        let made = self.make().await?;
        let changes = self.provider.diff(kind, &made.existing(), changed);
        ensure(!changes.is_empty(), || "the changed inputs count as equal".to_owned())?;
        if let Some(change) = changes.iter().find(|change| change.replaces) {
            return Err(failed(format!("`{}` of the sample is said to need another object", change.path)));
        }
        let updated = self.update(&made, changed).await?;
        ensure(updated.object.id == made.object.id, || {
            format!("the id was `{}`, and is `{}`", made.object.id, updated.object.id)
        })?;
        ensure(updated.object.outputs != made.object.outputs, || "nothing changed".to_owned())?;
        if !self.lives_in_state() {
            equal(&updated.object.outputs, &self.observe(&updated).await?)?;
        }
        let left = self.provider.diff(kind, &updated.existing(), changed);
        ensure(left.is_empty(), || format!("`{}` still counts as changed", left[0].path))
    }

    pub(super) async fn no_drift(&self) -> Verdict {
        self.outside_of_the_state()?;
        let made = self.make().await?;
        let observed = self.observe(&made).await?;
        let drift = self.provider.drift(&self.sample.kind, &made.existing(), &observed);
        ensure(drift.is_empty(), || format!("`{}` counts as drifted", drift[0].path))
    }

    pub(super) async fn drifted(&self) -> Verdict {
        self.outside_of_the_state()?;
        let changed = self.changed()?;
        let kind = &self.sample.kind;
        let made = self.make().await?;
        // Somebody else is whoever uses the cloud without telling this state.
        let elsewhere = self.update(&made, changed).await?;
        let observed = self.observe(&elsewhere).await?;
        let changes = self.provider.diff(kind, &made.existing(), changed);
        let drift = self.provider.drift(kind, &made.existing(), &observed);
        let is_named = |change: &crate::diff::Change| drift.iter().any(|d| related(&d.path, &change.path));
        match changes.first() {
            None => Err(failed("the changed inputs count as equal")),
            Some(_) if changes.iter().any(is_named) => Ok(()),
            Some(change) => Err(failed(format!("the change of `{}` is not found", change.path))),
        }
    }

    pub(super) async fn deleted(&self) -> Verdict {
        self.outside_of_the_state()?;
        let made = self.make().await?;
        self.delete(&made).await?;
        ensure(self.read(&made).await?.is_none(), || "it is still there".to_owned())
    }

    pub(super) async fn deleted_twice(&self) -> Verdict {
        let made = self.make().await?;
        self.delete(&made).await?;
        self.delete(&made).await
    }
}

fn came_true(call: &str, predicted: &Value, actual: &Value) -> Verdict {
    match first_untrue(predicted, Some(actual), &mut Path::root()) {
        None => Ok(()),
        Some(path) => Err(failed(format!("of {call}, `{path}` was predicted otherwise"))),
    }
}

/// Both ways, since the first difference of either is worth naming and no value is shown.
fn equal(said: &Value, read: &Value) -> Verdict {
    let difference = first_untrue(said, Some(read), &mut Path::root())
        .or_else(|| first_untrue(read, Some(said), &mut Path::root()));
    match difference {
        None => Ok(()),
        Some(path) => Err(failed(format!("`{path}` is read otherwise"))),
    }
}
