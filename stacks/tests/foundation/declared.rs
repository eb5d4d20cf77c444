//! Runs the program of an environment and reads what it declared.

use atp_iac::config::LayerFile;
use atp_iac::output::NothingKnown;
use atp_iac::program::{Registration, Setup};
use atp_iac::value::Path;
use atp_iac::{ConfigTree, Context, Result, Stack, StackContract, StackName, Value};
use stacks::Foundation;

const BASE: LayerFile<'_> = LayerFile { name: "base.yaml", text: include_str!("../../config/base.yaml") };
pub const DEV: LayerFile<'_> = LayerFile { name: "dev.yaml", text: include_str!("../../config/dev.yaml") };
pub const TEST: LayerFile<'_> = LayerFile { name: "test.yaml", text: include_str!("../../config/test.yaml") };
pub const STAGING: LayerFile<'_> =
    LayerFile { name: "staging.yaml", text: include_str!("../../config/staging.yaml") };
pub const PROD: LayerFile<'_> = LayerFile { name: "prod.yaml", text: include_str!("../../config/prod.yaml") };
pub const PROD_EASTUS: LayerFile<'_> =
    LayerFile { name: "prod-eastus.yaml", text: include_str!("../../config/prod-eastus.yaml") };

/// The configuration of the foundation from `base.yaml` and the files that are laid over it.
pub fn config(files: &[LayerFile<'_>]) -> ConfigTree {
    let layers: Vec<LayerFile<'_>> = [BASE].into_iter().chain(files.iter().copied()).collect();
    ConfigTree::from_layers(&layers, Foundation::NAME, &[Foundation::NAME], "prod.yaml").unwrap()
}

/// Everything that the program declares.
pub struct Declared(pub Vec<Resource>);

/// One declared resource, with what is known of its properties before anything exists.
pub struct Resource {
    pub registration: Registration,
    inputs: Value,
}

pub fn try_declare(environment: &str, region: &str, config: ConfigTree) -> Result<Declared> {
    let stack = StackName::new(environment, region, Foundation::NAME).unwrap();
    let mut cx = Context::new(stack, Setup { config, ..Setup::default() });
    Foundation::build(&mut cx)?;
    let resource = |registration: Registration| {
        let inputs = registration.inputs.resolve(&NothingKnown).unwrap();
        Resource { registration, inputs }
    };
    Ok(Declared(cx.into_registrations().into_iter().map(resource).collect()))
}

pub fn declare(environment: &str, region: &str, files: &[LayerFile<'_>]) -> Declared {
    try_declare(environment, region, config(files)).unwrap()
}

pub fn prod() -> Declared {
    declare("prod", "westeurope", &[PROD])
}

impl Declared {
    pub fn of_type(&self, kind: &str) -> Vec<&Resource> {
        self.0.iter().filter(|resource| resource.kind() == kind).collect()
    }

    pub fn named(&self, name: &str) -> &Resource {
        self.0.iter().find(|resource| resource.name() == name).unwrap_or_else(|| panic!("no `{name}`"))
    }

    pub fn names(&self) -> Vec<&str> {
        self.0.iter().map(Resource::name).collect()
    }
}

impl Resource {
    pub fn kind(&self) -> &str {
        self.registration.urn.resource_type()
    }

    pub fn name(&self) -> &str {
        self.registration.urn.name()
    }

    pub fn find(&self, path: &str) -> Option<&Value> {
        Path::of_keys(path).find(&self.inputs)
    }

    pub fn text(&self, path: &str) -> Option<&str> {
        self.find(path).and_then(Value::as_str)
    }

    /// The names of the resources that it waits for.
    pub fn waits_for(&self) -> Vec<&str> {
        self.registration.dependencies.iter().map(|urn| urn.name()).collect()
    }
}
