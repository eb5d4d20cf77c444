//! The program of the stack `application`.

use super::scopes::Scopes;
use super::services::{Accounts, SERVICES, Service};
use super::{ApplicationConfig, ApplicationOutputs, documents};
use crate::aks::{Aks, AksOutputs};
use crate::components::workload_identity::{ServiceAccount, WorkloadIdentityOutputs};
use crate::components::{Flux, WorkloadIdentity};
use crate::data::{Data, DataOutputs};
use crate::foundation::{Foundation, FoundationOutputs, Identity};
use crate::helpers::Site;
use crate::messaging::{Messaging, MessagingOutputs};
use crate::observability::{Observability, ObservabilityOutputs};
use atp_azure::resources::ResourceGroup;
use atp_iac::output::all_named;
use atp_iac::program::ProgramError;
use atp_iac::{Context, Output, Result, StackRef, layers, stack};
use std::collections::BTreeMap;

/// What the services work as, what that may do, and Flux.
#[stack(layer = Application)]
pub fn application(
    cx: &mut Context,
    config: ApplicationConfig,
    foundation: StackRef<Foundation>,
    aks: StackRef<Aks>,
    data: StackRef<Data>,
    messaging: StackRef<Messaging>,
    observability: StackRef<Observability>,
) -> Result<ApplicationOutputs> {
    let site = Site::new::<layers::Application>(cx, &config.project, &config.tags)?;
    let group = ResourceGroup::new(site.names.of::<ResourceGroup>("application")?, &site.location);
    let group = cx.add("group", group.tags(&site.tags))?;
    let scopes = Scopes {
        project: &config.project,
        messages: config.messaging,
        foundation: &foundation,
        data: &data,
        messaging: &messaging,
        aks: &aks,
    };

    let mut identities = BTreeMap::new();
    for service in &SERVICES {
        let mut identity = WorkloadIdentity::new(
            site.clone(),
            group.id(),
            &config.subscription_id,
            service.name,
            &aks.oidc_issuer_url,
            accounts(service, &config),
            scopes.grants(service.rights),
        );
        identity.identity = given(&foundation, service.name);
        let identity = cx.add(service.name, identity)?;
        if config.documents {
            let account = documents::account(&data.cosmos);
            let assignments = service
                .rights
                .iter()
                .filter_map(|right| documents::assignment(&account, *right, &identity.principal_id));
            for assignment in assignments {
                cx.add(&format!("{}-documents", service.name), assignment)?;
            }
        }
        identities.insert(service.name, identity);
    }

    let facts = facts(&config, &identities, &foundation, &aks, &data, &messaging, &observability);
    let gitops = identities
        .get("gitops")
        .map(|identity| identity.client_id.clone())
        .ok_or_else(|| ProgramError::Other("the services have no `gitops`, which Flux works as".into()))?;
    let repository = config.gitops.clone();
    let flux = Flux::new(aks.cluster.clone(), repository, gitops, &config.tenant_id, facts.clone());
    cx.add("flux", flux)?;
    Ok(outputs(&config, &identities, facts))
}

type Identities = BTreeMap<&'static str, WorkloadIdentityOutputs>;

/// The identities that the foundation has made. The others are made here.
fn given(foundation: &FoundationOutputs, service: &str) -> Option<Output<Identity>> {
    match service {
        "ingestion" => Some(foundation.ingestion.clone()),
        "query" => Some(foundation.query.clone()),
        "projection" => Some(foundation.projection.clone()),
        "export" => Some(foundation.export.clone()),
        "gitops" => Some(foundation.gitops.clone()),
        _ => None,
    }
}

fn accounts(service: &Service, config: &ApplicationConfig) -> Vec<ServiceAccount> {
    let account = |namespace: &str, name: &str| ServiceAccount {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    };
    match service.accounts {
        Accounts::Own => vec![account(&config.namespace, service.name)],
        Accounts::Of(namespace, names) => names.iter().map(|name| account(namespace, name)).collect(),
    }
}

/// What manifests do not know by themselves.
fn facts(
    config: &ApplicationConfig,
    identities: &Identities,
    foundation: &FoundationOutputs,
    aks: &AksOutputs,
    data: &DataOutputs,
    messaging: &MessagingOutputs,
    observability: &ObservabilityOutputs,
) -> BTreeMap<String, Output<String>> {
    let mut facts = BTreeMap::from(
        [
            ("tenant_id", Output::known(config.tenant_id.clone())),
            ("namespace", Output::known(config.namespace.clone())),
            ("cluster_name", aks.cluster_name.clone()),
            ("registry", aks.registry_login_server.clone()),
            ("key_vault_uri", foundation.key_vault_uri.clone()),
            ("service_bus", messaging.endpoint.clone()),
            ("sql_listener", data.sql_listener.clone()),
            ("hot_blobs", data.hot_blob_endpoint.clone()),
            ("archive_blobs", data.archive_blob_endpoint.clone()),
            ("telemetry_secret", observability.connection_string_secret.clone()),
        ]
        .map(|(name, fact)| (name.to_owned(), fact)),
    );
    let client_ids = identities.iter().filter(|(name, _)| **name != "gitops");
    facts
        .extend(client_ids.map(|(name, identity)| (format!("client_id_{name}"), identity.client_id.clone())));
    facts
}

fn outputs(
    config: &ApplicationConfig,
    identities: &Identities,
    facts: BTreeMap<String, Output<String>>,
) -> ApplicationOutputs {
    let mut subjects = BTreeMap::new();
    for service in &SERVICES {
        let accounts = accounts(service, config);
        for account in &accounts {
            let name = match accounts.len() {
                1 => service.name.to_owned(),
                _ => format!("{}/{}", service.name, account.name),
            };
            subjects.insert(name, account.subject());
        }
    }
    let of = |part: fn(&WorkloadIdentityOutputs) -> &Output<String>, names: &[&str]| {
        let chosen = identities.iter().filter(|(name, _)| names.contains(name));
        all_named(
            chosen.map(|(name, identity)| ((*name).to_owned(), part(identity).clone())).collect::<Vec<_>>(),
        )
    };
    let every: Vec<&str> = SERVICES.iter().map(|service| service.name).collect();
    let users: Vec<&str> =
        SERVICES.iter().filter(|service| service.has_database_user).map(|service| service.name).collect();
    ApplicationOutputs {
        client_ids: of(|identity| &identity.client_id, &every),
        subjects: Output::known(subjects),
        database_users: of(|identity| &identity.name, &users),
        facts: all_named(facts),
    }
}
