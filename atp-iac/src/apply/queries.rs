//! Asks the queries that can be answered before the plan.

use super::limit::Limits;
use crate::Urn;
use crate::plan::{Answers, Question};
use crate::program::Location;
use crate::provider::{Provider, ProviderError, ProviderErrorKind};
use crate::value::Value;
use futures::StreamExt;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Queries that have no answer. All that were asked are in it, not only the first.
#[derive(Debug, thiserror::Error)]
#[error("{}", shown(.0))]
pub struct QueryError(pub Vec<Unanswered>);

/// A query that has no answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Unanswered {
    /// Which query.
    pub urn: Urn,
    /// Where it was declared.
    pub location: Location,
    /// Why.
    pub error: ProviderError,
}

fn shown(unanswered: &[Unanswered]) -> String {
    let lines = unanswered.iter().map(|Unanswered { urn, location, error }| {
        let hint = error.hint.as_deref().unwrap_or("run again when it can be read");
        format!(
            "`{}` ({}) at {location} cannot be read: {}: {error}\n  way out: {hint}",
            urn.name(),
            urn.resource_type(),
            error.code
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Asks queries, `parallel` at a time, each for as long as a call may take. Nothing is written.
///
/// # Errors
/// Every query that has no answer.
pub async fn ask(
    questions: &[Question],
    providers: &BTreeMap<String, Arc<dyn Provider>>,
    parallel: usize,
    limits: Limits<'_>,
) -> Result<Answers, QueryError> {
    let asked = questions.iter().map(|question| async move {
        let provider = providers.get(&question.provider).ok_or_else(|| {
            let message = format!("the provider `{}` is not registered", question.provider);
            ProviderError::new(ProviderErrorKind::Refused, "UnknownProvider", message)
        });
        let answer = match provider {
            Ok(provider) => {
                let kind = question.urn.resource_type();
                let answer = answer(provider.as_ref(), kind, &question.inputs, limits.timeout);
                limits.ask(None, answer).await
            }
            Err(error) => Err(error),
        };
        (question, answer)
    });
    // Collected, since a caller's future is `Send` for every lifetime only without the closure in it.
    let asked: Vec<_> = asked.collect();
    let mut asked = futures::stream::iter(asked).buffered(parallel.max(1));
    let mut answers = Answers::new();
    let mut unanswered = Vec::new();
    while let Some((question, answer)) = asked.next().await {
        let (urn, location) = (question.urn.clone(), question.location);
        match answer {
            Ok(answer) => drop(answers.insert(urn, answer)),
            Err(error) => unanswered.push(Unanswered { urn, location, error }),
        }
    }
    if unanswered.is_empty() { Ok(answers) } else { Err(QueryError(unanswered)) }
}

/// Asks one query. That there is nothing to answer with is an error.
pub(super) async fn answer(
    provider: &dyn Provider,
    kind: &str,
    inputs: &Value,
    timeout: Duration,
) -> Result<Value, ProviderError> {
    let answer = provider.query(kind, inputs, timeout).await?;
    answer.ok_or_else(|| {
        let what = ["id", "name"].iter().find_map(|key| inputs.get(key)?.as_str());
        let message = format!("{} is not there", what.map_or("it".to_owned(), |what| format!("`{what}`")));
        ProviderError::new(ProviderErrorKind::Refused, "NotThere", message).with_hint(
            "create it first; if this program makes it, read it by what its handle gives, or let the query depend on it",
        )
    })
}
