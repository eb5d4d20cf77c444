use super::super::ArmError;
use super::super::client::{ArmClient, ArmClientOptions};
use super::super::script::{Script, VirtualTime};
use super::*;
use azure_core::http::Method;
use serde_json::{Value as Json, json};
use std::ffi::OsStr;
use std::process::Output;
use std::sync::Mutex;

const TENANT: &str = "11111111-1111-1111-1111-111111111111";
const CLIENT: &str = "22222222-2222-2222-2222-222222222222";

#[derive(Debug)]
struct Broken(&'static str);

#[async_trait]
impl TokenCredential for Broken {
    async fn get_token(
        &self,
        _: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        Err(Error::with_message(ErrorKind::Credential, self.0))
    }
}

/// Answers every command alike, and keeps what was run.
#[derive(Debug, Default)]
struct Tools {
    /// What a tool prints; without it, the tool is not installed.
    prints: Option<String>,
    ran: Mutex<Vec<String>>,
}

#[async_trait]
impl azure_identity::Executor for Tools {
    async fn run(&self, program: &OsStr, args: &[&OsStr]) -> std::io::Result<Output> {
        let words: Vec<_> =
            std::iter::once(&program).chain(args).map(|word| word.to_string_lossy()).collect();
        self.ran.lock().unwrap().push(words.join(" "));
        // Another platform's status cannot be made by hand, so a real one is taken from what cannot fail.
        let status = |code: i32| {
            #[cfg(unix)]
            return std::os::unix::process::ExitStatusExt::from_raw(code << 8);
            #[cfg(windows)]
            return std::os::windows::process::ExitStatusExt::from_raw(code as u32);
        };
        Ok(match &self.prints {
            Some(text) => Output { status: status(0), stdout: text.clone().into_bytes(), stderr: Vec::new() },
            None => Output { status: status(127), stdout: Vec::new(), stderr: b"sh: 1: not found".to_vec() },
        })
    }
}

fn options(script: &Script, tools: &Arc<Tools>) -> CredentialOptions {
    CredentialOptions {
        endpoint: Endpoint::public(),
        source: None,
        tenant: None,
        subscription: None,
        transport: Some(script.transport()),
        executor: Some(tools.clone()),
    }
}

fn of(variables: &[(&str, &str)], options: &CredentialOptions) -> CredentialChain {
    let variables: Vec<(String, String)> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let environment =
        move |name: &str| variables.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
    CredentialChain::from_environment(&environment, options)
}

/// The sources that the environment leads to, and what is not passed over though it is of no use.
fn candidates(variables: &[(&str, &str)]) -> (Vec<Source>, Option<(Source, String)>) {
    let chain = of(variables, &options(&Script::new(), &Arc::default()));
    (chain.sources.iter().map(|(source, _)| *source).collect(), chain.broken)
}

fn token() -> Json {
    json!({"token_type": "Bearer", "expires_in": 3600, "ext_expires_in": 3600, "access_token": "t1"})
}

fn managed_token() -> Json {
    json!({"access_token": "t1", "expires_on": "4102444800", "token_type": "Bearer", "resource": "r"})
}

async fn ask(chain: &CredentialChain) -> Result<String, String> {
    let token = chain.get_token(&["https://management.azure.com/.default"], None).await;
    token.map(|token| token.token.secret().to_owned()).map_err(|error| error.to_string())
}

#[test]
fn every_source_is_found_by_its_own_variables_and_ends_the_search() {
    let app = [("AZURE_TENANT_ID", TENANT), ("AZURE_CLIENT_ID", CLIENT)];
    for (source, own) in [
        (Source::ClientSecret, vec![("AZURE_CLIENT_SECRET", "hunter2")]),
        (Source::WorkloadIdentity, vec![("AZURE_FEDERATED_TOKEN_FILE", "/token")]),
        (
            Source::AzurePipelines,
            vec![
                ("SYSTEM_OIDCREQUESTURI", "https://dev.azure.com/x"),
                ("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "c"),
                ("SYSTEM_ACCESSTOKEN", "hunter2"),
            ],
        ),
        (Source::ManagedIdentity, vec![("IDENTITY_ENDPOINT", "http://localhost/token")]),
    ] {
        let all: Vec<(&str, &str)> = app.into_iter().chain(own).collect();
        // The pipeline's own request URI is read by the library from the process, which has none.
        let found = candidates(&all);
        let named = found.0.first().copied().or(found.1.map(|(source, _)| source));
        assert_eq!(named, Some(source));
        assert!(found.0.len() < 2, "{source} is not passed over for {:?}", found.0);
    }
}

#[test]
fn without_a_configured_environment_only_the_command_lines_are_asked() {
    let chain = of(&[("SYSTEM_OIDCREQUESTURI", "x")], &options(&Script::new(), &Arc::default()));
    assert_eq!(chain.describe(), "Azure CLI or Azure Developer CLI");
    assert_eq!(chain.skipped.len(), 5);
    assert_eq!(chain.name(), None);
}

#[test]
fn what_is_set_up_by_half_is_reported_and_not_passed_over() {
    let (found, broken) = candidates(&[("AZURE_CLIENT_SECRET", "hunter2"), ("AZURE_TENANT_ID", TENANT)]);
    assert_eq!(found, []);
    assert_eq!(broken, Some((Source::ClientSecret, "AZURE_CLIENT_ID is not set".to_owned())));
    let (found, broken) = candidates(&[("AZURE_USERNAME", "anna"), ("AZURE_PASSWORD", "hunter2")]);
    assert_eq!(found, []);
    let (_, reason) = broken.unwrap();
    assert!(reason.contains("is not supported") && !reason.contains("hunter2"), "{reason}");
}

#[test]
fn a_certificate_needs_the_feature_and_the_right_form() {
    let folder = std::env::temp_dir().join(format!("atp-certificate-{}", std::process::id()));
    std::fs::write(&folder, "-----BEGIN CERTIFICATE-----").unwrap();
    let path = folder.to_str().unwrap();
    let variables =
        [("AZURE_CLIENT_CERTIFICATE_PATH", path), ("AZURE_TENANT_ID", TENANT), ("AZURE_CLIENT_ID", CLIENT)];
    let (_, broken) = candidates(&variables);
    std::fs::remove_file(&folder).unwrap();
    let (source, reason) = broken.unwrap();
    assert_eq!(source, Source::ClientCertificate);
    let expected =
        if cfg!(feature = "client-certificate") { "openssl pkcs12 -export" } else { "`client-certificate`" };
    assert!(reason.contains(expected), "{reason}");
}

#[test]
fn a_managed_identity_on_a_machine_is_asked_only_when_it_is_chosen() {
    let chosen = CredentialOptions {
        source: Some(Source::ManagedIdentity),
        ..options(&Script::new(), &Arc::default())
    };
    assert_eq!(of(&[], &chosen).describe(), "managed identity");
}

#[tokio::test]
async fn a_managed_identity_is_the_one_of_the_client_id_or_the_systems_own() {
    for (variables, expected) in
        [(&[][..], None), (&[("AZURE_CLIENT_ID", CLIENT)][..], Some(format!("client_id={CLIENT}")))]
    {
        let script = Script::new().then(200, managed_token());
        let chosen =
            CredentialOptions { source: Some(Source::ManagedIdentity), ..options(&script, &Arc::default()) };
        assert_eq!(ask(&of(variables, &chosen)).await.as_deref(), Ok("t1"));
        let query = script.seen()[0].query.clone();
        match expected {
            Some(expected) => assert!(query.contains(&expected), "{query}"),
            None => assert!(!query.contains("client_id"), "{query}"),
        }
    }
}

#[tokio::test]
async fn a_client_secret_is_sent_to_the_authority_of_the_cloud() {
    let variables =
        [("AZURE_TENANT_ID", TENANT), ("AZURE_CLIENT_ID", CLIENT), ("AZURE_CLIENT_SECRET", "hunter2")];
    for (endpoint, host) in [
        (Endpoint::public(), "login.microsoftonline.com"),
        (Endpoint::government(), "login.microsoftonline.us"),
        (Endpoint::china(), "login.chinacloudapi.cn"),
    ] {
        let script = Script::new().then(200, token());
        let chain = of(&variables, &CredentialOptions { endpoint, ..options(&script, &Arc::default()) });
        assert_eq!(ask(&chain).await.as_deref(), Ok("t1"));
        assert_eq!(chain.name(), Some(Source::ClientSecret));
        assert_eq!(script.seen()[0].host, host);
        assert_eq!(script.lines(), [format!("POST /{TENANT}/oauth2/v2.0/token")]);
        assert!(!format!("{chain:?}").contains("hunter2"));
    }
}

#[tokio::test]
async fn the_azure_cli_is_asked_for_the_tenant_or_else_for_the_subscription() {
    let printed = json!({"accessToken": "t2", "expires_on": 4_102_444_800_i64, "tokenType": "Bearer"});
    let tools = Arc::new(Tools { prints: Some(printed.to_string()), ..Tools::default() });
    let with = |tenant: Option<&str>| CredentialOptions {
        tenant: tenant.map(str::to_owned),
        subscription: Some("s1".to_owned()),
        ..options(&Script::new(), &tools)
    };
    for tenant in [Some(TENANT), None] {
        let chain = of(&[], &with(tenant));
        assert_eq!(ask(&chain).await.as_deref(), Ok("t2"));
        assert_eq!(chain.describe(), "Azure CLI");
    }
    let ran = tools.ran.lock().unwrap();
    assert!(ran[0].contains(&format!("--tenant {TENANT}")) && !ran[0].contains("--subscription"), "{ran:?}");
    assert!(ran[1].contains("--subscription \"s1\"") && !ran[1].contains("--tenant"), "{ran:?}");
}

#[tokio::test]
async fn when_no_source_works_each_has_its_line_with_the_reason() {
    let text = ask(&of(&[], &options(&Script::new(), &Arc::default()))).await.unwrap_err();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 8, "{text}");
    assert_eq!(lines[0], "no source of Azure credentials works");
    assert_eq!(lines[1], "  client secret: AZURE_CLIENT_SECRET is not set");
    assert_eq!(
        lines[6..],
        ["  Azure CLI: az not found on PATH", "  Azure Developer CLI: azd not found on PATH"]
    );
}

#[tokio::test]
async fn a_client_tells_the_reasons_and_the_way_out() {
    let script = Script::new().always(
        401,
        json!({"error": "invalid_client", "error_codes": [7000215], "error_description": "AADSTS7000215: Invalid client secret provided.\r\nTrace ID: 1"}),
    );
    let variables =
        [("AZURE_TENANT_ID", TENANT), ("AZURE_CLIENT_ID", CLIENT), ("AZURE_CLIENT_SECRET", "hunter2")];
    let chain = of(&variables, &options(&script, &Arc::default()));
    let client_options = ArmClientOptions {
        transport: Some(script.transport()),
        sleep: Arc::new(VirtualTime::default()),
        ..Default::default()
    };
    let client = ArmClient::new(Endpoint::public(), Arc::new(chain), client_options);
    let call = client.call(Method::Get, "/subscriptions/s", "1");
    let error = client.send(&call, client.deadline(std::time::Duration::from_secs(9))).await.unwrap_err();
    let ArmError::Unauthorized { reason, hint, .. } = &error else { panic!("{error:?}") };
    let last = reason.lines().last().unwrap();
    assert!(last.starts_with("  client secret: ") && last.contains("AADSTS7000215"), "{reason}");
    assert!(hint.contains("ATP_AZURE_CREDENTIAL"), "{hint}");
    assert!(!format!("{error:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_configured_source_that_fails_is_not_passed_over() {
    let chain = CredentialChain::of(vec![
        (Source::ClientSecret, Arc::new(Broken("the secret has expired"))),
        (Source::AzureCli, Arc::new(FixedToken::new("someone else"))),
    ]);
    let error = ask(&chain).await.unwrap_err();
    assert!(error.contains("client secret: the secret has expired"), "{error}");
    assert_eq!(chain.name(), None);
}

#[tokio::test]
async fn of_the_sources_found_on_the_machine_the_first_that_works_is_kept() {
    let chain = CredentialChain::of(vec![
        (Source::AzureCli, Arc::new(Broken("signed out"))),
        (Source::AzureDeveloperCli, Arc::new(FixedToken::new("t"))),
    ]);
    assert!(ask(&chain).await.is_ok());
    assert_eq!(chain.name(), Some(Source::AzureDeveloperCli));
}

#[tokio::test]
async fn a_source_that_is_chosen_is_the_only_one() {
    let variables =
        [("AZURE_TENANT_ID", TENANT), ("AZURE_CLIENT_ID", CLIENT), ("AZURE_CLIENT_SECRET", "hunter2")];
    let chosen =
        CredentialOptions { source: Some(Source::AzureCli), ..options(&Script::new(), &Arc::default()) };
    let error = ask(&of(&variables, &chosen)).await.unwrap_err();
    assert_eq!(error.lines().count(), 2, "{error}");
    assert_eq!("CLI".parse(), Ok(Source::AzureCli));
    let unknown = "az".parse::<Source>().unwrap_err().to_string();
    assert!(unknown.contains("`az`") && unknown.contains("managed-identity"), "{unknown}");
}
