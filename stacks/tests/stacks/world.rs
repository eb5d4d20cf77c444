//! Stacks of one environment and region, deployed to the simulator through the engine, the lower ones first.

use super::declared::{changed, project};
use atp_azure_sim::{Method, Request, Settings, Simulator};
use atp_iac::engine::{Deployment, Engine, Kind, Planned, Update, UpdateOptions};
use atp_iac::plan::{Operation, OperationKind, Plan};
use atp_iac::program::{Program, StackOutputs};
use atp_iac::testing::carry_out;
use atp_iac::{ConfigTree, Value};
use serde_json::Value as Json;
use stacks::{FOUNDATION, FoundationConfig};
use std::sync::Arc;

pub struct World {
    pub simulator: Simulator,
    pub engine: Arc<Engine>,
    environment: &'static str,
    region: &'static str,
}

impl World {
    pub fn new(environment: &'static str, region: &'static str) -> Self {
        World::with(environment, region, Settings::default())
    }

    pub fn with(environment: &'static str, region: &'static str, settings: Settings) -> Self {
        let simulator = support::simulator(Settings { check_references: true, ..settings });
        let foundation: FoundationConfig = changed(&FOUNDATION, environment, region, &[]).read().unwrap();
        let engine = support::engine(&simulator, &foundation.subscription_id);
        World { simulator, engine: Arc::new(engine), environment, region }
    }

    /// The same cloud and states, seen from another region.
    pub fn in_region(&self, region: &'static str) -> Self {
        let World { simulator, engine, environment, .. } = self;
        World { simulator: simulator.clone(), engine: engine.clone(), environment, region }
    }

    /// A stack with the committed configuration and these changes of it. A program that reads none has none.
    pub fn stack(&self, program: &Program, changes: &[(&str, &str)]) -> Deployment {
        let config = match (program.config_fields)().is_empty() {
            true => ConfigTree::default(),
            false => changed(program, self.environment, self.region, changes),
        };
        let deployment = Deployment::new(self.environment, self.region, *program, config).unwrap();
        deployment.with_primary_regions(project().primary_regions())
    }

    pub async fn up(&self, program: &Program, changes: &[(&str, &str)]) -> Update {
        self.run(&self.stack(program, changes), Kind::Up).await
    }

    pub async fn destroy(&self, program: &Program) {
        self.run(&self.stack(program, &[]), Kind::Destroy).await;
    }

    pub async fn plan(&self, program: &Program, changes: &[(&str, &str)], refresh: bool) -> Plan {
        let options = UpdateOptions { refresh, ..UpdateOptions::default() };
        self.engine.preview(&self.stack(program, changes), Kind::Up, &options).await.unwrap().plan
    }

    /// What a plan would be, had another stack these outputs.
    pub async fn plan_after(
        &self,
        program: &Program,
        other: &Program,
        outputs: StackOutputs,
    ) -> Result<Plan, String> {
        let other = self.stack(other, &[]).name().clone();
        let planned = Planned::from([(other, outputs)]);
        let deployment = self.stack(program, &[]);
        let options = UpdateOptions::default();
        let preview = self.engine.preview_after(&deployment, Kind::Up, &options, &planned).await;
        preview.map(|preview| preview.plan).map_err(|error| error.to_string())
    }

    /// Plans without and with reading the cloud first: both are empty.
    pub async fn assert_settled(&self, program: &Program, changes: &[(&str, &str)]) {
        for refresh in [false, true] {
            let plan = self.plan(program, changes, refresh).await;
            assert!(!plan.has_changes(), "{} refresh {refresh}: {:#?}", program.name, changed_of(&plan));
        }
    }

    /// Somebody else changes the resource whose id ends so, past the engine.
    pub fn tamper(&self, end: &str, change: impl FnOnce(&mut Json)) {
        let resources = self.simulator.resources().unwrap();
        let (id, _) = resources.iter().find(|(id, _)| id.ends_with(end)).unwrap();
        let kind = type_of(id);
        let target = format!("{id}?api-version={}", atp_azure::descriptor(&kind).unwrap().api_version);
        let read = self.simulator.handle(&Request::new(Method::Get, &target)).unwrap();
        let mut body: Json = serde_json::from_slice(&read.body).unwrap();
        change(&mut body);
        let mut put = Request::new(Method::Put, &target);
        put.body = serde_json::to_vec(&body).unwrap();
        let answer = self.simulator.handle(&put).unwrap();
        assert!(answer.status < 300, "{}", String::from_utf8_lossy(&answer.body));
    }

    /// What others may use of a stack.
    pub async fn output(&self, program: &Program, name: &str) -> Value {
        let deployment = self.stack(program, &[]);
        let outputs = self.engine.outputs(deployment.name()).await.unwrap().unwrap();
        outputs.values[name].clone()
    }

    async fn run(&self, deployment: &Deployment, kind: Kind) -> Update {
        let update = carry_out(&self.engine, deployment, kind, &UpdateOptions::default()).await.unwrap();
        let report = update.report.as_ref().unwrap();
        assert!(report.is_complete(), "{:#?}", report.failures);
        update
    }
}

/// The type in an id: `Microsoft.ContainerService/managedClusters/agentPools`.
fn type_of(id: &str) -> String {
    let last = id.rsplit_once("/providers/").unwrap().1;
    let mut parts = last.split('/');
    let namespace = parts.next().unwrap();
    let types: Vec<&str> = parts.step_by(2).collect();
    format!("{namespace}/{}", types.join("/"))
}

/// What a plan would change.
pub fn changed_of(plan: &Plan) -> Vec<&Operation> {
    plan.operations.iter().filter(|operation| operation.action != OperationKind::Same).collect()
}
