//! Command lines whose history a key in a simulated vault signs.

use atp_azure_sim::Method;
use serde_json::{Value, json};
use std::fs;

use crate::vault_commands::World;

const KEY: &str = "/keys/history";

/// `atp.yaml` names the key, and trusts these.
fn trust(world: &World, keys: &[&str]) {
    let keys: Vec<String> = keys.iter().map(|key| format!("\"{key}\"")).collect();
    let text = format!(
        "name: shop\nhistory: {{sign: \"azurekeyvault://keysofprod/history\", trust: [{}]}}\nenvironments:\n  dev: \
         {{regions: [north]}}\n",
        keys.join(", ")
    );
    fs::write(world.folder.path().join("atp.yaml"), text).unwrap();
}

#[tokio::test]
async fn a_key_in_a_vault_signs_what_is_done_and_a_new_version_of_it_once_it_is_trusted() {
    let world = World::new();
    world.ask(Method::Post, &format!("{KEY}/create"), json!({ "kty": "EC", "crv": "P-256" }));
    trust(&world, &[]);
    let shown = world.run("history key").await;
    let former = shown.out.trim().to_owned();
    assert!(shown.code == 0 && former.starts_with("es256:"), "{}{}", shown.out, shown.err);
    assert!(shown.err.contains("it is not trusted"), "{}", shown.err);
    trust(&world, &[&former]);
    assert_eq!(world.run("up --yes").await.code, 0);
    let show = world.run("history show 1").await.out;
    assert!(show.contains(&format!("signed by    {former}")), "{show}");
    world.ask(Method::Post, &format!("{KEY}/rotate"), Value::Null);
    let new = world.run("history key").await.out.trim().to_owned();
    assert_ne!(new, former);
    let refused = world.run("destroy --yes").await;
    assert!(refused.code == 3 && refused.err.contains(&new), "{}", refused.err);
    assert!(refused.err.contains("way out: see that it is yours, with `history key`"), "{}", refused.err);
    trust(&world, &[&former, &new]);
    assert_eq!(world.run("destroy --yes").await.code, 0);
    let verified = world.run("history verify").await;
    assert!(verified.code == 0 && verified.out.starts_with("2 records are good, 2 of them signed"));
    // Nobody needs the vault to verify.
    world.ask(Method::Patch, KEY, json!({ "attributes": { "enabled": false } }));
    assert_eq!(world.run("history verify").await.code, 0);
    let disabled = world.run("up --yes").await;
    assert_eq!(disabled.code, 1, "{}", disabled.err);
    let why = "nothing was done, since it could not be signed: azurekeyvault://keysofprod/history: the key is disabled";
    assert!(disabled.err.contains(why), "{}", disabled.err);
    assert_eq!(world.run("history list").await.out.lines().count(), 2);
    let event = world.run("history key --json").await.out;
    assert!(event.contains("\"event\":\"error\"") && event.contains("disabled"), "{event}");
}
