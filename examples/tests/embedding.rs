//! The engine without the command line.

use atp_azure_sim::{Settings, Simulator, SystemClock};
use examples::embedding::{deployment, engine, update};
use std::sync::Arc;

#[tokio::test]
async fn a_program_of_ones_own_decides_what_is_applied() {
    let settings = Settings { retry_after_milliseconds: Some(0), ..Settings::default() };
    let simulator = Simulator::in_memory(atp_azure::descriptors(), settings, Arc::new(SystemClock));
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(&simulator, &folder.path().join("secret.key"));
    let users = |names: &[&str]| deployment(names.iter().map(|name| (*name).to_owned()).collect()).unwrap();

    let mut told = Vec::new();
    let done = update(&engine, &users(&["anna", "bert"]), 0, &mut |line| told.push(line)).await.unwrap();
    assert!(done.report.unwrap().is_complete());
    assert_eq!(done.outputs.keys().collect::<Vec<_>>(), ["anna", "bert"]);
    assert!(told.contains(&"anna-identity is done".to_owned()), "{told:?}");

    let declined = update(&engine, &users(&["anna"]), 0, &mut |_| {}).await.unwrap();
    assert!(declined.report.is_none());
    assert_eq!(simulator.resources().unwrap().len(), 4);

    let allowed = update(&engine, &users(&["anna"]), 2, &mut |_| {}).await.unwrap();
    assert!(allowed.report.unwrap().is_complete());
    assert_eq!(simulator.resources().unwrap().len(), 2);
}
