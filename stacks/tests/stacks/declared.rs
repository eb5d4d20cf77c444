//! Runs the program of a stack of an environment and reads what it declared.
//!
//! What the stacks that it refers to give is not known here, as in the first plan of an environment. Stacks in the primary
//! region are such ones in the others, and none in the primary one.

use atp_iac::output::NothingKnown;
use atp_iac::program::{Program, Registration, Setup};
use atp_iac::project::{DiskFiles, Project};
use atp_iac::value::Path;
use atp_iac::{ConfigTree, Context, Result, StackName, Value};
use stacks::PROGRAMS;

/// All environments and regions.
pub const SITES: [(&str, &str); 5] = [
    ("dev", "westeurope"),
    ("test", "westeurope"),
    ("staging", "westeurope"),
    ("prod", "westeurope"),
    ("prod", "eastus"),
];

/// Everything that a program declares.
pub struct Declared(pub Vec<Resource>);

/// One declared resource, with what is known of its properties before anything exists.
pub struct Resource {
    pub registration: Registration,
    inputs: Value,
}

pub fn project() -> Project {
    Project::find(&DiskFiles, std::path::Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The configuration of a stack, as it is committed.
pub fn config(program: &Program, environment: &str, region: &str) -> ConfigTree {
    let project = project();
    let known: Vec<&str> = PROGRAMS.iter().map(|program| program.name).collect();
    project.load_config(&DiskFiles, environment, region, program.name, &known).unwrap()
}

/// The same with changes: `("subnets.sql.range", "10.0.0.0/27")`.
pub fn changed(program: &Program, environment: &str, region: &str, changes: &[(&str, &str)]) -> ConfigTree {
    let mut config = config(program, environment, region);
    for (key, value) in changes {
        config.set(key, value).unwrap();
    }
    config
}

pub fn try_declare(
    program: &Program,
    environment: &str,
    region: &str,
    config: ConfigTree,
) -> Result<Declared> {
    let stack = StackName::new(environment, region, program.name).unwrap();
    let primary_regions = project().primary_regions();
    let referred = program.references.iter().filter_map(|reference| {
        let target = reference.target(&stack, &primary_regions).unwrap()?;
        let other = PROGRAMS.iter().find(|program| program.name == reference.stack).unwrap();
        Some((target, other.unknown_outputs()))
    });
    let references = referred.collect();
    let mut cx = Context::new(stack, Setup { config, references, primary_regions });
    (program.run)(&mut cx)?;
    Ok(Declared::of(cx))
}

pub fn declare(program: &Program, environment: &str, region: &str) -> Declared {
    try_declare(program, environment, region, config(program, environment, region)).unwrap()
}

impl Declared {
    /// What was declared in a context, such as by a component alone.
    pub fn of(cx: Context) -> Self {
        let resource = |registration: Registration| {
            let inputs = registration.inputs.resolve(&NothingKnown).unwrap();
            Resource { registration, inputs }
        };
        Declared(cx.into_registrations().into_iter().map(resource).collect())
    }

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
