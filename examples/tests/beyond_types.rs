//! A stack that reads what it does not manage, tested with the engine on a cloud in memory that has the answers.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use atp_iac::Value;
use atp_iac::config::ConfigTree;
use atp_iac::engine::{Deployment, Kind, Update, UpdateOptions};
use atp_iac::ports::{ManualClock, SeededRandom};
use atp_iac::program::Program;
use atp_iac::state::MemoryStore;
use atp_iac::testing::{MemoryCloud, carry_out, engine};
use examples::beyond_types::Connector;
use std::sync::Arc;

const GROUP: &str = "Microsoft.Resources/resourceGroups/rg-hello";
const ID: &str = "/subscriptions/s/resourceGroups/rg-hello";

async fn up(cloud: &MemoryCloud) -> std::result::Result<Update, atp_iac::engine::EngineError> {
    let (clock, random) = (Arc::new(ManualClock::default()), Arc::new(SeededRandom::new(1)));
    let engine = engine(Arc::new(MemoryStore::new(clock.clone())))
        .with_provider(Arc::new(cloud.clone()))
        .with_ports(clock, random);
    let program = Program::of::<Connector>();
    let deployment = Deployment::new("dev", "westeurope", program, ConfigTree::default()).unwrap();
    carry_out(&engine, &deployment, Kind::Up, &UpdateOptions::default()).await
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
