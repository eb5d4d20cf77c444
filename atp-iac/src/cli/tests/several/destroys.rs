//! `destroy --all`, and what stands against it.

use super::house::{house, rooms};
use crate::testing::CallKind;

#[tokio::test]
async fn stacks_are_destroyed_after_those_that_refer_to_them() {
    let bench = house();
    bench.run("up --env dev --all-regions --yes").await;
    let ran = bench.run("destroy --env dev --all-regions --yes --parallel-stacks 1").await;
    assert!(ran.err.contains("total: 8 of 8 stacks would change: 8 to delete\n"), "{}", ran.err);
    assert_eq!((ran.code, rooms(&bench).len()), (0, 0), "{}", ran.err);
    let calls = bench.cloud.calls().into_iter().filter(|call| call.kind == CallKind::Delete);
    let deleted: Vec<String> = calls.map(|call| call.id).collect();
    let position = |part: &str| deleted.iter().position(|id| id.contains(part)).unwrap();
    assert!(position("north-kitchen") < position("north-cellar"));
    assert!(position("south-copy") < position("north-cellar"));
    assert!(position("north-cellar") < position("north-ground"));
    let again = bench.run("destroy --env dev --all-regions").await;
    assert!(again.err.contains("total: nothing to delete\n"), "{}", again.err);
}

#[tokio::test]
async fn what_is_protected_stops_it_before_anything_is_deleted() {
    let mut bench = house();
    bench.files.insert("/shop/config/dev.yaml".into(), "base: {protect: true}\n".into());
    bench.run("up --env dev --all --yes").await;
    let ran = bench.run("destroy --env dev --all --yes").await;
    assert!(ran.err.contains("`ground` is protected and would be deleted"), "{}", ran.err);
    assert!(ran.err.contains("error: a resource stands against this plan\n"), "{}", ran.err);
    assert_eq!((ran.code, rooms(&bench).len()), (3, 4));
}

#[tokio::test]
async fn a_stack_that_others_still_refer_to_stays() {
    let bench = house();
    bench.run("up --env dev --all-regions --yes").await;
    let ran = bench.run("destroy --env dev --stack base --yes").await;
    assert!(
        ran.err.contains(
            "error: deployed stacks refer to it: dev/north/data, dev/north/gate\n  way out: destroy them first"
        ),
        "{}",
        ran.err
    );
    assert_eq!((ran.code, rooms(&bench).len()), (3, 8));
    let ran = bench.run("destroy --env dev --all --yes").await;
    assert!(ran.err.contains("== data\nerror: deployed stacks refer to it: dev/south/data\n"), "{}", ran.err);
    assert!(
        ran.err.ends_with(
            "error: 1 of 4 stacks may not be destroyed: nothing was done\n  way out: it is told above, stack by stack\n"
        ),
        "{}",
        ran.err
    );
    assert_eq!((ran.code, rooms(&bench).len()), (3, 8));
    assert_eq!(bench.run("destroy --env dev --stack gate --yes").await.code, 0);
    assert_eq!(rooms(&bench).len(), 7);
}
