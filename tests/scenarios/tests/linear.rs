//! Twice the resources take twice the work, for every form of program: counted in what is allocated, since that is the
//! same on every machine.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use allocation_counter::{AllocationInfo, measure};
use scenarios::{Item, World, item};

const FEWER: usize = 300;

/// Some more than two: containers grow by doubling, and the position of a resource gets longer.
const AT_MOST: f64 = 2.1;

fn numbered(form: impl Fn(usize, Item) -> Item) -> impl Fn(usize) -> Vec<Item> {
    move |count| (0..count).map(|number| form(number, item(&format!("n{number:05}")))).collect()
}

fn wide() -> impl Fn(usize) -> Vec<Item> {
    numbered(|number, item| item.with("size", number as u64))
}

fn chain() -> impl Fn(usize) -> Vec<Item> {
    numbered(|number, item| match number.checked_sub(1) {
        Some(before) => item.link("before", &format!("n{before:05}")),
        None => item,
    })
}

fn star() -> impl Fn(usize) -> Vec<Item> {
    numbered(|number, item| if number == 0 { item } else { item.link("centre", "n00000") })
}

fn funnel() -> impl Fn(usize) -> Vec<Item> {
    |count| {
        let mut items = wide()(count);
        items.push((0..count).fold(item("last"), |last, number| last.after(&format!("n{number:05}"))));
        items
    }
}

fn renamed(items: &[Item]) -> Vec<Item> {
    let (first, others) = items.split_first().unwrap();
    [first.clone().named("other")].into_iter().chain(others.iter().cloned()).collect()
}

/// What is allocated by creating everything, planning without changes, replacing the first and deleting everything.
fn work(items: &[Item]) -> [(&'static str, AllocationInfo); 4] {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (world, changed) = (World::default(), renamed(items));
    let complete = |update: atp_iac::engine::Update| assert!(update.report.unwrap().is_complete());
    let create = measure(|| complete(runtime.block_on(world.up(items)).unwrap()));
    let plan = measure(|| assert!(!runtime.block_on(world.preview(items)).unwrap().has_changes()));
    let replace = measure(|| complete(runtime.block_on(world.up(&changed)).unwrap()));
    let delete = measure(|| complete(runtime.block_on(world.destroy()).unwrap()));
    [("create", create), ("plan", plan), ("replace", replace), ("delete", delete)]
}

fn is_linear(form: impl Fn(usize) -> Vec<Item>) {
    let (fewer, more) = (work(&form(FEWER)), work(&form(2 * FEWER)));
    for ((what, fewer), (_, more)) in fewer.into_iter().zip(more) {
        let times = more.count_total as f64 / fewer.count_total as f64;
        assert!(times < AT_MOST, "{what}: {times:.2} times as many allocations");
        let times = more.bytes_total as f64 / fewer.bytes_total as f64;
        assert!(times < AT_MOST, "{what}: {times:.2} times as many bytes");
    }
}

#[test]
fn resources_that_are_made_in_a_loop() {
    is_linear(wide());
}

#[test]
fn resources_that_each_refer_to_the_one_before() {
    is_linear(chain());
}

#[test]
fn resources_that_all_refer_to_one() {
    is_linear(star());
}

#[test]
fn one_resource_that_waits_for_all_others() {
    is_linear(funnel());
}
