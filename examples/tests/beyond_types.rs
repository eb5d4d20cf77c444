//! A stack that reads what it does not manage, tested with the engine on a cloud in memory that has the answers.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use atp_iac::Value;
use atp_iac::apply::{Event, Interrupt};
use atp_iac::config::ConfigTree;
use atp_iac::engine::{Decision, Deployment, Engine, Kind, Update, UpdateOptions};
use atp_iac::plan::Plan;
use atp_iac::ports::{ManualClock, SeededRandom};
use atp_iac::program::Program;
use atp_iac::secrets::LocalKeyFile;
use atp_iac::state::{Holder, MemoryStore};
use atp_iac::testing::MemoryCloud;
use examples::beyond_types::Connector;
use std::sync::Arc;

const GROUP: &str = "Microsoft.Resources/resourceGroups/rg-hello";
const ID: &str = "/subscriptions/s/resourceGroups/rg-hello";

async fn up(cloud: &MemoryCloud) -> std::result::Result<Update, atp_iac::engine::EngineError> {
    let folder = tempfile::tempdir().unwrap();
    let (clock, random) = (Arc::new(ManualClock::default()), Arc::new(SeededRandom::new(1)));
    let keys = LocalKeyFile::new(folder.path().join("secret.key"), random.clone());
    let holder = Holder {
        who: "tester".into(),
        host: "localhost".into(),
        process: 1,
        operation: "up".into(),
        since: atp_iac::ports::Clock::now(clock.as_ref()),
    };
    let engine = Engine::new(Arc::new(MemoryStore::new(clock.clone())), Arc::new(keys), holder)
        .with_provider(Arc::new(cloud.clone()))
        .with_ports(clock, random);
    let program = Program::of::<Connector>();
    let deployment = Deployment::new("dev", "westeurope", program, ConfigTree::default()).unwrap();
    let (mut decide, mut observe) = (|_: &Plan, _: &[_]| Decision::Apply, |_: Event<'_>| {});
    let (options, interrupt) = (UpdateOptions::default(), Interrupt::default());
    engine.update(&deployment, Kind::Up, &options, &mut decide, &mut observe, &interrupt).await
}

fn cloud() -> MemoryCloud {
    let key = Value::from([("value", "hunter2".into())]);
    let keys = Value::from([("keys", Value::List(vec![key]))]);
    MemoryCloud::new("azure")
        .with_answer("Microsoft.Storage/storageAccounts/listKeys/action", keys.into_secret())
        .with_ids(|kind, inputs| {
            let name = inputs.get("name")?.as_str()?;
            Some(match inputs.get("parent") {
                Some(parent) => format!("{}/providers/{kind}/{name}", parent.as_str()?),
                None => format!("{kind}/{name}"),
            })
        })
}

#[tokio::test]
async fn the_connection_has_the_key_of_the_account_and_the_group_stays_as_it_is() {
    let cloud = cloud();
    let group = Value::from([("id", ID.into()), ("name", "rg-hello".into())]);
    cloud.put(GROUP, group.clone());
    let update = up(&cloud).await.unwrap();
    assert!(update.report.as_ref().unwrap().is_complete(), "{:?}", update.report);
    let objects = cloud.objects();
    let connection = &objects[&format!("{ID}/providers/Microsoft.Web/connections/blobs")];
    let values = connection.get("properties").unwrap().get("parameterValues").unwrap();
    assert_eq!(values.get("accessKey"), Some(&Value::from("hunter2").into_secret()));
    assert_eq!(values.get("accountName"), Some(&"stconnector".into()));
    assert_eq!((objects.len(), &objects[GROUP]), (3, &group));
    assert!(!format!("{update:?}").contains("hunter2"));
}

#[tokio::test]
async fn without_the_group_there_is_no_plan() {
    let error = up(&cloud()).await.unwrap_err().to_string();
    assert!(error.contains("`group`") && error.contains("`rg-hello` is not there"), "{error}");
}
