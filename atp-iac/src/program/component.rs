//! Components: reusable groups of resources.

use super::{Context, Result};

/// A reusable group of resources. `#[component]` on a struct of its arguments generates `new`, the setters and the
/// glue that lets [`Context::add`] take it; you write this trait.
pub trait Component: Sized {
    /// What the user of the component gets.
    type Outputs;
    /// Declares the resources.
    ///
    /// # Errors
    /// As the calls in it do.
    fn build(self, cx: &mut Context) -> Result<Self::Outputs>;
}
