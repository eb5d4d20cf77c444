//! Events about what was done to a stack.

use super::{change, time};
use crate::Urn;
use crate::history::{Between, Entry, JudgedApproval, LockBreak, Verification};
use serde_json::{Value as Json, json};

pub(in crate::cli) fn record(entry: &Entry) -> Json {
    let mut event = serde_json::to_value(&entry.record).unwrap_or_default();
    if let Json::Object(fields) = &mut event {
        // What is digested is of use with the key of the stack only.
        for one in fields.get_mut("changed").and_then(Json::as_array_mut).into_iter().flatten() {
            if let Json::Object(one) = one {
                one.entry("from").or_insert(Json::Null);
            }
        }
        for field in ["written_later", "note", "lock_breaks"] {
            fields.entry(field).or_insert(Json::Null);
        }
        fields.insert("event".into(), "record".into());
        fields.insert("checksum".into(), entry.checksum.clone().into());
        let signed_by = entry.signature.as_ref().map(|signature| signature.key.to_string());
        fields.insert("signed_by".into(), signed_by.into());
    }
    event
}

pub(in crate::cli) fn lock_break(entry: &Entry<LockBreak>) -> Json {
    let note = &entry.record;
    json!({
        "event": "lock_break", "number": note.number, "operation": note.operation, "by": note.by, "at": time(note.at),
        "from": note.from, "holder": note.holder.as_ref().map(|form| super::holder(&form.0)), "checksum": entry.checksum, "before": note.before,
        "signed_by": entry.signature.as_ref().map(|signature| signature.key.to_string()),
    })
}

pub(in crate::cli) fn between(between: &Between, (from, to): (u64, u64)) -> Json {
    let resource = |one: &crate::history::Difference| {
        let changes: Vec<Json> =
            one.changes.iter().map(|one| change(one, between.fingerprints.as_ref())).collect();
        let name = Urn::parse(&one.urn).map_or_else(|_| one.urn.clone(), |urn| urn.name().to_owned());
        json!({"urn": one.urn, "name": name, "operation": one.operation.to_string(), "changes": changes})
    };
    let output =
        |(name, how): &(String, crate::history::How)| json!({"name": name, "operation": how.to_string()});
    json!({
        "event": "between", "from": from, "to": to, "in_full": between.in_full,
        "resources": between.resources.iter().map(resource).collect::<Vec<_>>(),
        "outputs": between.outputs.iter().map(output).collect::<Vec<_>>(), "notes": between.notes,
    })
}

pub(in crate::cli) fn verification(found: &Verification) -> Json {
    let bad = found.bad.as_ref().map(|bad| json!({"number": bad.number, "what": bad.what}));
    json!({
        "event": "verification", "good": found.good, "signed": found.signed, "head": found.head, "bad": bad,
        "beside": found.beside,
        "notes": found.notes,
    })
}

pub(in crate::cli) fn key(file: &str, public: &str) -> Json {
    json!({"event": "key", "file": file, "public": public})
}

pub(in crate::cli) fn signing_key(public: &str, is_trusted: bool) -> Json {
    json!({"event": "signing_key", "public": public, "trusted": is_trusted})
}

pub(in crate::cli) fn approval(one: &JudgedApproval, needed: usize) -> Json {
    let JudgedApproval { kept, discounted } = one;
    let approval = &kept.approval;
    json!({
        "event": "approval", "plan": approval.plan, "who": approval.by.who, "host": approval.by.host,
        "at": time(approval.at), "message": approval.message, "counts": discounted.is_none(), "why_not": discounted.map(|why| why.to_string()),
        "needed": needed, "signed_by": kept.signed_by.as_ref().map(ToString::to_string),
    })
}
