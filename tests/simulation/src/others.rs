//! People who change the cloud while nobody looks.

use crate::dice::Dice;
use crate::kinds::Kind;
use crate::program::{Item, Program};
use crate::stage::Stage;
use atp_azure_sim::{Method, Request};
use serde_json::json;

/// Somebody deletes a resource, or writes another owner on it.
pub(crate) fn meddle(stage: &Stage, program: &Program, dice: &mut Dice) {
    let there: Vec<&Item> = program.present().collect();
    if there.is_empty() {
        return;
    }
    let item = *dice.pick(&there);
    let id = program.id(item);
    let found = stage.simulator.resources().unwrap_or_default();
    let Some((_, mut body)) = found.into_iter().find(|(other, _)| other.eq_ignore_ascii_case(&id)) else {
        return;
    };
    let Some(descriptor) = atp_azure::descriptor(item.kind.type_name()) else { return };
    let target = format!("{id}?api-version={}", descriptor.api_version);
    let request = match item.kind.is_tracked() && item.kind != Kind::Group && dice.one_in(2) {
        true => {
            body["tags"]["owner"] = json!("somebody else");
            Request::new(Method::Put, &target).with_json(&body)
        }
        false => Request::new(Method::Delete, &target),
    };
    let answer = stage.simulator.handle(&request).map(|answer| answer.status);
    stage.note(&format!("others: {} {id} -> {answer:?}", request.method.name()));
}

/// Somebody deletes what nobody knows of any more.
pub(crate) fn clean_up(stage: &Stage, program: &Program, orphans: &[String]) {
    for item in program.items.iter().filter(|item| orphans.contains(&program.id(item).to_ascii_lowercase())) {
        if let Some(descriptor) = atp_azure::descriptor(item.kind.type_name()) {
            let target = format!("{}?api-version={}", program.id(item), descriptor.api_version);
            let answer = stage.simulator.handle(&Request::new(Method::Delete, &target));
            stage.note(&format!("others clean up {} -> {:?}", item.name, answer.map(|answer| answer.status)));
        }
    }
}
