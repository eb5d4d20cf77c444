//! Whether secrets are shown.

use super::bench::{Bench, Verdict, ensure};
use super::parts::{of_another_kind, secret_texts, with_each_part};
use super::report::Outcome;
use crate::provider::Provider;
use crate::value::Value;

impl Bench<'_> {
    /// Looks through everything that the provider gave in all checks, the last of which this is, and provokes what they
    /// did not: problems and errors.
    pub(super) async fn secrets(&self) -> Verdict {
        let sample = self.sample;
        let mut secrets = Vec::new();
        let all = [Some(&sample.inputs), sample.changed.as_ref(), sample.replaced.as_ref()];
        all.into_iter().flatten().for_each(|inputs| secret_texts(inputs, false, &mut secrets));
        if secrets.is_empty() {
            return Err(Outcome::DoesNotApply("the sample has no secrets"));
        }
        let made = self.make().await?;
        let _ = self.provider.create(self.request(&sample.inputs)).await;
        for (_, wrong) in with_each_part(&sample.inputs, &of_another_kind) {
            self.provider.check(&sample.kind, &wrong);
            self.provider.diff(&sample.kind, &made.existing(), &wrong);
            self.provider.predict(&sample.kind, &wrong, None);
        }
        let secret = |part: &Value| matches!(part, Value::Secret(_)).then(|| of_another_kind(part)).flatten();
        for (_, wrong) in with_each_part(&sample.inputs, &secret) {
            let _ = self.provider.update(self.request(&wrong), &made.existing()).await;
        }
        self.delete(&made).await?;
        let _ = self.provider.update(self.request(&sample.inputs), &made.existing()).await;
        let shown = self.provider.shown();
        let leak = shown.iter().find(|text| secrets.iter().any(|secret| text.contains(secret.as_str())));
        ensure(leak.is_none(), || {
            let masked = |text: &String| {
                secrets.iter().fold(text.clone(), |text, secret| text.replace(secret.as_str(), "[secret]"))
            };
            format!("one stands, where `[secret]` is now, in {}", leak.map(masked).unwrap_or_default())
        })
    }
}
