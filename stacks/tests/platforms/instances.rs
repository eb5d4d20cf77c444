//! Instances of `preview` beside each other.

use atp_azure_sim::{AzureClouds, Settings, Simulator, SystemClock};
use atp_iac::apply::Interrupt;
use atp_iac::cloud::{Cloud, CloudRequest, Clouds};
use atp_iac::engine::{Deployment, Engine, Kind, UpdateOptions};
use atp_iac::estate::{Ended, Estate, Forecast, Graph, Limits, Member};
use atp_iac::plan::OperationKind;
use atp_iac::project::{DiskFiles, Project};
use atp_iac::secrets::stand_in;
use atp_iac::state::MemoryStore;
use stacks::PROGRAMS;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

struct World {
    folder: tempfile::TempDir,
    clouds: AzureClouds,
    store: Arc<MemoryStore>,
    project: Project,
}

impl World {
    fn new() -> Self {
        World {
            folder: tempfile::tempdir().unwrap(),
            clouds: AzureClouds::default(),
            store: Arc::new(MemoryStore::new(Arc::new(atp_iac::ports::SystemClock))),
            project: Project::find(&DiskFiles, Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap(),
        }
    }

    /// Every stack of an environment.
    fn estate(&self, environment: &str) -> Estate {
        let regions = self.project.environment(environment).unwrap().regions.clone();
        let places: Vec<_> = regions.into_iter().map(|region| (environment.to_owned(), region)).collect();
        let primary = self.project.primary_regions_with(&BTreeSet::from([environment]));
        let graph = Graph::of_programs(PROGRAMS, &places, &primary).unwrap();
        let known: Vec<&str> = PROGRAMS.iter().map(|program| program.name).collect();
        let member = |name: &atp_iac::StackName| {
            let program = *PROGRAMS.iter().find(|program| program.name == name.stack).unwrap();
            let loaded = self.project.load_config(&DiskFiles, environment, &name.region, &name.stack, &known);
            let mut config = loaded.unwrap();
            config.share(self.clouds.keys());
            config.reveal(|_, text| stand_in(text).map(Ok)).unwrap();
            let request = CloudRequest {
                cloud: Cloud::Simulator,
                work_dir: self.folder.path(),
                config: &config,
                environment: &|_| None,
            };
            let providers = self.clouds.connect(&request).unwrap();
            let engine = providers.into_iter().fold(self.engine(), Engine::with_provider);
            let deployment = Deployment::new(environment, &name.region, program, config).unwrap();
            Member { deployment: deployment.with_primary_regions(primary.clone()), engine }
        };
        let members = graph.order().iter().map(member).collect();
        Estate::new(graph, members, Arc::new(atp_iac::ports::SystemClock))
    }

    fn engine(&self) -> Engine {
        atp_iac::testing::engine(self.store.clone())
    }

    /// The ids of everything that is in the cloud.
    fn ids(&self) -> Vec<String> {
        let folder = self.folder.path().join("cloud");
        let descriptors = atp_azure::descriptors();
        let cloud =
            Simulator::open(&folder, descriptors, Settings::default(), Arc::new(SystemClock)).unwrap();
        cloud.resources().unwrap().into_iter().map(|(id, _)| id).collect()
    }
}

async fn preview(estate: &Estate, kind: Kind, refresh: bool) -> Forecast {
    estate
        .preview(kind, &UpdateOptions { refresh, ..UpdateOptions::default() })
        .await
        .unwrap_or_else(|error| panic!("{error:#?}"))
}

async fn run(estate: &Estate, kind: Kind) -> usize {
    let forecast = preview(estate, kind, false).await;
    let options = UpdateOptions::default();
    let ended =
        estate.update(&forecast, &options, Limits::default(), &|_, _| {}, &Interrupt::default()).await;
    if let Some(Ended { stack, outcome, .. }) = ended.iter().find(|ended| !ended.is_done()) {
        panic!("{stack}: {outcome:#?}");
    }
    forecast.counts().changes()
}

/// What a second run would change, after reading the whole cloud.
async fn rest(estate: &Estate) -> Vec<String> {
    let forecast = preview(estate, Kind::Up, true).await;
    let operations = forecast.plans().flat_map(|plan| &plan.operations);
    let changed = operations.filter(|operation| operation.action != OperationKind::Same);
    changed
        .map(|operation| format!("{} {:?} {:?}", operation.urn, operation.action, operation.changes))
        .collect()
}

#[tokio::test]
async fn two_instances_of_preview_stand_side_by_side_and_leave_nothing() {
    let world = World::new();
    let instances = ["preview-a", "preview-b"].map(|name| world.estate(name));
    let mut created = 0;
    for instance in &instances {
        created += run(instance, Kind::Up).await;
    }
    assert!(world.ids().len() >= created, "names of instances do not collide");
    for instance in &instances {
        assert_eq!(rest(instance).await, Vec::<String>::new());
    }
    for instance in &instances {
        run(instance, Kind::Destroy).await;
    }
    assert_eq!(world.ids(), Vec::<String>::new());
}
