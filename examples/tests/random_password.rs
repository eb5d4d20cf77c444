//! A stack with resources of two providers, on a cloud in memory, and as a binary on the simulator.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use atp_iac::Value;
use atp_iac::config::ConfigTree;
use atp_iac::engine::{Deployment, Engine, Kind, Update, UpdateOptions};
use atp_iac::ports::{ManualClock, SeededRandom};
use atp_iac::program::Program;
use atp_iac::state::MemoryStore;
use atp_iac::testing::{MemoryCloud, carry_out, engine};
use atp_iac::value::Path;
use atp_local::LocalProvider;
use examples::random_password::Credentials;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;

/// A cloud with the ids of Azure.
fn cloud() -> MemoryCloud {
    MemoryCloud::new("azure").with_ids(|kind, inputs| {
        let name = inputs.get("name")?.as_str()?;
        Some(match inputs.get("parent") {
            Some(parent) => format!("{}/providers/{kind}/{name}", parent.as_str()?),
            None => format!("/subscriptions/s/resourceGroups/{name}"),
        })
    })
}

/// What a property of a resource hides.
fn secret(cloud: &MemoryCloud, id: &str, path: &str) -> String {
    let objects = cloud.objects();
    let object = objects.iter().find(|(other, _)| other.contains(id)).unwrap().1;
    match Path::of_keys(path).find(object) {
        Some(Value::Secret(hidden)) => hidden.as_str().unwrap().to_owned(),
        other => unreachable!("{other:?} is no secret"),
    }
}

async fn up(engine: &Engine) -> Update {
    let program = Program::of::<Credentials>();
    let deployment = Deployment::new("dev", "westeurope", program, ConfigTree::default()).unwrap();
    let update = carry_out(engine, &deployment, Kind::Up, &UpdateOptions::default()).await.unwrap();
    assert!(update.report.as_ref().unwrap().is_complete(), "{:?}", update.report);
    update
}

#[tokio::test]
async fn server_and_vault_have_the_same_password_until_its_month_is_over() {
    let (clock, random) = (Arc::new(ManualClock::default()), Arc::new(SeededRandom::new(1)));
    let cloud = cloud();
    let engine = engine(Arc::new(MemoryStore::new(clock.clone())))
        .with_provider(Arc::new(cloud.clone()))
        .with_provider(Arc::new(LocalProvider::random(clock.clone(), random.clone())))
        .with_provider(Arc::new(LocalProvider::time(clock.clone(), random.clone())))
        .with_ports(clock.clone(), random);
    let passwords = || {
        let (server, vault) = ("properties/administratorLoginPassword", "properties/value");
        [("/Microsoft.Sql/servers/", server), ("/vaults/secrets/", vault)]
            .map(|(id, path)| secret(&cloud, id, path))
    };

    let first = up(&engine).await;
    let [server, vault] = passwords();
    assert_eq!(server, vault);
    assert_eq!(server.len(), 24);
    assert!(!format!("{first:?}").contains(&server));

    clock.advance(Duration::from_secs(29 * 24 * 60 * 60));
    assert!(!up(&engine).await.plan.has_changes());
    clock.advance(Duration::from_secs(24 * 60 * 60));
    up(&engine).await;
    let [rotated, vault] = passwords();
    assert_eq!(rotated, vault);
    assert_ne!(rotated, server);
}

fn run(folder: &std::path::Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_random_password"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).arg("--work-dir").arg(folder).args(arguments);
    command.output().unwrap()
}

#[test]
fn the_binary_deploys_it_to_the_simulator_and_has_nothing_to_do_then() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, code) in [
        (&["up", "--yes"][..], 0),
        (&["preview", "--refresh", "--detailed-exitcode"], 0),
        (&["destroy", "--yes"], 0),
    ] {
        let output = run(folder.path(), arguments);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{out}\n{err}");
    }
}
