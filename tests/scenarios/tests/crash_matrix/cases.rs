//! The runs that are cut off.

use super::matrix::Case;
use atp_iac::Value;
use atp_iac::engine::{Kind, UpdateOptions};
use atp_iac::testing::MemoryCloud;
use scenarios::{Item, item};

/// Three in a row, and one by itself.
fn network() -> Vec<Item> {
    vec![
        item("group").with("size", 1i64),
        item("network").with("size", 1i64).link("group", "group"),
        item("subnet").with("size", 1i64).with("zone", 2i64).link("network", "network"),
        item("alone").with("size", 1i64).with("zone", 2i64),
    ]
}

fn with(name: &str, change: impl FnOnce(Item) -> Item) -> Vec<Item> {
    let mut items = network();
    let position = items.iter().position(|item| item.name == name).unwrap();
    items[position] = change(items[position].clone());
    items
}

#[test]
fn creates() {
    let case = Case::up("create", &[], &network(), &["+ alone", "+ group", "+ network", "+ subnet"]);
    assert!(case.at_all_points() > 12);
}

#[test]
fn updates() {
    let mut changed = with("subnet", |item| item.with("size", 2i64));
    changed[3] = changed[3].clone().with("size", 2i64);
    let case = Case::up("update", &network(), &changed, &["~ alone", "~ subnet"]);
    assert!(case.at_all_points() > 6);
}

#[test]
fn replacements_that_make_the_new_one_first() {
    let renamed = with("network", |item| item.named("network-2"));
    let case = Case::up("replace", &network(), &renamed, &["+/- network", "~ subnet"]);
    assert!(case.at_all_points() > 9);
}

#[test]
fn replacements_that_delete_the_old_one_first() {
    let fixed = with("network", |item| item.with("fixed", 1i64));
    let case = Case::up("replace, delete first", &network(), &fixed, &["-/+ network", "~ subnet"]);
    assert!(case.at_all_points() > 9);
}

#[test]
fn deletes() {
    let case = Case::up("delete", &network(), &network()[..1], &["- alone", "- network", "- subnet"]);
    assert!(case.at_all_points() > 9);
    let destroy = Case {
        kind: Kind::Destroy,
        ..Case::up("destroy", &network(), &[], &["- alone", "- group", "- network", "- subnet"])
    };
    assert!(destroy.at_all_points() > 12);
}

#[test]
fn updates_that_read_the_cloud_first() {
    let case = Case {
        meddle: |cloud| {
            cloud.remove("T/subnet");
            cloud.put(
                "T/alone",
                Value::from([
                    ("id", "T/alone".into()),
                    ("name", "alone".into()),
                    ("size", 9i64.into()),
                    ("zone", 2i64.into()),
                ]),
            );
        },
        options: UpdateOptions { refresh: true, ..UpdateOptions::default() },
        ..Case::up("refresh", &network(), &network(), &["+ subnet", "~ alone"])
    };
    assert!(case.at_all_points() > 12);
}

#[test]
fn imports() {
    let meddle = |cloud: &MemoryCloud| {
        let object = |id: &str, name: &str| [("id", id.into()), ("name", name.into()), ("size", 1i64.into())];
        cloud.put("T/there", Value::from(object("T/there", "there")));
        cloud.put("T/alone-2", Value::from(object("T/alone-2", "alone-2")));
    };
    let mut after =
        with("alone", |item| item.named("alone-2").options(|options| options.import("T/alone-2")));
    after.push(item("there").with("size", 2i64).options(|options| options.import("T/there")));
    after.push(item("user").link("of", "there"));
    let case = Case {
        meddle,
        ..Case::up("import", &network(), &after, &["+ user", "- alone", "~ alone", "~ there"])
    };
    assert!(case.at_all_points() > 12);
}

#[test]
fn adoptions() {
    let meddle = |cloud: &MemoryCloud| {
        let object = [("id", "T/there".into()), ("name", "there".into()), ("size", 1i64.into())];
        cloud.put("T/there", Value::from(object));
    };
    let mut after = network();
    after.push(item("there").with("size", 2i64).options(|options| options.adopt_if_exists(true)));
    after.push(item("user").link("of", "there"));
    let case = Case { meddle, ..Case::up("adopt", &network(), &after, &["+ there", "+ user"]) };
    assert!(case.at_all_points() > 9);
}

#[test]
fn everything_at_once() {
    let after = vec![
        item("group").with("size", 2i64),
        item("network").named("network-2").with("size", 1i64).link("group", "group"),
        item("alone").with("size", 1i64).with("zone", 2i64).with("fixed", 1i64),
        item("new").link("network", "network"),
    ];
    let case =
        Case::up("mixed", &network(), &after, &["+ new", "+/- network", "- subnet", "-/+ alone", "~ group"]);
    assert!(case.at_all_points() > 18);
}
