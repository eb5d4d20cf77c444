//! How much goes wrong: between the engine and the cloud, in the cloud, and in the store.

use crate::dice::Dice;
use crate::stage::{Stage, lock};
use atp_azure_sim::{Fault, FaultAction, FaultScript, Method, PathPattern};
use std::time::Duration;

/// Nothing goes wrong from now on.
pub(crate) fn good(stage: &Stage) {
    stage.simulator.play(FaultScript::default());
    lock(&stage.weather).write_fails = 0;
}

/// Some things go wrong with some probability, others with others.
pub(crate) fn bad(stage: &Stage, dice: &mut Dice) {
    let seed = Some(dice.next());
    let faults = (0..dice.below(5)).map(|number| fault(number, dice)).collect();
    stage.simulator.play(FaultScript { seed, faults });
    let mut weather = lock(&stage.weather);
    weather.write_fails = *dice.pick(&[0, 0, 0, 10, 40]);
    weather.latency = *dice.pick(&[1, 50, 2000]);
    weather.disk = *dice.pick(&[0, 5, 500]);
}

fn fault(number: u64, dice: &mut Dice) -> Fault {
    let refuse = |status, code: &str, after: Option<u64>| FaultAction::Refuse {
        status,
        code: code.to_owned(),
        headers: after.map(|seconds| ("retry-after".to_owned(), seconds.to_string())).into_iter().collect(),
    };
    let wait = dice.below(30);
    let action = match dice.below(13) {
        0 => FaultAction::throttle(wait + 1),
        1 => refuse(409, "AnotherOperationInProgress", Some(wait)),
        2 => refuse(503, "ServiceUnavailable", Some(wait)),
        3 => FaultAction::Disconnect,
        4 => FaultAction::LoseResponse,
        5 => FaultAction::StaleReads(Duration::from_secs(1 + wait)),
        6 => FaultAction::FailOperation { status: 409, code: "SkuNotAvailable".to_owned() },
        7 => FaultAction::CancelOperation,
        8 => FaultAction::Delay(Duration::from_secs(3 * wait)),
        9 => FaultAction::EmptyPage,
        10 => refuse(400, "InvalidParameter", None),
        11 => refuse(403, "AuthorizationFailed", None),
        _ => refuse(500, "InternalServerError", None),
    };
    let writes = [None, Some(Method::Put), Some(Method::Put), Some(Method::Delete), Some(Method::Get)];
    let paths = ["", "", "", "microsoft.network", "storageaccounts", "vaults", "microsoft.authorization"];
    Fault {
        name: format!("fault {number}"),
        method: *dice.pick(&writes),
        path: PathPattern::Containing((*dice.pick(&paths)).to_owned()),
        after: dice.below(20) as usize,
        times: *dice.pick(&[1, 2, usize::MAX]),
        lasting: dice.one_in(3).then(|| dice.time_up_to(Duration::from_secs(600))),
        probability: *dice.pick(&[0.02, 0.1, 0.5, 1.0]),
        message: None,
        action,
    }
}
