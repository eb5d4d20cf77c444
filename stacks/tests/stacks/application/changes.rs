//! What a change of the configuration changes, and what is refused.

use super::*;
use atp_iac::Value;
use stacks::{DATA, DataConfig};

fn refused(changes: &[(&str, &str)]) -> String {
    let config = changed(&APPLICATION, "prod", "westeurope", changes);
    let result = try_declare(&APPLICATION, "prod", "westeurope", config);
    result.err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn with_documents_the_services_that_use_them_get_roles_of_the_database() {
    let kind = "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments";
    for ((environment, region), declared) in SITES.iter().zip(all()) {
        let names: Vec<&str> = declared.of_type(kind).into_iter().map(Resource::name).collect();
        let data: DataConfig = config(&DATA, environment, region).read().unwrap();
        let expected: &[&str] = match data.cosmos {
            Some(_) => &["query-documents", "projection-documents"],
            None => &[],
        };
        assert_eq!(names, expected, "{environment}/{region}");
    }
}

#[test]
fn another_namespace_is_another_subject() {
    let config = changed(&APPLICATION, "prod", "westeurope", &[("namespace", "audit")]);
    let declared = try_declare(&APPLICATION, "prod", "westeurope", config).unwrap();
    let credential = declared.named("ingestion/trusts-audit-ingestion");
    assert_eq!(credential.text("properties/subject"), Some("system:serviceaccount:audit:ingestion"));
}

#[test]
fn what_a_private_repository_is_read_with_is_secret_wherever_it_goes() {
    let changes = [("gitops.user", "reader"), ("gitops.token", "hunter2")];
    let config = changed(&APPLICATION, "prod", "westeurope", &changes);
    let declared = try_declare(&APPLICATION, "prod", "westeurope", config).unwrap();
    let settings =
        declared.named("flux/repository").find("properties/configurationProtectedSettings").unwrap();
    assert!(matches!(settings, Value::Secret(_)), "{settings:?}");
    assert_eq!(settings.exposed().get("httpsKey"), Some(&"aHVudGVyMg==".into()));
    assert!(!format!("{:?}", declared.named("flux/repository").find("").unwrap()).contains("aHVudGVyMg"));
}

#[test]
fn a_repository_that_could_be_forged_or_cannot_be_read_is_refused() {
    for (changes, expected) in [
        (vec![("gitops.url", "http://git.example.com/a.git")], "is neither `https://..` nor `ssh://..`"),
        (vec![("gitops.url", "https://me:secret@git.example.com/a.git")], "`url` has a password in it"),
        (vec![("gitops.url", "ssh://git@git.example.com/a.git")], "`known_hosts` is missing"),
        (vec![("gitops.private_key", "key")], "`private_key` for `ssh://..`"),
        (vec![("gitops.token", "token")], "`user` and `token` go together"),
        (vec![("gitops.kustomizations.base", "")], "`services` depends on `base`, which is not there"),
    ] {
        let error = refused(&changes);
        assert!(error.contains(expected), "{changes:?}: {error}");
        assert!(!error.contains("secret@"), "{error}");
    }
}
