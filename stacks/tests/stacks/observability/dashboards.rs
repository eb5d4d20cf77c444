//! What people look at.

use super::*;
use atp_azure::operational_insights::Workspace;
use atp_azure::resources::ResourceGroup;
use atp_azure::service_bus::Namespace;
use atp_iac::program::Setup;
use atp_iac::{Context, Output, ResourceId, StackName};
use stacks::components::Dashboards;
use stacks::components::alerts::{Aggregation, Target};
use stacks::components::dashboards::{Chart, Charted, Page, Question, Tile};
use stacks::helpers::{Names, Site, Tags};
use std::collections::BTreeSet;

#[test]
fn each_environment_has_its_pages_with_titles_that_say_where() {
    for ((environment, region), declared) in SITES.iter().zip(all()) {
        let place = format!("({environment} {region})");
        let dashboard = declared.named("dashboards/dashboard-overview");
        assert!(dashboard.text("tags/hidden-title").unwrap().ends_with(&place));
        for workbook in ["service-levels", "security"] {
            let workbook = declared.named(&format!("dashboards/workbook-{workbook}"));
            assert!(workbook.text("properties/displayName").unwrap().ends_with(&place));
        }
    }
}

#[test]
fn names_of_workbooks_are_guids_that_no_two_share() {
    let mut names = BTreeSet::new();
    for declared in all() {
        for workbook in declared.of_type("Microsoft.Insights/workbooks") {
            let name = workbook.text("name").unwrap().to_owned();
            assert!(uuid::Uuid::parse_str(&name).is_ok(), "{name}");
            assert!(names.insert(name));
        }
    }
    assert_eq!(names.len(), 2 * SITES.len());
}

/// A page with one tile of each kind over resources whose ids are known, as dashboard and as workbook.
fn declared_alone() -> Declared {
    let site = Site {
        names: Names::new("atp", "prod", "westeurope").unwrap(),
        tags: Tags::new(),
        location: "westeurope".to_owned(),
    };
    let bus: ResourceId<Namespace> = id("Microsoft.ServiceBus/namespaces/bus");
    let question = |chart| {
        let query = "Heartbeat | summarize Beats = count() by bin(TimeGenerated, 1h)".to_owned();
        Tile::Question(Question { title: "Beats", query, chart })
    };
    let tiles = vec![
        Tile::Text("# Words".to_owned()),
        Charted::of(
            "Messages",
            Target::ServiceBus,
            &Output::known(bus),
            &[("ActiveMessages", Aggregation::Average), ("DeadletteredMessages", Aggregation::Maximum)],
        ),
        question(Chart::Table),
        question(Chart::Line("Beats")),
    ];
    let page = Page { name: "page", title: "A page", tiles };
    let group = ResourceId::<ResourceGroup>::parse("/subscriptions/s/resourceGroups/g").unwrap();
    let workspace = Output::known(id::<Workspace>("Microsoft.OperationalInsights/workspaces/log"));
    let dashboards = Dashboards::new(site, group, workspace, "prod", vec![page.clone()], vec![page]);
    let mut cx = Context::new(StackName::new("prod", "westeurope", "pages").unwrap(), Setup::default());
    cx.add("dashboards", dashboards).unwrap();
    Declared::of(cx)
}

fn id<T: atp_iac::ResourceType>(rest: &str) -> ResourceId<T> {
    ResourceId::parse(&format!("/subscriptions/s/resourceGroups/g/providers/{rest}")).unwrap()
}

#[test]
fn tiles_of_a_dashboard_name_their_resources_and_do_not_cover_each_other() {
    let declared = declared_alone();
    let parts =
        declared.named("dashboards/dashboard-page").find("properties/lenses/0/parts").unwrap().clone();
    let json = parts.to_json_exposed().unwrap();
    let parts = json.as_array().unwrap();
    let places: BTreeSet<String> =
        parts.iter().map(|part| format!("{},{}", part["position"]["x"], part["position"]["y"])).collect();
    assert_eq!((parts.len(), places.len()), (4, 4));
    let metrics = &parts[1]["metadata"]["inputs"][0]["value"]["chart"]["metrics"];
    assert_eq!(metrics.as_array().unwrap().len(), 2);
    assert_eq!(
        metrics[1]["resourceMetadata"]["id"],
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.ServiceBus/namespaces/bus"
    );
    let inputs = parts[3]["metadata"]["inputs"].as_array().unwrap();
    let input = |name: &str| &inputs.iter().find(|input| input["name"] == name).unwrap()["value"];
    assert_eq!(input("Dimensions")["yAxis"][0]["name"], "Beats");
    assert!(input("Scope")["resourceIds"][0].as_str().unwrap().ends_with("/workspaces/log"));
    assert!(inputs.iter().all(|input| input["name"].is_string()));
}

#[test]
fn a_workbook_is_json_that_asks_the_workspace() {
    let declared = declared_alone();
    let text = declared.named("dashboards/workbook-page").text("properties/serializedData").unwrap();
    let workbook: serde_json::Value = serde_json::from_str(text).unwrap();
    let items = workbook["items"].as_array().unwrap();
    assert_eq!(items.len(), 3, "metrics are for dashboards");
    assert_eq!(items[0]["content"]["json"], "# Words");
    for (item, chart) in items[1..].iter().zip(["table", "timechart"]) {
        assert_eq!(item["content"]["visualization"], chart);
        let asked = item["content"]["crossComponentResources"][0].as_str().unwrap();
        assert!(asked.ends_with("/workspaces/log"), "{asked}");
    }
}

#[test]
fn what_is_charted_comes_from_the_stacks_that_have_it() {
    let prod = prod();
    let parts = prod.named("dashboards/dashboard-overview").find("properties/lenses/0/parts").unwrap();
    let shown = format!("{parts:?}");
    for origin in ["aks/cluster", "messaging/namespace", "data/archive_storage", "foundation/key_vault"] {
        assert!(shown.contains(origin), "{origin}: {shown}");
    }
}
