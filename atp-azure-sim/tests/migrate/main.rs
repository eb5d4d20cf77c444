//! What Pulumi and Terraform manage is taken over, and nothing is written to the cloud.
//!
//! `written.rs` is the program that is written for what Terraform has. A test compares it with what would be written now;
//! with `ATP_WRITE=1` it writes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod world;
#[rustfmt::skip]
mod written;

use atp_iac::engine::{DiscoverOptions, UpdateOptions};
use atp_iac::migrate::{ForeignFile, Migration, Verdict};
use atp_iac::output::Expression;
use atp_iac::{Context, Result};
use std::collections::BTreeMap;
use world::{CANARY, Run, World, deployment, program, pulumi, terraform};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/migrate/written.rs");

fn written_program(cx: &mut Context) -> Result<BTreeMap<String, Expression>> {
    written::declare(cx)?;
    Ok(BTreeMap::new())
}

/// Of each resource of the file what becomes of it, in a word.
fn verdicts(migration: &Migration) -> BTreeMap<&str, &'static str> {
    let word = |verdict: &Verdict| match verdict {
        Verdict::Adopted { .. } => "adopted",
        Verdict::Declared { .. } => "declared",
        Verdict::Managed { .. } => "managed",
        Verdict::Part { .. } => "part",
        Verdict::NotDeclared { .. } => "not declared",
        Verdict::Left { .. } => "left",
        Verdict::Unread { .. } => "unread",
    };
    migration.lines.iter().map(|line| (line.address.as_str(), word(&line.verdict))).collect()
}

async fn taken_over(world: &World, run: Run, file: &ForeignFile) -> Migration {
    let migration = world.engine.migration(&deployment(run), &UpdateOptions::default(), file).await.unwrap();
    let options =
        UpdateOptions { import: migration.requests(), only_import: true, ..UpdateOptions::default() };
    assert!(world.up(run, options).await.report.unwrap().is_complete());
    migration
}

#[tokio::test]
async fn a_program_takes_over_what_terraform_has_and_its_plan_is_empty() {
    let world = World::deployed().await;
    let migration = taken_over(&world, program, &terraform()).await;
    let of = verdicts(&migration);
    assert_eq!(migration.count(|one| matches!(one, Verdict::Adopted { .. })), 13, "{migration:#?}");
    for (address, verdict) in [
        ("azurerm_subnet.this[\"app\"]", "adopted"),
        ("azurerm_storage_container.logs", "adopted"),
        ("azurerm_role_assignment.reader", "adopted"),
        ("azurerm_kubernetes_cluster_node_pool.system", "part"),
        ("azurerm_subnet_network_security_group_association.app", "left"),
        ("azurerm_key_vault_access_policy.ops", "left"),
        ("azurerm_storage_blob.readme", "left"),
        ("azuread_application.shop", "left"),
        ("random_password.sql", "left"),
    ] {
        assert_eq!(of.get(address), Some(&verdict), "{address}");
    }
    assert!(migration.not_in_file.is_empty() && migration.ambiguous.is_empty());
    assert_eq!(world.changes(program).await, Vec::<String>::new());
    assert_eq!(world.writes(), 0);
    assert!(!format!("{migration:?}").contains(CANARY));
    let again = taken_over(&world, program, &terraform()).await;
    assert_eq!(again.count(|one| matches!(one, Verdict::Managed { .. })), 13);
}

#[tokio::test]
async fn a_program_takes_over_what_pulumi_has_and_its_plan_is_empty() {
    let world = World::deployed().await;
    let migration = taken_over(&world, program, &pulumi()).await;
    assert_eq!(migration.count(|one| matches!(one, Verdict::Adopted { .. })), 13, "{migration:#?}");
    assert_eq!(migration.count(|one| matches!(one, Verdict::Left { .. })), 1);
    assert_eq!(world.changes(program).await, Vec::<String>::new());
    assert_eq!(world.writes(), 0);
}

#[tokio::test]
async fn the_program_that_is_written_is_the_one_that_is_compiled_here() {
    let world = World::deployed().await;
    let file = terraform();
    let (migration, discovered) =
        world.engine.written_migration("azure", &file, DiscoverOptions::default()).await.unwrap();
    assert_eq!(world.writes(), 0);
    let code = discovered.unwrap().code;
    assert!(!code.contains(CANARY) && !format!("{migration:?}").contains(CANARY));
    assert_eq!(migration.count(|one| matches!(one, Verdict::Declared { .. })), 13, "{migration:#?}");
    assert_eq!(verdicts(&migration)["azurerm_kubernetes_cluster_node_pool.system"], "part");
    if std::env::var_os("ATP_WRITE").is_some() {
        std::fs::write(GOLDEN, &code).unwrap();
    }
    let golden = std::fs::read_to_string(GOLDEN).unwrap();
    assert!(golden == code, "{GOLDEN} is another: ATP_WRITE=1 cargo test -p atp-azure-sim --test migrate");
}

#[tokio::test]
async fn the_written_program_takes_everything_over_and_then_its_plan_is_empty() {
    let world = World::deployed().await;
    let update = world.up(written_program, UpdateOptions::default()).await;
    assert!(update.report.unwrap().is_complete());
    assert_eq!(update.plan.preparation.told.len(), 13);
    assert_eq!(world.changes(written_program).await, Vec::<String>::new());
    assert_eq!(world.writes(), 0);
}

#[tokio::test]
async fn the_file_fits_the_written_program_too() {
    let world = World::deployed().await;
    let migration = taken_over(&world, written_program, &pulumi()).await;
    assert_eq!(migration.count(|one| matches!(one, Verdict::Adopted { .. })), 13, "{migration:#?}");
    assert_eq!(world.changes(written_program).await, Vec::<String>::new());
    assert_eq!(world.writes(), 0);
}
