//! What must hold everywhere, and whether it does.

use super::Estate;
use super::estate::Site;
use super::table::table;
use crate::compliance::{Declaration, Finding, RULES, Stack};
use crate::helpers::exceptions::{Granted, PublicException};
use atp_iac::output::NothingKnown;
use atp_iac::plan::OperationKind;

pub(super) fn document(estate: &Estate) -> String {
    let sites: Vec<(Site<'_>, Vec<(String, Finding)>)> =
        estate.sites().into_iter().map(|site| (site, findings(estate, site))).collect();
    let rows = RULES.iter().map(|rule| {
        let cells = sites.iter().map(|(_, findings)| {
            let broken = findings.iter().filter(|(_, finding)| finding.rule == rule.name).count();
            if broken == 0 { "met".to_owned() } else { format!("broken {broken} times") }
        });
        [rule.name.to_owned(), rule.requirement.to_owned()].into_iter().chain(cells).collect()
    });
    let titles: Vec<String> = sites.iter().map(|(site, _)| site.title()).collect();
    let columns: Vec<&str> =
        ["rule", "what it asks"].into_iter().chain(titles.iter().map(String::as_str)).collect();
    let broken = sites.iter().flat_map(|(site, findings)| {
        findings.iter().map(|(stack, finding)| {
            let Finding { rule, resource, problem } = finding;
            vec![site.title(), stack.clone(), (*rule).to_owned(), resource.clone(), problem.clone()]
        })
    });
    let exceptions = estate.sites().into_iter().flat_map(|site| {
        let granted =
            estate.expectations(site).into_iter().flat_map(|asked| asked.public_exceptions.granted());
        let row = |granted: Granted| {
            let PublicException { reason, reviewed_by, until } = granted.exception();
            vec![
                site.title(),
                granted.name().to_owned(),
                reason.clone(),
                reviewed_by.clone(),
                until.to_string(),
            ]
        };
        granted.map(row).collect::<Vec<_>>()
    });
    format!(
        "Every resource that the stacks declare is held against these rules, in tests and here. What an environment \
         asks for beyond that, such as zones and locks, follows from its configuration.\n\n{}\n\
         ## What is broken\n\n{}\n\
         ## What may be public\n\n{}",
        table(&columns, rows),
        table(&["place", "stack", "rule", "resource", "problem"], broken),
        table(&["place", "exception", "reason", "agreed by", "until"], exceptions)
    )
}

/// What breaks a rule, with its stack.
fn findings(estate: &Estate, site: Site<'_>) -> Vec<(String, Finding)> {
    let Some(expectations) = estate.expectations(site) else { return Vec::new() };
    let mut all = Vec::new();
    for planned in estate.stacks(site) {
        let made = planned.plan.operations.iter().filter(|operation| operation.action != OperationKind::Read);
        let resources: Vec<Declaration> = made
            .filter_map(|operation| {
                let inputs = operation.expression.as_ref()?.resolve(&NothingKnown).ok()?;
                Some(Declaration::new(
                    &operation.kind,
                    operation.urn.name(),
                    inputs,
                    operation.lifecycle.protect,
                ))
            })
            .collect();
        let stack = Stack { resources: &resources, expectations };
        let found = RULES.iter().flat_map(|rule| rule.findings(&stack));
        all.extend(found.map(|finding| (planned.program.name.to_owned(), finding)));
    }
    all
}
