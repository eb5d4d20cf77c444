//! A simulated cloud and an engine, for stacks that stand on one another.

use atp_azure_sim::{Settings, Simulator};
use atp_iac::config::ConfigTree;
use atp_iac::engine::{Deployment, Engine, Kind, Update, UpdateOptions};
use atp_iac::plan::{Operation, OperationKind, Plan};
use atp_iac::program::Program;
use atp_iac::project::{DiskFiles, Project};
use atp_iac::secrets::stand_in;
use atp_iac::testing::carry_out;
use std::path::Path;

pub struct World {
    pub simulator: Simulator,
    pub engine: Engine,
}

impl World {
    pub fn with(settings: Settings) -> Self {
        World::of("00000000-0000-0000-0000-0000000000a4", settings)
    }

    pub fn of(subscription: &str, settings: Settings) -> Self {
        let simulator = support::simulator(settings);
        let engine = support::engine(&simulator, subscription);
        World { simulator, engine }
    }

    pub async fn preview(&self, deployment: &Deployment, refresh: bool) -> Plan {
        self.engine
            .preview(deployment, Kind::Up, &UpdateOptions { refresh, ..UpdateOptions::default() })
            .await
            .unwrap()
            .plan
    }

    pub async fn preview_destroy(&self, deployment: &Deployment) -> Plan {
        let options = UpdateOptions::default();
        self.engine.preview(deployment, Kind::Destroy, &options).await.unwrap().plan
    }

    pub async fn run(&self, deployment: &Deployment, kind: Kind) -> Update {
        let update = self.attempt(deployment, kind).await;
        let report = update.report.as_ref().unwrap();
        assert!(report.is_complete(), "{:#?}", report.failures);
        update
    }

    /// As `run`, and some of it may fail.
    pub async fn attempt(&self, deployment: &Deployment, kind: Kind) -> Update {
        carry_out(&self.engine, deployment, kind, &UpdateOptions::default()).await.unwrap()
    }

    /// Brings the stacks up in order, and asserts that neither a plan nor one after a refresh changes anything then.
    pub async fn settle(&self, deployments: &[&Deployment]) {
        for deployment in deployments {
            self.run(deployment, Kind::Up).await;
        }
        for deployment in deployments {
            for refresh in [false, true] {
                let plan = self.preview(deployment, refresh).await;
                assert!(
                    !plan.has_changes(),
                    "{}, refresh {refresh}: {:#?}",
                    deployment.name(),
                    changed(&plan)
                );
            }
        }
    }

    /// Destroys the stacks, the last first, and asserts that nothing is left.
    pub async fn clear(&self, deployments: &[&Deployment]) {
        let mut retained = Vec::new();
        for deployment in deployments.iter().rev() {
            let plan = self.run(deployment, Kind::Destroy).await.plan;
            let kept =
                plan.operations.into_iter().filter(|operation| operation.action == OperationKind::Retain);
            retained
                .extend(kept.filter_map(|operation| operation.old.map(|old| old.id.to_ascii_lowercase())));
        }
        // What stays on purpose, and what Azure has in it.
        let stays = |id: &String| {
            let id = id.to_ascii_lowercase();
            retained.iter().any(|kept| id == *kept || id.starts_with(&format!("{kept}/")))
        };
        let left = self.simulator.resources().unwrap().into_iter().map(|(id, _)| id);
        let left: Vec<String> = left.filter(|id| !stays(id)).collect();
        assert!(left.is_empty(), "{left:#?}");
    }
}

/// The configuration of a stack with changes, as it is committed.
pub fn configuration(
    program: Program,
    environment: &str,
    region: &str,
    changes: &[(&str, &str)],
) -> ConfigTree {
    let known: Vec<&str> = stacks::PROGRAMS.iter().map(|program| program.name).collect();
    let mut config = project().load_config(&DiskFiles, environment, region, program.name, &known).unwrap();
    config.reveal(|_, text| stand_in(text).map(Ok)).unwrap();
    for (key, value) in changes {
        config.set(key, value).unwrap();
    }
    config.share(&["protect", "locks"]);
    config
}

pub fn project() -> Project {
    Project::find(&DiskFiles, Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap()
}

pub fn deployment(program: Program, environment: &str, region: &str, changes: &[(&str, &str)]) -> Deployment {
    let config = configuration(program, environment, region, changes);
    let deployment = Deployment::new(environment, region, program, config).unwrap();
    deployment.with_primary_regions(project().primary_regions())
}

pub fn changed(plan: &Plan) -> Vec<&Operation> {
    plan.operations.iter().filter(|operation| operation.action != OperationKind::Same).collect()
}
