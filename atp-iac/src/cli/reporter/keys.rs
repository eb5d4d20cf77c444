//! Who wraps the keys of stacks.

use super::{Reporter, events};
use crate::cli::secrets::Wrapped;

impl Reporter<'_> {
    /// Who wraps the key of a stack, and whether somebody else should.
    pub fn wrapped(&mut self, wrapped: &Wrapped) {
        if self.json {
            return self.event(events::key(wrapped));
        }
        let Wrapped { stack, by, configured, changed } = wrapped;
        let did = if *changed { "is now" } else { "is" };
        self.data(&format!("{stack}: the key {did} wrapped by {}\n", by.join(", ")));
        if wrapped.is_due() {
            let configured = configured.join(", ");
            self.note(&format!("{stack}: `atp.yaml` says {configured}: `secrets change-provider` is due"));
        }
    }
}
