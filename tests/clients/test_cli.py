"""Azure CLI against the simulator: every kind of resource through its life."""

import json
import os
import unittest

import requests

from support import BASE, CLIENT, FOLDER, REGION, SECRET, SUBSCRIPTION, TENANT, Case, Failed, az, az_json, az_process, group_id, sign_in

SIGNED_IN = []


def setUpModule():
    SIGNED_IN.extend(sign_in())


class WithGroup(Case):
    """Tests that share a resource group, which is deleted at the end with all that is in it."""

    group = ""

    @classmethod
    def setUpClass(cls):
        cls.group = f"rg-cli-{cls.__name__.lower()}"
        az("group", "create", "--name", cls.group, "--location", REGION)

    @classmethod
    def tearDownClass(cls):
        az("group", "delete", "--name", cls.group, "--yes")
        assert az("group", "exists", "--name", cls.group) is False

    def id(self, rest: str) -> str:
        return f"{group_id(self.group)}/providers/{rest}"


class Process(Case):
    """The real `az` process."""

    def test_login_shows_the_subscriptions_of_the_tenant(self):
        shown = {subscription["id"]: subscription for subscription in SIGNED_IN}
        self.has(
            shown[SUBSCRIPTION], cloudName="simulator", tenantId=TENANT, state="Enabled",
            user={"name": CLIENT, "type": "servicePrincipal"},
        )
        self.has(az_json("account", "show"), id=SUBSCRIPTION, environmentName="simulator")
        token = az_json("account", "get-access-token")
        self.has(token, tokenType="Bearer", subscription=SUBSCRIPTION, tenant=TENANT)
        self.assertEqual(token["accessToken"].count("."), 2)

    def test_fact_111_a_cloud_is_registered_with_the_endpoints_that_the_server_names(self):
        named = requests.get(f"{BASE}/metadata/endpoints?api-version=2022-09-01", timeout=60).json()
        shown = az_json("cloud", "show", "--name", "simulator")
        self.has(shown, isActive=True, endpoints__resourceManager=BASE, endpoints__activeDirectory=BASE)
        self.has(
            shown["endpoints"], activeDirectoryResourceId=named["authentication"]["audiences"][0],
            microsoftGraphResourceId=named["microsoftGraphResourceId"],
        )
        self.has(shown["suffixes"], storageEndpoint=named["suffixes"]["storage"])

    def test_a_group_lives_and_dies(self):
        name = "rg-cli-process"
        made = az_json("group", "create", "--name", name, "--location", REGION, "--tags", "owner=a", "cost=1")
        self.has(made, id=group_id(name), name=name, location=REGION, tags={"owner": "a", "cost": "1"})
        self.has(made, properties__provisioningState="Succeeded", type="Microsoft.Resources/resourceGroups")
        self.assertEqual(az_json("group", "show", "--name", name.upper())["id"], group_id(name))
        self.assertIn(name, [group["name"] for group in az_json("group", "list")])
        changed = az_json("group", "update", "--name", name, "--tags", "owner=b")
        self.has(changed, tags={"owner": "b"})
        self.assertIs(az_json("group", "exists", "--name", name), True)
        az_json("group", "delete", "--name", name, "--yes")
        self.assertIs(az_json("group", "exists", "--name", name), False)
        missing = az_process("group", "show", "--name", name)
        self.assertEqual(missing.returncode, 3)
        self.assertIn("(ResourceGroupNotFound)", missing.stderr)

    def test_what_is_missing_ends_with_three_and_names_it(self):
        missing = az_process("network", "vnet", "show", "--resource-group", "rg-nowhere", "--name", "v")
        self.assertEqual(missing.returncode, 3, missing.stderr)
        self.assertIn("rg-nowhere", missing.stderr)
        self.assertNotIn(SECRET, missing.stderr)


class Account(Case):
    """What is not in a group."""

    def test_locations_and_providers_are_listed(self):
        locations = {location["name"]: location for location in az("account", "list-locations")}
        self.has(locations[REGION], displayName="West Europe")
        provider = az("provider", "show", "--namespace", "Microsoft.Network")
        self.has(provider, registrationState="Registered")
        types = {kind["resourceType"]: kind for kind in provider["resourceTypes"]}
        self.assertIn("West Europe", types["virtualNetworks"]["locations"])
        self.assertTrue(types["virtualNetworks"]["apiVersions"])


class Network(WithGroup):
    def test_a_network_with_a_security_group_lives_and_dies(self):
        at = ["--resource-group", self.group]
        made = az("network", "nsg", "create", *at, "--name", "nsg", "--tags", "a=1")["NewNSG"]
        nsg = self.id("Microsoft.Network/networkSecurityGroups/nsg")
        self.has(made, id=nsg, location=REGION, provisioningState="Succeeded", tags={"a": "1"}, securityRules=[])
        rule = ["--nsg-name", "nsg", "--name", "https", "--priority", "100", "--protocol", "Tcp"]
        rule += ["--destination-port-ranges", "443", "8443", "--source-address-prefixes", "10.0.0.0/8"]
        made = az("network", "nsg", "rule", "create", *at, *rule)
        self.has(made, id=f"{nsg}/securityRules/https", access="Allow", direction="Inbound", priority=100)
        self.has(made, destinationPortRanges=["443", "8443"], sourceAddressPrefix="10.0.0.0/8")
        changed = az("network", "nsg", "rule", "update", *at, *rule[:4], "--priority", "200", "--access", "Deny")
        self.has(changed, priority=200, access="Deny", destinationPortRanges=["443", "8443"])
        shown = az("network", "nsg", "show", *at, "--name", "nsg")
        self.assertEqual(self.names(shown["securityRules"]), ["https"])
        self.assertEqual(shown["securityRules"][0]["priority"], 200)

        network = self.id("Microsoft.Network/virtualNetworks/net")
        made = az(
            "network", "vnet", "create", *at, "--name", "net", "--address-prefixes", "10.1.0.0/16",
            "--subnet-name", "first", "--subnet-prefixes", "10.1.0.0/24", "--tags", "a=1",
        )["newVNet"]
        self.has(made, id=network, location=REGION, provisioningState="Succeeded", tags={"a": "1"})
        self.has(made, addressSpace__addressPrefixes=["10.1.0.0/16"])
        self.assertEqual([subnet["id"] for subnet in made["subnets"]], [f"{network}/subnets/first"])
        subnet = ["--vnet-name", "net", "--name", "second"]
        made = az("network", "vnet", "subnet", "create", *at, *subnet, "--address-prefixes", "10.1.1.0/24")
        self.has(made, id=f"{network}/subnets/second", addressPrefix="10.1.1.0/24", provisioningState="Succeeded")
        changed = az("network", "vnet", "subnet", "update", *at, *subnet, "--network-security-group", "nsg")
        self.has(changed, addressPrefix="10.1.1.0/24", networkSecurityGroup__id=nsg)
        self.assertEqual(
            self.names(az("network", "vnet", "subnet", "list", *at, "--vnet-name", "net")), ["first", "second"]
        )
        changed = az("network", "vnet", "update", *at, "--name", "net", "--set", "tags.b=two")
        self.has(changed, tags={"a": "1", "b": "two"})
        self.assertEqual(len(changed["subnets"]), 2)
        self.assertEqual(self.names(az("network", "vnet", "list", *at)), ["net"])
        az("network", "vnet", "subnet", "delete", *at, *subnet)
        self.assertEqual(self.names(az("network", "vnet", "subnet", "list", *at, "--vnet-name", "net")), ["first"])
        az("network", "nsg", "rule", "delete", *at, *rule[:4])
        self.assertEqual(az("network", "nsg", "rule", "list", *at, "--nsg-name", "nsg"), [])
        for kind, name in (("vnet", "net"), ("nsg", "nsg")):
            az("network", kind, "delete", *at, "--name", name)
            self.fails("ResourceNotFound", "network", kind, "show", *at, "--name", name, status=3)

    def test_a_private_zone_is_linked_to_a_network(self):
        at = ["--resource-group", self.group]
        az("network", "vnet", "create", *at, "--name", "linked", "--address-prefixes", "10.2.0.0/16")
        zone = az("network", "private-dns", "zone", "create", *at, "--name", "sim.example.com")
        self.has(zone, location="global", provisioningState="Succeeded", name="sim.example.com")
        link = ["--zone-name", "sim.example.com", "--name", "link"]
        made = az(
            "network", "private-dns", "link", "vnet", "create", *at, *link,
            "--virtual-network", "linked", "--registration-enabled", "false",
        )
        self.has(made, registrationEnabled=False, provisioningState="Succeeded")
        self.has(made, virtualNetwork__id=self.id("Microsoft.Network/virtualNetworks/linked"))
        az("network", "private-dns", "link", "vnet", "delete", *at, *link, "--yes")
        self.assertEqual(az("network", "private-dns", "link", "vnet", "list", *at, "--zone-name", "sim.example.com"), [])
        az("network", "private-dns", "zone", "delete", *at, "--name", "sim.example.com", "--yes")


class Storage(WithGroup):
    def test_an_account_lives_and_dies(self):
        at = ["--resource-group", self.group, "--name", "stclitest01"]
        self.has(az("storage", "account", "check-name", "--name", "stclitest01"), nameAvailable=True)
        made = az(
            "storage", "account", "create", *at, "--location", REGION, "--sku", "Standard_ZRS",
            "--min-tls-version", "TLS1_2", "--allow-blob-public-access", "false", "--tags", "a=1",
        )
        self.has(made, id=self.id("Microsoft.Storage/storageAccounts/stclitest01"), location=REGION, kind="StorageV2")
        self.has(made, sku__name="Standard_ZRS", minimumTlsVersion="TLS1_2", allowBlobPublicAccess=False)
        self.has(made, provisioningState="Succeeded", tags={"a": "1"})
        self.has(made, primaryEndpoints__blob="https://stclitest01.blob.core.windows.net/")
        self.has(
            az("storage", "account", "check-name", "--name", "stclitest01"),
            nameAvailable=False, reason="AlreadyExists",
        )
        changed = az("storage", "account", "update", *at, "--tags", "a=2", "--https-only", "true")
        self.has(changed, tags={"a": "2"}, enableHttpsTrafficOnly=True, minimumTlsVersion="TLS1_2")
        keys = az("storage", "account", "keys", "list", "--resource-group", self.group, "--account-name", "stclitest01")
        self.assertEqual([key["keyName"] for key in keys], ["key1", "key2"])
        self.assertNotEqual(keys[0]["value"], keys[1]["value"])
        self.assertEqual(
            self.names(az("storage", "account", "list", "--resource-group", self.group)), ["stclitest01"]
        )
        az("storage", "account", "delete", *at, "--yes")
        self.fails("ResourceNotFound", "storage", "account", "show", *at, status=3)


class Vault(WithGroup):
    def test_a_vault_with_roles_lives_and_dies(self):
        at = ["--resource-group", self.group, "--name", "kv-cli-roles"]
        made = az("keyvault", "create", *at, "--location", REGION, "--retention-days", "7", "--tags", "a=1")
        self.has(made, id=self.id("Microsoft.KeyVault/vaults/kv-cli-roles"), location=REGION, tags={"a": "1"})
        self.has(made, properties__vaultUri="https://kv-cli-roles.vault.azure.net/", properties__tenantId=TENANT)
        self.has(made, properties__enableRbacAuthorization=True, properties__softDeleteRetentionInDays=7)
        self.has(made, properties__sku__name="standard", properties__provisioningState="Succeeded")
        changed = az("keyvault", "update", *at, "--public-network-access", "Disabled", "--set", "tags.b=two")
        self.has(changed, properties__publicNetworkAccess="Disabled", tags={"a": "1", "b": "two"})
        self.has(az("keyvault", "show", *at), properties__publicNetworkAccess="Disabled")
        self.assertEqual(self.names(az("keyvault", "list", "--resource-group", self.group)), ["kv-cli-roles"])
        az("keyvault", "delete", *at)
        self.assertEqual(az("keyvault", "list", "--resource-group", self.group), [])

    def test_a_vault_with_access_policies_lets_the_one_in_who_made_it(self):
        at = ["--resource-group", self.group, "--name", "kv-cli-policies"]
        made = az("keyvault", "create", *at, "--location", REGION, "--enable-rbac-authorization", "false")
        policies = made["properties"]["accessPolicies"]
        self.assertEqual(len(policies), 1)
        principal = az("ad", "sp", "show", "--id", CLIENT)
        self.has(policies[0], objectId=principal["id"], tenantId=TENANT, permissions__secrets=["all"])
        changed = az("keyvault", "set-policy", *at, "--object-id", TENANT, "--secret-permissions", "get", "list")
        self.assertEqual(len(changed["properties"]["accessPolicies"]), 2)
        az("keyvault", "delete", *at)


    def test_a_deleted_vault_keeps_its_name_until_it_is_recovered_or_purged(self):
        at = ["--resource-group", self.group, "--name", "kv-cli-deleted"]
        az("keyvault", "create", *at, "--location", REGION, "--tags", "a=1")
        az("keyvault", "delete", *at)
        deleted = {vault["name"]: vault for vault in az("keyvault", "list-deleted", "--resource-type", "vault")}
        vault = self.id("Microsoft.KeyVault/vaults/kv-cli-deleted")
        self.has(deleted["kv-cli-deleted"], properties__vaultId=vault)
        with self.assertRaises(Failed):
            az("keyvault", "create", *at, "--location", REGION)
        self.has(az("keyvault", "recover", "--name", "kv-cli-deleted"), id=vault, tags={"a": "1"})
        self.has(az("keyvault", "show", *at), id=vault)
        az("keyvault", "delete", *at)
        az("keyvault", "purge", "--name", "kv-cli-deleted", "--location", REGION)
        self.assertNotIn("kv-cli-deleted", self.names(az("keyvault", "list-deleted", "--resource-type", "vault")))
        self.has(az("keyvault", "create", *at, "--location", REGION), id=vault, tags=None)
        az("keyvault", "delete", *at)


class Identity(WithGroup):
    def test_an_identity_gets_a_role_and_loses_it(self):
        at = ["--resource-group", self.group]
        made = az("identity", "create", *at, "--name", "app", "--location", REGION, "--tags", "a=1")
        identity = self.id("Microsoft.ManagedIdentity/userAssignedIdentities/app")
        self.has(made, id=identity, location=REGION, tenantId=TENANT, tags={"a": "1"})
        principal = made["principalId"]
        self.assertNotEqual(principal, made["clientId"])
        self.has(az("identity", "update", *at, "--name", "app", "--tags", "a=2"), tags={"a": "2"}, principalId=principal)
        self.assertEqual(self.names(az("identity", "list", *at)), ["app"])
        credential = ["--identity-name", "app", "--name", "cluster"]
        made = az(
            "identity", "federated-credential", "create", *at, *credential, "--issuer", "https://issuer.example.com/",
            "--subject", "system:serviceaccount:ns:app", "--audiences", "api://AzureADTokenExchange",
        )
        self.has(made, id=f"{identity}/federatedIdentityCredentials/cluster", issuer="https://issuer.example.com/")
        self.has(made, subject="system:serviceaccount:ns:app", audiences=["api://AzureADTokenExchange"])

        scope = ["--scope", group_id(self.group)]
        made = az(
            "role", "assignment", "create", *scope, "--role", "Reader",
            "--assignee-object-id", principal, "--assignee-principal-type", "ServicePrincipal",
        )
        reader = az("role", "definition", "list", "--name", "Reader")[0]
        properties = made["properties"]
        self.has(properties, principalId=principal, roleDefinitionId=reader["id"], scope=group_id(self.group))
        self.has(properties, principalType="ServicePrincipal")
        # This one looks the principal up in Graph.
        az("role", "assignment", "create", *scope, "--role", "Contributor", "--assignee", principal)
        listed = az("role", "assignment", "list", *scope)
        self.assertEqual(
            sorted((one["roleDefinitionName"], one["principalId"]) for one in listed),
            [("Contributor", principal), ("Reader", principal)],
        )
        again = ["--assignee-object-id", principal, "--assignee-principal-type", "ServicePrincipal"]
        az("role", "assignment", "create", *scope, "--role", "Reader", *again)
        self.assertEqual(len(az("role", "assignment", "list", *scope)), 2)
        az("role", "assignment", "delete", *scope, "--role", "Reader", "--assignee", principal)
        left = az("role", "assignment", "list", "--all", "--assignee", principal)
        self.assertEqual([one["roleDefinitionName"] for one in left], ["Contributor"])
        az("role", "assignment", "delete", "--ids", left[0]["id"])
        self.assertEqual(az("role", "assignment", "list", *scope), [])
        az("identity", "federated-credential", "delete", *at, *credential, "--yes")
        az("identity", "delete", *at, "--name", "app")
        self.fails("ResourceNotFound", "identity", "show", *at, "--name", "app", status=3)

    def test_a_role_of_ones_own_is_defined_and_deleted(self):
        role = (
            '{"Name": "Reads everything", "Description": "Reads", "Actions": ["*/read"], '
            f'"AssignableScopes": ["/subscriptions/{SUBSCRIPTION}"]}}'
        )
        made = az("role", "definition", "create", "--role-definition", role)
        self.has(made, roleName="Reads everything", roleType="CustomRole", description="Reads")
        self.assertEqual(made["permissions"][0]["actions"], ["*/read"])
        custom = az("role", "definition", "list", "--custom-role-only", "true")
        self.assertEqual([one["name"] for one in custom], [made["name"]])
        az("role", "definition", "delete", "--name", "Reads everything")
        self.assertEqual(az("role", "definition", "list", "--custom-role-only", "true"), [])


class Lock(WithGroup):
    def test_a_locked_group_is_not_deleted(self):
        at = ["--resource-group", self.group]
        made = az("lock", "create", "--name", "keep", "--lock-type", "CanNotDelete", *at, "--notes", "because")
        lock = self.id("Microsoft.Authorization/locks/keep")
        self.has(made, id=lock, level="CanNotDelete", notes="because")
        self.has(az("lock", "show", "--name", "keep", *at), id=lock)
        self.fails("ScopeLocked", "group", "delete", "--name", self.group, "--yes")
        changed = az("lock", "update", "--name", "keep", *at, "--lock-type", "ReadOnly")
        self.has(changed, level="ReadOnly")
        self.fails("ScopeLocked", "group", "update", "--name", self.group, "--tags", "a=1")
        az("lock", "delete", "--name", "keep", *at)
        self.assertEqual(az("lock", "list", *at), [])

    def test_a_lock_holds_one_resource(self):
        at = ["--resource-group", self.group]
        az("network", "route-table", "create", *at, "--name", "routes")
        on = [*at, "--resource", "routes", "--resource-type", "Microsoft.Network/routeTables"]
        made = az("lock", "create", "--name", "keep", "--lock-type", "CanNotDelete", *on)
        routes = self.id("Microsoft.Network/routeTables/routes")
        self.has(made, id=f"{routes}/providers/Microsoft.Authorization/locks/keep")
        self.assertEqual(self.names(az("lock", "list", *at)), ["keep"])
        self.fails("ScopeLocked", "network", "route-table", "delete", *at, "--name", "routes")
        az("lock", "delete", "--ids", made["id"])
        az("network", "route-table", "delete", *at, "--name", "routes")


class Workspace(WithGroup):
    def test_a_workspace_lives_and_dies(self):
        command = ["monitor", "log-analytics", "workspace"]
        at = ["--resource-group", self.group, "--workspace-name", "log-cli"]
        made = az(*command, "create", *at, "--location", REGION, "--retention-time", "30", "--tags", "a=1")
        self.has(made, id=self.id("Microsoft.OperationalInsights/workspaces/log-cli"), location=REGION)
        self.has(made, retentionInDays=30, sku__name="PerGB2018", provisioningState="Succeeded", tags={"a": "1"})
        self.assertTrue(made["customerId"])
        changed = az(*command, "update", *at, "--retention-time", "60", "--tags", "a=2")
        self.has(changed, retentionInDays=60, tags={"a": "2"}, customerId=made["customerId"])
        keys = az(*command, "get-shared-keys", *at)
        self.assertNotEqual(keys["primarySharedKey"], keys["secondarySharedKey"])
        self.assertEqual(self.names(az(*command, "list", "--resource-group", self.group)), ["log-cli"])
        az(*command, "delete", *at, "--yes", "--force", "true")
        self.fails("ResourceNotFound", *command, "show", *at, status=3)


class Sql(WithGroup):
    def test_a_server_with_a_database_lives_and_dies(self):
        at = ["--resource-group", self.group, "--name", "sql-cli-test"]
        made = az(
            "sql", "server", "create", *at, "--location", REGION, "--admin-user", "boss",
            "--admin-password", "Not-4-real", "--minimal-tls-version", "1.2", "--enable-public-network", "false",
        )
        server = self.id("Microsoft.Sql/servers/sql-cli-test")
        self.has(made, id=server, location=REGION, administratorLogin="boss", minimalTlsVersion="1.2")
        self.has(made, fullyQualifiedDomainName="sql-cli-test.database.windows.net", publicNetworkAccess="Disabled")
        self.assertIsNone(made["administratorLoginPassword"])
        inside = ["--resource-group", self.group, "--server", "sql-cli-test", "--name", "data"]
        made = az("sql", "db", "create", *inside, "--service-objective", "S0", "--backup-storage-redundancy", "Local")
        self.has(made, id=f"{server}/databases/data", sku__name="S0", location=REGION)
        self.has(az("sql", "db", "update", *inside, "--set", "tags.a=b"), tags={"a": "b"})
        databases = az("sql", "db", "list", "--resource-group", self.group, "--server", "sql-cli-test")
        self.assertEqual(self.names(databases), ["data", "master"])
        az("sql", "db", "delete", *inside, "--yes")
        self.fails("ResourceNotFound", "sql", "db", "show", *inside, status=3)
        changed = az("sql", "server", "update", *at, "--set", "tags.a=b")
        self.has(changed, tags={"a": "b"}, administratorLogin="boss")
        self.assertEqual(self.names(az("sql", "server", "list", "--resource-group", self.group)), ["sql-cli-test"])
        az("sql", "server", "delete", *at, "--yes")
        self.fails("ResourceNotFound", "sql", "server", "show", *at, status=3)


class ServiceBus(WithGroup):
    def test_a_namespace_with_a_topic_and_a_subscription_lives_and_dies(self):
        group = ["--resource-group", self.group]
        at = [*group, "--name", "sb-cli-test"]
        made = az("servicebus", "namespace", "create", *at, "--location", REGION, "--sku", "Standard", "--tags", "a=1")
        namespace = self.id("Microsoft.ServiceBus/namespaces/sb-cli-test")
        self.has(made, id=namespace, location=REGION, sku__name="Standard", tags={"a": "1"})
        self.has(made, serviceBusEndpoint="https://sb-cli-test.servicebus.windows.net:443/", provisioningState="Succeeded")
        topic = [*group, "--namespace-name", "sb-cli-test", "--name", "events"]
        made = az("servicebus", "topic", "create", *topic, "--max-size", "1024", "--enable-duplicate-detection", "true")
        self.has(made, id=f"{namespace}/topics/events", maxSizeInMegabytes=1024, requiresDuplicateDetection=True)
        inside = [*group, "--namespace-name", "sb-cli-test", "--topic-name", "events", "--name", "all"]
        made = az("servicebus", "topic", "subscription", "create", *inside, "--max-delivery-count", "5", "--enable-session", "true")
        self.has(made, id=f"{namespace}/topics/events/subscriptions/all", maxDeliveryCount=5, requiresSession=True)
        changed = az("servicebus", "topic", "subscription", "update", *inside, "--max-delivery-count", "7")
        self.has(changed, maxDeliveryCount=7, requiresSession=True)
        listed = az("servicebus", "topic", "subscription", "list", *inside[:-2])
        self.assertEqual(self.names(listed), ["all"])
        rules = az("servicebus", "namespace", "authorization-rule", "list", *group, "--namespace-name", "sb-cli-test")
        self.assertEqual(self.names(rules), ["RootManageSharedAccessKey"])
        az("servicebus", "topic", "subscription", "delete", *inside)
        self.fails("ResourceNotFound", "servicebus", "topic", "subscription", "show", *inside, status=3)
        az("servicebus", "topic", "delete", *topic)
        self.assertEqual(az("servicebus", "topic", "list", *topic[:-2]), [])
        self.has(az("servicebus", "namespace", "update", *at, "--tags", "a=2"), tags={"a": "2"}, sku__name="Standard")
        az("servicebus", "namespace", "delete", *at)
        self.fails("ResourceNotFound", "servicebus", "namespace", "show", *at, status=3)


class Kubernetes(WithGroup):
    def test_a_cluster_with_a_pool_lives_and_dies(self):
        group = ["--resource-group", self.group]
        at = [*group, "--name", "aks-cli"]
        made = az(
            "aks", "create", *at, "--location", REGION, "--node-count", "1", "--node-vm-size", "Standard_D2s_v5",
            "--no-ssh-key", "--enable-oidc-issuer", "--enable-workload-identity", "--tier", "free",
        )
        cluster = self.id("Microsoft.ContainerService/managedClusters/aks-cli")
        self.has(made, id=cluster, location=REGION, provisioningState="Succeeded", identity__type="SystemAssigned")
        self.has(made, nodeResourceGroup=f"MC_{self.group}_aks-cli_{REGION}", sku__tier="Free")
        self.assertTrue(made["oidcIssuerProfile"]["issuerUrl"].startswith("https://"))
        made_pools = made["agentPoolProfiles"]
        self.assertEqual([pool["count"] for pool in made_pools], [1])
        pool = [*group, "--cluster-name", "aks-cli", "--name", "work"]
        made = az("aks", "nodepool", "add", *pool, "--node-count", "2", "--node-vm-size", "Standard_D4s_v5", "--labels", "a=1")
        self.has(made, id=f"{cluster}/agentPools/work", count=2, vmSize="Standard_D4s_v5", nodeLabels={"a": "1"})
        self.has(az("aks", "nodepool", "scale", *pool, "--node-count", "3"), count=3)
        system = made_pools[0]["name"]
        self.assertEqual(self.names(az("aks", "nodepool", "list", *pool[:-2])), sorted([system, "work"]))
        self.assertEqual(self.names(az("aks", "show", *at)["agentPoolProfiles"]), sorted([system, "work"]))
        az("aks", "nodepool", "delete", *pool)
        self.assertEqual(self.names(az("aks", "nodepool", "list", *pool[:-2])), [system])
        changed = az("aks", "update", *at, "--tags", "a=1")
        self.has(changed, tags={"a": "1"}, identity=az("aks", "show", *at)["identity"])
        self.assertEqual(self.names(az("aks", "list", *group)), ["aks-cli"])
        az("aks", "delete", *at, "--yes")
        self.fails("ResourceNotFound", "aks", "show", *at, status=3)


class Deployment(WithGroup):
    def template(self, addresses: str) -> str:
        """A file with a template that makes a network and a route table."""
        path = os.path.join(FOLDER, f"{self.group}.json")
        network = {
            "type": "Microsoft.Network/virtualNetworks", "apiVersion": "2024-05-01", "name": "[parameters('name')]",
            "location": "[resourceGroup().location]",
            "properties": {"addressSpace": {"addressPrefixes": [addresses]}},
        }
        routes = {
            "type": "Microsoft.Network/routeTables", "apiVersion": "2024-05-01", "name": "routes",
            "location": "[resourceGroup().location]", "properties": {},
        }
        template = {
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
            "contentVersion": "1.0.0.0",
            "parameters": {"name": {"type": "string"}},
            "resources": [network, routes],
            "outputs": {"network": {
                "type": "string", "value": "[resourceId('Microsoft.Network/virtualNetworks', parameters('name'))]",
            }},
        }
        with open(path, "w", encoding="utf-8") as file:
            json.dump(template, file)
        return path

    def test_a_template_is_validated_deployed_and_compared(self):
        at = ["--resource-group", self.group]
        of = [*at, "--template-file", self.template("10.9.0.0/16"), "--parameters", "name=net"]
        self.has(az("deployment", "group", "validate", *of), properties__provisioningState="Succeeded")
        made = az("deployment", "group", "create", *of, "--name", "first")
        network = self.id("Microsoft.Network/virtualNetworks/net")
        self.has(made, name="first", properties__provisioningState="Succeeded")
        self.assertEqual(made["properties"]["outputs"]["network"]["value"], network)
        self.assertIn(network, [one["id"] for one in made["properties"]["outputResources"]])
        self.has(az("network", "vnet", "show", *at, "--name", "net"), addressSpace__addressPrefixes=["10.9.0.0/16"])
        self.assertEqual(self.names(az("deployment", "group", "list", *at)), ["first"])

        of = [*at, "--template-file", self.template("10.8.0.0/16"), "--parameters", "name=net"]
        changes = az("deployment", "group", "what-if", *of, "--no-pretty-print")["changes"]
        kinds = {change["resourceId"]: change["changeType"] for change in changes}
        self.assertEqual(kinds[network], "Modify")
        self.has(az("network", "vnet", "show", *at, "--name", "net"), addressSpace__addressPrefixes=["10.9.0.0/16"])
        az("deployment", "group", "delete", *at, "--name", "first")
        self.assertEqual(az("deployment", "group", "list", *at), [])


class Tags(WithGroup):
    def test_tags_are_set_and_merged_by_the_id_of_a_resource(self):
        az("network", "route-table", "create", "--resource-group", self.group, "--name", "routes", "--tags", "a=one")
        routes = ["--resource-id", self.id("Microsoft.Network/routeTables/routes")]
        self.has(az("tag", "list", *routes), properties__tags={"a": "one"})
        merged = az("tag", "update", *routes, "--operation", "Merge", "--tags", "b=two")
        self.has(merged, properties__tags={"a": "one", "b": "two"})
        self.has(az("tag", "create", *routes, "--tags", "c=three"), properties__tags={"c": "three"})
        shown = az("network", "route-table", "show", "--resource-group", self.group, "--name", "routes")
        self.has(shown, tags={"c": "three"})
        az("tag", "delete", *routes, "--yes")
        self.assertFalse(az("tag", "list", *routes)["properties"].get("tags"))


class Generic(WithGroup):
    """Commands that know no type."""

    def test_resources_are_listed_shown_tagged_and_deleted(self):
        at = ["--resource-group", self.group]
        az("network", "public-ip", "create", *at, "--name", "address", "--sku", "Standard", "--version", "IPv4")
        address = self.id("Microsoft.Network/publicIPAddresses/address")
        listed = az("resource", "list", *at)
        self.assertEqual([one["id"] for one in listed], [address])
        self.has(listed[0], provisioningState="Succeeded")
        self.assertTrue(listed[0]["createdTime"] and listed[0]["changedTime"])
        self.has(az("resource", "show", "--ids", address), id=address, properties__publicIPAllocationMethod="Static")
        self.has(az("resource", "tag", "--ids", address, "--tags", "only=here"), tags={"only": "here"})
        self.assertEqual([one["id"] for one in az("resource", "list", "--tag", "only=here")], [address])
        az("resource", "delete", "--ids", address)
        self.assertEqual(az("resource", "list", *at), [])


if __name__ == "__main__":
    unittest.main()
