//! What `out_format!` expands to.

use super::{Origin, Output};
use std::fmt;

/// The literal of an `out_format!`: texts, and between them which argument stands there.
#[derive(Debug, Clone, Copy)]
pub struct Template {
    /// The texts around the placeholders: one more than there are placeholders.
    pub texts: &'static [&'static str],
    /// For each placeholder, which argument it shows.
    pub arguments: &'static [usize],
}

impl Template {
    pub(crate) fn show(&self, origins: &[Origin], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, text) in self.texts.iter().enumerate() {
            f.write_str(text)?;
            if let Some(origin) = self.arguments.get(index).and_then(|argument| origins.get(*argument)) {
                fmt::Display::fmt(origin, f)?;
            }
        }
        Ok(())
    }
}

impl<T> Output<T> {
    /// Not public API: the same value, shown in plans by its template.
    #[doc(hidden)]
    pub fn formatted(mut self, template: Template) -> Self {
        if let Origin::Computed(origins) = &self.origin {
            self.origin = Origin::Format(template.into(), origins.clone());
        }
        self
    }
}

/// What may stand in [`out_format!`](crate::out_format): an output, or a plain value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be formatted in `out_format!`",
    label = "neither an `Output<..>` nor `Display`"
)]
pub trait FormatArgument {
    /// The formatted type.
    type Value;
    /// As an output.
    fn into_output(self) -> Output<Self::Value>;
}

#[diagnostic::do_not_recommend]
impl<T: fmt::Display + Clone + Send + Sync + 'static> FormatArgument for T {
    type Value = T;
    fn into_output(self) -> Output<T> {
        let origin = Origin::Literal(self.to_string().into());
        Output::with_origin(self, origin)
    }
}

impl<T> FormatArgument for Output<T> {
    type Value = T;
    fn into_output(self) -> Output<T> {
        self
    }
}
