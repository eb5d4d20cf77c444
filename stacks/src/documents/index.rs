//! What documents there are.

use super::Estate;
use super::table::table;

pub(super) fn document(estate: &Estate) -> String {
    let sites = estate.sites().into_iter().map(|site| {
        let stacks: Vec<&str> = estate.stacks(site).map(|planned| planned.program.name).collect();
        let count = estate.resources(site).len();
        vec![site.environment.to_owned(), site.region.to_owned(), count.to_string(), stacks.join(", ")]
    });
    let sites = table(&["environment", "region", "resources", "stacks"], sites);
    let drawings = estate.environments().into_iter();
    let drawings: Vec<String> = drawings.map(|name| format!("[{name}](network-{name}.svg)")).collect();
    format!(
        "{sites}\n\
         - [Resources](inventory.md): how many of each type, by stack\n\
         - [Subnets](subnets.md): ranges, and how many addresses are to be had\n\
         - [Network rules](network-rules.md): who may reach whom\n\
         - [Role assignments](roles.md): who may do what, and where\n\
         - [Private endpoints](private-endpoints.md): where services are reached, and by which names\n\
         - [Alerts](alerts.md): what wakes somebody up, and what to do then\n\
         - [Compliance](compliance.md): what must hold everywhere, and what may be public\n\n\
         Networks, as drawings: {}.\n\n\
         ## Stacks\n\n\
         A stack refers to those that its arrows lead to, and to what they refer to. The second line of a box names stacks of \
         the primary region that a stack of another region refers to.\n\n\
         ![stacks](stacks.svg)\n",
        drawings.join(", ")
    )
}
