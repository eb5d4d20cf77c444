//! The typed resource: what programs write.

use atp_iac::codec::{Codec, Structure};
use atp_iac::resource::{Declared, HasUrn};
use atp_iac::{Input, IntoInput, Output, Resource, ResourceType, Urn};

/// A file with a text.
#[derive(Clone, Debug, Default)]
pub struct File {
    /// Its name in the folder.
    pub name: Input<String>,
    /// What stands in it.
    pub text: Input<String>,
}

impl File {
    /// A file of this name with this text.
    pub fn new(name: impl IntoInput<String>, text: impl IntoInput<String>) -> Self {
        File { name: name.into_input(), text: text.into_input() }
    }
}

impl Structure for File {
    fn visit(&mut self, codec: &mut Codec<'_>) {
        codec.property("name", &mut self.name);
        codec.property("text", &mut self.text);
    }
}

impl ResourceType for File {
    const TYPE: &'static str = "folder:File";
}

impl Resource for File {
    const PROVIDER: &'static str = "folder";
    type Handle = FileHandle;
    fn handle(declared: Declared) -> FileHandle {
        FileHandle { declared }
    }
}

/// A declared [`File`].
#[derive(Clone, Debug)]
pub struct FileHandle {
    declared: Declared,
}

impl FileHandle {
    /// Its name in the folder.
    pub fn name(&self) -> Output<String> {
        self.declared.output("name")
    }

    /// How many bytes it has.
    pub fn bytes(&self) -> Output<u64> {
        self.declared.output("bytes")
    }
}

impl HasUrn for FileHandle {
    fn urn(&self) -> &Urn {
        self.declared.urn()
    }
}
