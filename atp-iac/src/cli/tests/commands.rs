//! The commands that only look.

use super::support::{Bench, same};

const HEAD: &str = "atp  dev/north/shop  state in memory: nothing of it is kept, for simulator (use --cloud azure for Azure)\n\n";

#[tokio::test]
async fn outputs_are_masked_unless_asked_for() {
    let bench = Bench::new();
    bench.run("up --yes").await;
    let ran = bench.run("outputs").await;
    same(&ran.out, "address = \"https://front\"\npassword = [secret]\n");
    same(&ran.err, HEAD);
    same(
        &bench.run("outputs --show-secrets").await.out,
        "address = \"https://front\"\npassword = \"hunter2\"\n",
    );
    same(&bench.run("outputs address").await.out, "https://front\n");
    same(&bench.run("outputs password --show-secrets").await.out, "hunter2\n");
    let masked = bench.run("outputs password").await;
    assert_eq!((masked.code, masked.out.as_str()), (1, ""));
    assert!(masked.err.contains("add `--show-secrets`"), "{}", masked.err);
    let wrong = bench.run("outputs adress").await;
    assert!(wrong.err.contains("unknown output `adress`; did you mean `address`?"), "{}", wrong.err);
}

#[tokio::test]
async fn what_was_never_deployed_says_so() {
    let bench = Bench::new();
    let ran = bench.run("outputs").await;
    same(&ran.err, &format!("{HEAD}error: dev/north/shop is not deployed\n  way out: run `up` first\n"));
    assert_eq!(ran.code, 1);
    let list = bench.run("state list").await;
    same(&list.err, &format!("{HEAD}this stack was never deployed\n"));
    assert_eq!((list.code, list.out.as_str()), (0, ""));
}

#[tokio::test]
async fn the_state_is_listed_and_shown_without_secrets() {
    let bench = Bench::new();
    bench.run("up --yes --set guests=[ben] --parallel 1").await;
    same(
        &bench.run("state list").await.out,
        "urn:atp:dev:north:shop::Test.Front::front
urn:atp:dev:north:shop::Test.Guest::ben
urn:atp:dev:north:shop::Shop.Vault$Test.Store::vault/store
",
    );
    let expected = "urn: urn:atp:dev:north:shop::Shop.Vault$Test.Store::vault/store
type: Test.Store
provider: memory
id: Test.Store/store
created: 2024-10-04T00:00:00Z
modified: 2024-10-04T00:00:00Z
declared at: src/shop.rs:12
inputs:
  name: \"store\"
  password: [secret]
  size: 1
outputs:
  id: \"Test.Store/store\"
  name: \"store\"
  password: [secret]
  size: 1
";
    same(
        &bench.run("state show urn:atp:dev:north:shop::Shop.Vault$Test.Store::vault/store").await.out,
        expected,
    );
    same(&bench.run("state show vault/store").await.out, expected);
    let ben = bench.run("state show ben").await.out;
    assert!(ben.contains("depends on:\n  urn:atp:dev:north:shop::Test.Front::front\n"), "{ben}");
    let wrong = bench.run("state show frond").await;
    assert!(wrong.err.contains("unknown resource `frond`; did you mean `front`?"), "{}", wrong.err);
    assert_eq!(wrong.code, 1);
}

#[tokio::test]
async fn the_graph_is_for_graphviz() {
    let bench = Bench::new();
    let ran = bench.run("graph --set guests=[ben]").await;
    same(
        &ran.out,
        r#"digraph "dev/north/shop" {
  rankdir="RL";
  node [shape="box", fontname="sans-serif"];
  "urn:atp:dev:north:shop::Test.Front::front" [label="+ front\nTest.Front", tooltip="create"];
  "urn:atp:dev:north:shop::Test.Guest::ben" [label="+ ben\nTest.Guest", tooltip="create"];
  "urn:atp:dev:north:shop::Shop.Vault$Test.Store::vault/store" [label="+ vault/store\nTest.Store", tooltip="create"];
  "urn:atp:dev:north:shop::Test.Guest::ben" -> "urn:atp:dev:north:shop::Test.Front::front";
}
"#,
    );
}

#[tokio::test]
async fn the_configuration_is_shown_with_its_places_and_described() {
    let mut bench = Bench::new();
    bench.files.insert("/shop/config/dev.yaml".into(), "shop:\n  size: 3\n".into());
    let ran = bench.run("config show --set guests=[ben]").await;
    same(
        &ran.out,
        "size = 3  # config/dev.yaml:2
protect = false  # default
place = north  # default
guests[0] = \"ben\"  # --set
password = [secret]  # config/base.yaml:2
",
    );
    same(&ran.err, "atp  dev/north/shop  configuration, for simulator (use --cloud azure for Azure)\n\n");
    same(
        &bench.run("config describe").await.out,
        "size: a whole number, in 1..=9, default 1
    How big the store is.
protect: `true` or `false`, default false
    Whether the store may go.
place: a text, default north
    Where the front is.
guests: a list, each item a text, default []
    Who may look.
password: a text, kept secret, required
    For the store.
",
    );
}

#[tokio::test]
async fn the_state_of_each_cloud_lives_in_the_project_unless_told_otherwise() {
    let mut bench = Bench::new();
    bench.run("state list").await;
    bench.run("-C config state list --work-dir ../mine").await;
    bench.environment.insert("ATP_WORK_DIR".into(), "/given".into());
    bench.run("state list").await;
    bench.run("state list --work-dir here").await;
    bench.run("state list --cloud azure").await;
    let seen = bench.work_dirs.lock().unwrap().clone();
    let expected = [
        "/shop/.atp/simulator",
        "/shop/deep/mine/simulator",
        "/given/simulator",
        "/shop/deep/here/simulator",
        "/given/azure",
    ];
    assert_eq!(seen, expected.map(std::path::PathBuf::from));
}

#[tokio::test]
async fn help_is_data_and_hides_what_is_fixed() {
    let mut bench = Bench::new();
    let ran = bench.run("--help").await;
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(ran.out.contains("Usage: atp [OPTIONS] [COMMAND]") && !ran.out.contains("--environment"));
    bench.fixed = crate::cli::Fixed::default();
    assert!(bench.run("--help").await.out.contains("--environment"));
}

#[tokio::test]
async fn one_binary_can_have_several_stacks() {
    let mut bench = Bench::new();
    bench.fixed = crate::cli::Fixed::default();
    let which = bench.run("preview").await;
    same(&which.err, "error: which stack?\n  way out: say `--stack shop` or `--stack void`\n");
    let ran = bench.run("preview --stack void --region south").await;
    assert!(ran.err.starts_with("atp  dev/south/void  "), "{}", ran.err);
    assert!(ran.err.ends_with("no changes: the program declares nothing, and nothing is there\n"));
}
