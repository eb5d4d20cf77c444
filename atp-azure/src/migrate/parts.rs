//! Types of `azurerm` that are no objects of their own, or none that Resource Manager has.

/// Said within the resources that it is about.
const PART: &str = "it is no object of its own: say it within the resource that it is about";
const ASSOCIATION: &str = "it is no object of its own: say it within one of the two that it associates";
const DATA: &str = "it is data within another resource, and no resource of Azure Resource Manager: no tool has to declare it";
const CERTIFICATE: &str = "Azure Resource Manager has no certificates of vaults: they stay in the vault, and the other tool can forget it";
const REGISTRATION: &str = "resource providers are registered by themselves when a type of theirs is used";
const SCHEDULE: &str =
    "its id does not say which request made it: declare a new one, or leave it with the other tool";

/// How the names of types end, in words, and why there is nothing to take over. Pulumi's `azure` leaves out the words
/// before. The first that fits holds.
const ENDS: &[(&str, &str)] = &[
    ("management_group_subscription_association", ""),
    ("monitor_data_collection_rule_association", ""),
    ("data_collection_rule_association", ""),
    ("association", ASSOCIATION),
    ("access_policy", PART),
    ("account_network_rules", PART),
    ("account_customer_managed_key", PART),
    ("namespace_customer_managed_key", PART),
    ("registry_customer_managed_key", PART),
    ("workspace_customer_managed_key", PART),
    ("account_queue_properties", PART),
    ("account_static_website", PART),
    ("network_dns_servers", PART),
    ("machine_data_disk_attachment", PART),
    ("data_disk_attachment", PART),
    ("lb_rule", PART),
    ("lb_probe", PART),
    ("lb_nat_rule", PART),
    ("lb_nat_pool", PART),
    ("lb_outbound_rule", PART),
    ("lb_backend_address_pool", PART),
    ("lb_backend_address_pool_address", PART),
    ("function_app_active_slot", PART),
    ("web_app_active_slot", PART),
    ("storage_blob", DATA),
    ("storage_share_file", DATA),
    ("storage_share_directory", DATA),
    ("storage_table_entity", DATA),
    ("storage_data_lake_gen2_path", DATA),
    ("app_configuration_key", DATA),
    ("app_configuration_feature", DATA),
    ("key_vault_certificate", CERTIFICATE),
    ("key_vault_certificate_issuer", CERTIFICATE),
    ("key_vault_certificate_contacts", CERTIFICATE),
    ("resource_provider_registration", REGISTRATION),
    ("resource_provider_feature_registration", REGISTRATION),
    ("pim_active_role_assignment", SCHEDULE),
    ("pim_eligible_role_assignment", SCHEDULE),
    ("role_management_policy", SCHEDULE),
];

/// The same, of types whose names say too little without their whole: those that Pulumi made.
const WHOLE: &[(&str, &str)] = &[
    ("certificate", CERTIFICATE),
    ("certificate_issuer", CERTIFICATE),
    ("certificate_contacts", CERTIFICATE),
    ("blob", DATA),
    ("share_file", DATA),
    ("share_directory", DATA),
    ("table_entity", DATA),
    ("configuration_key", DATA),
    ("configuration_feature", DATA),
    ("backend_address_pool", PART),
    ("backend_address_pool_address", PART),
    ("nat_pool", PART),
    ("nat_rule", PART),
    ("outbound_rule", PART),
    ("probe", PART),
    ("customer_managed_key", PART),
];

/// Why a type of `azurerm`, without that word, is nothing to take over; `None` when it may be.
pub(super) fn why_not(kind: &str) -> Option<&'static str> {
    let is_end =
        |end: &str| kind.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with('_'));
    let by_end = ENDS.iter().find(|(end, _)| is_end(end));
    let by_whole = || WHOLE.iter().find(|(whole, _)| *whole == kind);
    by_end.or_else(by_whole).map(|(_, why)| *why).filter(|why| !why.is_empty())
}
