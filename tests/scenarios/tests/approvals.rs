//! A protected stack takes saved plans only, that enough others agreed to: to bring it up, to destroy it, and to go back.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use atp_iac::apply::{Event, Interrupt};
use atp_iac::engine::{
    Decision, Deployment, Engine, EngineError, Kind, Moved, SavedPlan, Update, UpdateOptions,
};
use atp_iac::history::{ApprovalRule, Discounted, FileSigner, HistoryRecord};
use atp_iac::plan::Plan;
use atp_iac::ports::SeededRandom;
use atp_iac::state::Holder;
use atp_iac::testing::{CallKind, MemoryCloud};
use scenarios::{Item, World, item, program, refused, report, stack_name};
use std::sync::Arc;
use std::time::Duration;

/// A stack with two items and two updates behind it, which demands approvals from now on.
struct Protected {
    world: World,
}

async fn protected(rule: ApprovalRule) -> Protected {
    let mut world = World::new(MemoryCloud::new("test"));
    world.up(&[item("a")]).await.unwrap();
    world.up(&[item("a"), item("b")]).await.unwrap();
    world.engine = world.engine.with_approvals(rule);
    Protected { world }
}

fn one() -> ApprovalRule {
    ApprovalRule { needed: 1, valid_for: None }
}

impl Protected {
    /// An engine of somebody else on the same store.
    fn engine_of(&self, who: &str) -> Engine {
        let holder = Holder {
            who: who.into(),
            host: "desk".into(),
            process: 2,
            operation: String::new(),
            since: time::OffsetDateTime::UNIX_EPOCH,
        };
        let World { store, clock, .. } = &self.world;
        Engine::new(store.clone(), Arc::new(self.world.keys()), holder)
            .with_ports(clock.clone(), Arc::new(SeededRandom::new(3)))
    }

    async fn save(&self, what: &Deployment, kind: Kind, options: UpdateOptions) -> Vec<u8> {
        self.world.engine.save_plan(what, kind, &options).await.unwrap().1
    }

    async fn open(&self, saved: &[u8]) -> SavedPlan {
        self.world.engine.open_plan("the.plan", saved).await.unwrap()
    }

    async fn approve(&self, who: &str, saved: &[u8]) -> bool {
        self.engine_of(who).approve_plan(&self.open(saved).await, None).await.unwrap()
    }

    async fn carry_out(&self, what: &Deployment, saved: &[u8]) -> Result<Update, EngineError> {
        self.world.carry_out(what, saved).await
    }

    /// An update from before approvals were demanded.
    async fn up(&self, items: &[Item]) {
        let engine = self.world.engine.clone().with_approvals(ApprovalRule::default());
        let mut decide = |_: &Plan, _: &[_]| Decision::Apply;
        let mut observe = |_: Event<'_>| {};
        let (what, options) = (program(items), UpdateOptions::default());
        let interrupt = Interrupt::default();
        engine.update(&what, Kind::Up, &options, &mut decide, &mut observe, &interrupt).await.unwrap();
    }

    async fn back_to(&self, number: u64) -> Deployment {
        self.world.engine.rollback(&stack_name(), number).await.unwrap()
    }

    async fn last(&self) -> HistoryRecord {
        let history = self.world.engine.history(&stack_name(), None).await.unwrap();
        history.into_iter().last().unwrap().1.unwrap().record
    }
}

fn discounted(error: &EngineError) -> Vec<(&str, Discounted)> {
    assert!(error.is_refused(), "{error}");
    let EngineError::NotApproved { discounted, .. } = error else { unreachable!("{error}") };
    discounted.iter().map(|(who, why)| (who.as_str(), *why)).collect()
}

#[tokio::test]
async fn without_a_plan_nothing_is_done_and_the_error_knows_what_was_to_be_done() {
    let Protected { world } = &protected(one()).await;
    let what = |result: Result<Update, EngineError>| match result.unwrap_err() {
        EngineError::NeedsApproval { needed: 1, operation, to, .. } => (operation, to),
        other => unreachable!("{other}"),
    };
    assert_eq!(what(world.up(&[]).await), ("up", None));
    assert_eq!(what(world.destroy().await), ("destroy", None));
    let back = world.engine.rollback(&stack_name(), 1).await.unwrap();
    assert_eq!(what(world.run(&back, Kind::Up, UpdateOptions::default()).await), ("rollback", Some(1)));
    assert_eq!(world.ids(), ["T/a", "T/b"]);
}

#[tokio::test]
async fn a_plan_of_the_program_is_carried_out_when_enough_others_agreed_once_each() {
    let stack = protected(ApprovalRule { needed: 2, valid_for: None }).await;
    let items = [item("a"), item("c")];
    let saved = stack.save(&program(&items), Kind::Up, UpdateOptions::default()).await;
    let own = stack.world.engine.approve_plan(&stack.open(&saved).await, None).await.unwrap_err();
    assert!(matches!(own, EngineError::OwnPlan { .. }) && own.is_refused());
    let message = Some("looks right".to_owned());
    assert!(stack.engine_of("ben").approve_plan(&stack.open(&saved).await, message).await.unwrap());
    assert!(!stack.approve("ben", &saved).await, "nobody agrees twice");
    let error = stack.carry_out(&program(&items), &saved).await.unwrap_err();
    assert!(error.is_refused() && error.to_string().contains("approved by ben"), "{error}");
    assert!(stack.approve("cleo", &saved).await);
    stack.carry_out(&program(&items), &saved).await.unwrap();
    let record = stack.last().await;
    let who: Vec<_> = record.approvals.iter().map(|one| (one.who.as_str(), one.message.as_deref())).collect();
    assert_eq!(who, [("ben", Some("looks right")), ("cleo", None)]);
    let other = stack.save(&program(&[]), Kind::Up, UpdateOptions::default()).await;
    let error = stack.carry_out(&program(&[]), &other).await.unwrap_err();
    assert!(matches!(error, EngineError::NotApproved { ref given, .. } if given.is_empty()), "{error}");
}

#[tokio::test]
async fn an_approved_plan_to_destroy_destroys_and_one_without_approval_does_not() {
    let stack = protected(one()).await;
    let saved = stack.save(&program(&[]), Kind::Destroy, UpdateOptions::default()).await;
    assert_eq!(stack.open(&saved).await.operation(), "destroy");
    assert!(discounted(&stack.carry_out(&program(&[]), &saved).await.unwrap_err()).is_empty());
    assert!(stack.approve("ben", &saved).await);
    assert!(report(&stack.carry_out(&program(&[]), &saved).await.unwrap()).is_complete());
    assert!(stack.world.ids().is_empty());
    let record = stack.last().await;
    assert_eq!((record.operation.as_str(), record.approvals[0].who.as_str()), ("destroy", "ben"));
    let again = stack.carry_out(&program(&[]), &saved).await.unwrap_err();
    assert!(matches!(&again, EngineError::Moved(moved) if moved[..] == [Moved::Done]), "{again}");
}

#[tokio::test]
async fn an_approved_plan_to_go_back_goes_back_and_is_no_plan_of_the_program() {
    let stack = protected(one()).await;
    let saved = stack.save(&stack.back_to(1).await, Kind::Up, UpdateOptions::default()).await;
    let plan = stack.open(&saved).await;
    assert_eq!((plan.operation(), plan.to), ("rollback", Some(1)));
    stack.approve("ben", &saved).await;
    let error = stack.carry_out(&program(&[item("a")]), &saved).await.unwrap_err();
    assert!(error.is_refused() && error.to_string().contains("a plan to `rollback --to 1`"), "{error}");
    let error = stack.carry_out(&stack.back_to(2).await, &saved).await.unwrap_err();
    assert!(matches!(error, EngineError::Moved(_)), "{error}");
    assert_eq!(stack.world.ids().len(), 2);
    assert!(report(&stack.carry_out(&stack.back_to(1).await, &saved).await.unwrap()).is_complete());
    assert_eq!(stack.world.ids(), ["T/a"]);
    let record = stack.last().await;
    assert_eq!((record.operation.as_str(), record.to), ("rollback", Some(1)));
    assert_eq!(record.approvals[0].who, "ben");
}

#[tokio::test]
async fn what_an_approved_way_back_left_half_done_is_done_by_the_same_plan() {
    let stack = protected(one()).await;
    let world = &stack.world;
    stack.up(&[item("b"), item("c")]).await;
    let saved = stack.save(&stack.back_to(1).await, Kind::Up, UpdateOptions::default()).await;
    stack.approve("ben", &saved).await;
    world.cloud.fail_next(CallKind::Delete, "T/b", refused());
    let first = stack.carry_out(&stack.back_to(1).await, &saved).await.unwrap();
    assert!(!report(&first).is_complete());
    let second = stack.carry_out(&stack.back_to(1).await, &saved).await.unwrap();
    assert!(report(&second).is_complete(), "{:?}", report(&second).failures);
    assert_eq!(world.ids(), ["T/a"]);
    assert_eq!(stack.last().await.approvals.len(), 1);
}

#[tokio::test]
async fn an_approval_is_of_one_file_as_it_is_and_of_no_other_that_does_the_same() {
    let stack = protected(one()).await;
    let what = program(&[item("a")]);
    let shown = stack.save(&what, Kind::Up, UpdateOptions::default()).await;
    let careless = UpdateOptions { ignore_protect: true, ..UpdateOptions::default() };
    let other = stack.save(&what, Kind::Up, careless).await;
    let digest = async |saved: &[u8]| stack.open(saved).await.saved().unwrap().digest.clone();
    assert_eq!(digest(&shown).await, digest(&other).await, "both do the same");
    stack.approve("ben", &shown).await;
    let error = stack.carry_out(&what, &other).await.unwrap_err();
    assert_eq!(discounted(&error), [("ben", Discounted::OtherFile)]);
    assert_eq!(stack.world.ids().len(), 2);
    // A flipped bit is found before anything else.
    let mut damaged = shown.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    assert!(stack.world.engine.open_plan("the.plan", &damaged).await.is_err());
    stack.carry_out(&what, &shown).await.unwrap();
}

#[tokio::test]
async fn an_approval_expires_and_can_be_given_again() {
    let hour = Duration::from_secs(3600);
    let stack = protected(ApprovalRule { needed: 1, valid_for: Some(hour) }).await;
    let what = program(&[item("a")]);
    let saved = stack.save(&what, Kind::Up, UpdateOptions::default()).await;
    let rule = ApprovalRule { needed: 1, valid_for: Some(hour) };
    let ben = stack.engine_of("ben").with_approvals(rule);
    let plan = stack.open(&saved).await;
    assert!(ben.approve_plan(&plan, None).await.unwrap());
    stack.world.clock.advance(hour + Duration::from_secs(1));
    let error = stack.carry_out(&what, &saved).await.unwrap_err();
    assert_eq!(discounted(&error), [("ben", Discounted::Expired)]);
    assert!(ben.approve_plan(&plan, None).await.unwrap(), "the former one does not count any more");
    assert!(!ben.approve_plan(&plan, None).await.unwrap());
    stack.carry_out(&what, &saved).await.unwrap();
}

#[tokio::test]
async fn where_keys_are_trusted_the_plan_and_each_approval_are_signed_by_different_ones() {
    let mut stack = protected(one()).await;
    let (own, ben) = (Arc::new(FileSigner::new(&[1; 32])), Arc::new(FileSigner::new(&[2; 32])));
    let trust = [own.key(), ben.key()];
    let what = program(&[item("a")]);
    let nobodys = stack.save(&what, Kind::Up, UpdateOptions::default()).await;
    stack.world.engine = stack.world.engine.with_signer(own.clone()).with_trust(trust.clone());
    let saved = stack.save(&what, Kind::Up, UpdateOptions::default()).await;
    let plan = stack.open(&saved).await;
    assert_eq!(plan.origin.signed_by, Some(own.key()));
    let unsigned = stack.engine_of("ben").with_trust(trust.clone());
    let error = unsigned.approve_plan(&plan, None).await.unwrap_err();
    assert!(matches!(error, EngineError::UnsignedApproval) && error.is_refused(), "{error}");
    let error = unsigned.approve_plan(&stack.open(&nobodys).await, None).await.unwrap_err();
    assert!(matches!(error, EngineError::UnsignedPlan) && error.is_refused(), "{error}");
    let stranger = unsigned.clone().with_signer(Arc::new(FileSigner::new(&[3; 32])));
    assert!(matches!(stranger.approve_plan(&plan, None).await, Err(EngineError::UntrustedSigner { .. })));
    // Whoever made the plan does not become somebody else by another name.
    let renamed = unsigned.clone().with_signer(own);
    assert!(matches!(renamed.approve_plan(&plan, None).await, Err(EngineError::OwnPlan { .. })));
    // Somebody who does not know of the keys gives one that does not count.
    stack.approve("ben", &saved).await;
    let error = stack.carry_out(&what, &saved).await.unwrap_err();
    assert_eq!(discounted(&error), [("ben", Discounted::Unsigned)]);
    stack.world.clock.advance(Duration::from_secs(1));
    assert!(unsigned.with_signer(ben).approve_plan(&plan, None).await.unwrap());
    stack.carry_out(&what, &saved).await.unwrap();
}

#[tokio::test]
async fn a_plan_that_was_agreed_to_is_refused_when_the_state_moved_since() {
    let stack = protected(one()).await;
    let saved = stack.save(&stack.back_to(1).await, Kind::Up, UpdateOptions::default()).await;
    stack.approve("ben", &saved).await;
    stack.up(&[item("a"), item("b"), item("c")]).await;
    let error = stack.carry_out(&stack.back_to(1).await, &saved).await.unwrap_err();
    assert!(
        matches!(&error, EngineError::Moved(moved) if matches!(moved[0], Moved::State { .. })),
        "{error}"
    );
    assert_eq!(stack.world.ids().len(), 3);
}
