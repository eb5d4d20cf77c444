//! What a program is given: its configuration, and the outputs of the stacks that it refers to.

use super::Context;
use crate::config::Config;
use crate::program::{
    Outputs, ProgramError, ReferencePlace, ReferencedOutputs, Result, StackContract, StackRef, stack_for,
};

impl Context {
    /// For `#[stack]`: the configuration.
    ///
    /// # Errors
    /// Every value that is missing, misspelt, of another type or out of its bounds.
    pub fn config<C: Config>(&self) -> Result<C> {
        Ok(self.setup.config.read::<C>()?)
    }

    /// For `#[stack]`: the outputs of another stack; `None` when it is at a place that is elsewhere, and this stack turns
    /// out to stand there itself.
    ///
    /// # Errors
    /// When it is not deployed, or was deployed by a program with another contract.
    pub fn reference<S: StackContract, P>(&self, place: ReferencePlace) -> Result<Option<StackRef<S, P>>> {
        let Some(stack) = place.resolve(&self.stack, S::NAME, &self.setup.primary_regions)? else {
            return Ok(None);
        };
        let outputs = self.setup.references.get(&stack).ok_or_else(|| ProgramError::Reference {
            message: format!(
                "the stack `{}` refers to `{}`, which is not deployed in {}/{}",
                self.stack.stack, stack.stack, stack.environment, stack.region
            ),
            hint: format!("run `up` on {} first", stack_for(&self.stack, &stack)),
        })?;
        let source = ReferencedOutputs { reader: &self.stack, stack: &stack, outputs };
        S::Outputs::from_reference(&source).map(|outputs| Some(StackRef::new(outputs)))
    }

    /// A reference without `Option` whose place is where this stack stands.
    pub(in crate::program) fn refers_to_its_own_place(&self, stack: &str) -> ProgramError {
        ProgramError::Reference {
            message: format!(
                "the stack `{}` refers to `{stack}` at a place that is elsewhere by its type, and is {}/{}, where it \
                 stands itself",
                self.stack.stack,
                self.environment(),
                self.region()
            ),
            hint: "write `Option<StackRef<..>>`, which is `None` there".to_owned(),
        }
    }
}
