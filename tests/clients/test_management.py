"""The azure-mgmt-* packages against the simulator: every kind of resource through its life, by their own pollers."""

import time
import unittest
import unittest.mock
import uuid

from azure.core.credentials import AccessToken
from azure.core.exceptions import (
    ClientAuthenticationError, HttpResponseError, ResourceExistsError, ResourceNotFoundError,
)
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.containerservice import ContainerServiceClient
from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.loganalytics import LogAnalyticsManagementClient
from azure.mgmt.msi import ManagedServiceIdentityClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.resource import ResourceManagementClient
from azure.mgmt.resource.locks import ManagementLockClient
from azure.mgmt.resource.subscriptions import SubscriptionClient
from azure.mgmt.servicebus import ServiceBusManagementClient
from azure.mgmt.sql import SqlManagementClient
from azure.mgmt.storage import StorageManagementClient

from support import BASE, REGION, SUBSCRIPTION, TENANT, Case, client, client_at, faults, group_id, server, wire


class WithGroup(Case):
    """Tests that share a resource group, which is deleted at the end with all that is in it."""

    group = ""

    @classmethod
    def setUpClass(cls):
        cls.group = f"rg-mgmt-{cls.__name__.lower()}"
        client(ResourceManagementClient).resource_groups.create_or_update(cls.group, {"location": REGION})

    @classmethod
    def tearDownClass(cls):
        groups = client(ResourceManagementClient).resource_groups
        groups.begin_delete(cls.group).result()
        assert groups.check_existence(cls.group) is False

    def id(self, rest: str) -> str:
        return f"{group_id(self.group)}/providers/{rest}"

    def lives(self, *, create, get, items, change, delete, made, changed):
        """Creates, reads, lists, changes and deletes one resource, and looks at the properties each time."""
        first = wire(create())
        self.has(first, **made)
        self.assertEqual(wire(get()), first)
        self.assertIn(first["id"], [item.id for item in items()])
        self.has(wire(change()), **changed)
        self.has(wire(get()), **changed)
        delete()
        self.missing(get)
        self.assertNotIn(first["id"], [item.id for item in items()])

    def missing(self, get, code="ResourceNotFound"):
        with self.assertRaises(ResourceNotFoundError) as raised:
            get()
        self.assertEqual((raised.exception.status_code, raised.exception.error.code), (404, code))


class Resources(WithGroup):
    def test_the_subscription_is_listed(self):
        subscriptions = client(SubscriptionClient).subscriptions
        shown = {one.subscription_id: wire(one) for one in subscriptions.list()}
        self.has(shown[SUBSCRIPTION], state="Enabled", tenantId=TENANT)
        self.assertIn(REGION, [location.name for location in subscriptions.list_locations(SUBSCRIPTION)])
        self.assertEqual([one.tenant_id for one in client(SubscriptionClient).tenants.list()], [TENANT])

    def test_a_provider_is_registered(self):
        provider = client(ResourceManagementClient).providers.get("Microsoft.Network")
        self.assertEqual(provider.registration_state, "Registered")
        self.assertIn("virtualNetworks", [kind.resource_type for kind in provider.resource_types])

    def test_a_group_lives_and_dies(self):
        groups = client(ResourceManagementClient).resource_groups
        name = "rg-mgmt-life"
        self.lives(
            create=lambda: groups.create_or_update(name, {"location": REGION, "tags": {"a": "1"}}),
            get=lambda: groups.get(name),
            items=groups.list,
            change=lambda: groups.update(name, {"tags": {"b": "2"}}),
            delete=lambda: groups.begin_delete(name).result(),
            made={"id": group_id(name), "name": name, "location": REGION, "properties__provisioningState": "Succeeded"},
            changed={"tags": {"b": "2"}},
        )

    def missing(self, get, code="ResourceGroupNotFound"):
        super().missing(get, code)

    def test_a_group_cannot_move_to_another_region(self):
        groups = client(ResourceManagementClient).resource_groups
        with self.assertRaises(ResourceExistsError) as raised:
            groups.create_or_update(self.group, {"location": "eastus"})
        self.assertEqual(raised.exception.error.code, "InvalidResourceGroupLocation")


class Network(WithGroup):
    def test_a_network_lives_and_dies(self):
        networks = client(NetworkManagementClient).virtual_networks
        at = (self.group, "net")
        subnets = [{"name": "a", "properties": {"addressPrefix": "10.0.0.0/24"}}]
        properties = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": subnets}
        self.lives(
            create=lambda: networks.begin_create_or_update(*at, {"location": REGION, "properties": properties}).result(),
            get=lambda: networks.get(*at),
            items=lambda: networks.list(self.group),
            change=lambda: networks.update_tags(*at, {"tags": {"a": "1"}}),
            delete=lambda: networks.begin_delete(*at).result(),
            made={
                "id": self.id("Microsoft.Network/virtualNetworks/net"), "type": "Microsoft.Network/virtualNetworks",
                "location": REGION, "properties__provisioningState": "Succeeded",
                "properties__addressSpace__addressPrefixes": ["10.0.0.0/16"],
            },
            changed={"tags": {"a": "1"}},
        )

    def test_a_subnet_with_a_security_group_lives_and_dies(self):
        network = client(NetworkManagementClient)
        body = {"location": REGION, "properties": {"addressSpace": {"addressPrefixes": ["10.3.0.0/16"]}}}
        network.virtual_networks.begin_create_or_update(self.group, "outer", body).result()
        rule = {
            "name": "https",
            "properties": {
                "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp",
                "sourceAddressPrefix": "*", "sourcePortRange": "*",
                "destinationAddressPrefix": "*", "destinationPortRange": "443",
            },
        }
        groups = network.network_security_groups
        body = {"location": REGION, "properties": {"securityRules": [rule]}}
        made = groups.begin_create_or_update(self.group, "nsg", body).result()
        self.assertEqual(made.security_rules[0].id, f"{made.id}/securityRules/https")
        rules = network.security_rules
        second = {"properties": {**rule["properties"], "priority": 200}}
        rules.begin_create_or_update(self.group, "nsg", "second", second).result()
        self.assertEqual([one.priority for one in rules.list(self.group, "nsg")], [100, 200])

        subnets = network.subnets
        at = (self.group, "outer", "inner")
        properties = {"addressPrefix": "10.3.1.0/24"}
        guarded = {**properties, "networkSecurityGroup": {"id": made.id}}
        self.lives(
            create=lambda: subnets.begin_create_or_update(*at, {"properties": guarded}).result(),
            get=lambda: subnets.get(*at),
            items=lambda: subnets.list(self.group, "outer"),
            change=lambda: subnets.begin_create_or_update(*at, {"properties": properties}).result(),
            delete=lambda: subnets.begin_delete(*at).result(),
            made={
                "id": self.id("Microsoft.Network/virtualNetworks/outer/subnets/inner"),
                "properties__addressPrefix": "10.3.1.0/24", "properties__networkSecurityGroup__id": made.id,
            },
            changed={"properties__addressPrefix": "10.3.1.0/24"},
        )
        rules.begin_delete(self.group, "nsg", "second").result()
        self.assertEqual([one.name for one in groups.get(self.group, "nsg").security_rules], ["https"])
        groups.begin_delete(self.group, "nsg").result()
        self.missing(lambda: groups.get(self.group, "nsg"))


class Storage(WithGroup):
    def test_an_account_lives_and_dies(self):
        accounts = client(StorageManagementClient).storage_accounts
        at = (self.group, "stmgmttest01")
        body = {"location": REGION, "kind": "StorageV2", "sku": {"name": "Standard_ZRS"}, "tags": {"a": "1"}}
        body["properties"] = {"minimumTlsVersion": "TLS1_2", "supportsHttpsTrafficOnly": True}
        self.assertTrue(accounts.check_name_availability({"name": at[1], "type": "Microsoft.Storage/storageAccounts"}).name_available)
        self.lives(
            create=lambda: accounts.begin_create(*at, body).result(),
            get=lambda: accounts.get_properties(*at),
            items=lambda: accounts.list_by_resource_group(self.group),
            change=lambda: self.change(accounts, at),
            delete=lambda: accounts.delete(*at),
            made={
                "id": self.id("Microsoft.Storage/storageAccounts/stmgmttest01"), "kind": "StorageV2",
                "sku__name": "Standard_ZRS", "tags": {"a": "1"}, "properties__minimumTlsVersion": "TLS1_2",
                "properties__primaryEndpoints__blob": "https://stmgmttest01.blob.core.windows.net/",
            },
            changed={"tags": {"b": "2"}, "properties__minimumTlsVersion": "TLS1_2"},
        )

    def change(self, accounts, at):
        taken = accounts.check_name_availability({"name": at[1], "type": "Microsoft.Storage/storageAccounts"})
        self.assertEqual((taken.name_available, taken.reason), (False, "AlreadyExists"))
        self.assertEqual([key.key_name for key in accounts.list_keys(*at).keys_property], ["key1", "key2"])
        return accounts.update(*at, {"tags": {"b": "2"}})


class Vault(WithGroup):
    def test_a_vault_lives_and_dies(self):
        vaults = client(KeyVaultManagementClient).vaults
        at = (self.group, "kv-mgmt-test")
        properties = {"tenantId": TENANT, "sku": {"family": "A", "name": "standard"}, "enableRbacAuthorization": True}
        self.lives(
            create=lambda: vaults.begin_create_or_update(*at, {"location": REGION, "properties": properties}).result(),
            get=lambda: vaults.get(*at),
            items=lambda: vaults.list_by_resource_group(self.group),
            change=lambda: vaults.update(*at, {"tags": {"a": "1"}, "properties": {"publicNetworkAccess": "Disabled"}}),
            delete=lambda: vaults.delete(*at),
            made={
                "id": self.id("Microsoft.KeyVault/vaults/kv-mgmt-test"), "location": REGION,
                "properties__vaultUri": "https://kv-mgmt-test.vault.azure.net/",
                "properties__enableRbacAuthorization": True, "properties__sku": {"family": "A", "name": "standard"},
            },
            changed={
                "tags": {"a": "1"}, "properties__publicNetworkAccess": "Disabled",
                "properties__enableRbacAuthorization": True,
            },
        )


class Identity(WithGroup):
    def test_an_identity_lives_and_dies(self):
        msi = client(ManagedServiceIdentityClient)
        identities = msi.user_assigned_identities
        at = (self.group, "app")
        self.lives(
            create=lambda: identities.create_or_update(*at, {"location": REGION}),
            get=lambda: identities.get(*at),
            items=lambda: identities.list_by_resource_group(self.group),
            change=lambda: identities.update(*at, {"tags": {"a": "1"}}),
            delete=lambda: identities.delete(*at),
            made={
                "id": self.id("Microsoft.ManagedIdentity/userAssignedIdentities/app"), "location": REGION,
                "properties__tenantId": TENANT,
            },
            changed={"tags": {"a": "1"}},
        )

    def test_a_role_is_assigned_once_and_taken_away(self):
        identity = client(ManagedServiceIdentityClient).user_assigned_identities.create_or_update(
            self.group, "assigned", {"location": REGION}
        )
        roles = client(AuthorizationManagementClient)
        scope = group_id(self.group)
        reader = next(iter(roles.role_definitions.list(scope, filter="roleName eq 'Reader'"))).id
        properties = {
            "roleDefinitionId": reader, "principalId": identity.principal_id, "principalType": "ServicePrincipal",
        }
        assignments = roles.role_assignments
        name, other = str(uuid.uuid4()), str(uuid.uuid4())
        made = assignments.create(scope, name, {"properties": properties})
        self.has(wire(made), properties__scope=scope, properties__principalId=identity.principal_id, name=name)
        with self.assertRaises(ResourceExistsError) as raised:
            assignments.create(scope, other, {"properties": properties})
        self.assertEqual(raised.exception.error.code, "RoleAssignmentExists")
        listed = list(assignments.list_for_scope(scope, filter=f"principalId eq '{identity.principal_id}'"))
        self.assertEqual([one.id for one in listed], [made.id])
        self.assertEqual(assignments.delete(scope, name).id, made.id)
        self.assertIsNone(assignments.delete(scope, name))
        # The SDK asks for the code of ARM itself here.
        with self.assertRaises(ResourceNotFoundError):
            assignments.get(scope, name)


class Lock(WithGroup):
    def test_a_lock_keeps_a_group(self):
        locks = client(ManagementLockClient).management_locks
        made = locks.create_or_update_at_resource_group_level(self.group, "keep", {"level": "CanNotDelete"})
        self.assertEqual(made.id, self.id("Microsoft.Authorization/locks/keep"))
        with self.assertRaises(ResourceExistsError) as raised:
            client(ResourceManagementClient).resource_groups.begin_delete(self.group).result()
        self.assertEqual(raised.exception.error.code, "ScopeLocked")
        self.assertEqual([one.name for one in locks.list_at_resource_group_level(self.group)], ["keep"])
        locks.delete_at_resource_group_level(self.group, "keep")
        self.assertEqual(list(locks.list_at_resource_group_level(self.group)), [])


class Workspace(WithGroup):
    def test_a_workspace_lives_and_dies(self):
        workspaces = client(LogAnalyticsManagementClient).workspaces
        at = (self.group, "log-mgmt")
        properties = {"sku": {"name": "PerGB2018"}, "retentionInDays": 30}
        self.lives(
            create=lambda: workspaces.begin_create_or_update(*at, {"location": REGION, "properties": properties}).result(),
            get=lambda: workspaces.get(*at),
            items=lambda: workspaces.list_by_resource_group(self.group),
            change=lambda: workspaces.update(*at, {"tags": {"a": "1"}, "properties": {"retentionInDays": 60}}),
            delete=lambda: workspaces.begin_delete(*at).result(),
            made={
                "id": self.id("Microsoft.OperationalInsights/workspaces/log-mgmt"), "location": REGION,
                "properties__retentionInDays": 30, "properties__sku__name": "PerGB2018",
            },
            changed={"tags": {"a": "1"}, "properties__retentionInDays": 60},
        )


class Sql(WithGroup):
    def test_a_server_with_a_database_lives_and_dies(self):
        sql = client(SqlManagementClient)
        at = (self.group, "sql-mgmt-test")
        properties = {
            "administratorLogin": "boss", "administratorLoginPassword": "Not-4-real", "minimalTlsVersion": "1.2",
            "publicNetworkAccess": "Disabled",
        }
        self.lives(
            create=lambda: sql.servers.begin_create_or_update(*at, {"location": REGION, "properties": properties}).result(),
            get=lambda: sql.servers.get(*at),
            items=lambda: sql.servers.list_by_resource_group(self.group),
            change=lambda: self.change(sql, at),
            delete=lambda: sql.servers.begin_delete(*at).result(),
            made={
                "id": self.id("Microsoft.Sql/servers/sql-mgmt-test"), "location": REGION,
                "properties__administratorLogin": "boss", "properties__minimalTlsVersion": "1.2",
                "properties__fullyQualifiedDomainName": "sql-mgmt-test.database.windows.net",
            },
            changed={"tags": {"a": "1"}, "properties__administratorLogin": "boss"},
        )

    def change(self, sql, at):
        self.assertIsNone(sql.servers.get(*at).administrator_login_password)
        body = {"location": REGION, "sku": {"name": "S0", "tier": "Standard"}}
        made = sql.databases.begin_create_or_update(*at, "data", body).result()
        self.has(wire(made), id=self.id("Microsoft.Sql/servers/sql-mgmt-test/databases/data"), sku__name="S0")
        sql.databases.begin_delete(*at, "data").result()
        self.missing(lambda: sql.databases.get(*at, "data"))
        return sql.servers.begin_update(*at, {"tags": {"a": "1"}}).result()


class ServiceBus(WithGroup):
    def test_a_namespace_with_a_topic_and_a_subscription_lives_and_dies(self):
        bus = client(ServiceBusManagementClient)
        at = (self.group, "sb-mgmt-test")
        body = {"location": REGION, "sku": {"name": "Premium", "tier": "Premium", "capacity": 1}}
        self.lives(
            create=lambda: bus.namespaces.begin_create_or_update(*at, body).result(),
            get=lambda: bus.namespaces.get(*at),
            items=lambda: bus.namespaces.list_by_resource_group(self.group),
            change=lambda: self.change(bus, at),
            delete=lambda: bus.namespaces.begin_delete(*at).result(),
            made={
                "id": self.id("Microsoft.ServiceBus/namespaces/sb-mgmt-test"), "location": REGION,
                "sku__name": "Premium", "properties__serviceBusEndpoint": "https://sb-mgmt-test.servicebus.windows.net:443/",
            },
            changed={"tags": {"a": "1"}, "sku__name": "Premium"},
        )

    def change(self, bus, at):
        topic = bus.topics.create_or_update(*at, "events", {"properties": {"maxSizeInMegabytes": 1024}})
        self.has(wire(topic), id=self.id("Microsoft.ServiceBus/namespaces/sb-mgmt-test/topics/events"))
        self.has(wire(topic), properties__maxSizeInMegabytes=1024)
        properties = {"lockDuration": "PT1M", "maxDeliveryCount": 5, "requiresSession": True}
        made = bus.subscriptions.create_or_update(*at, "events", "all", {"properties": properties})
        self.has(wire(made), id=f"{topic.id}/subscriptions/all", properties__maxDeliveryCount=5)
        self.assertEqual([one.name for one in bus.subscriptions.list_by_topic(*at, "events")], ["all"])
        bus.subscriptions.delete(*at, "events", "all")
        self.missing(lambda: bus.subscriptions.get(*at, "events", "all"))
        bus.topics.delete(*at, "events")
        self.missing(lambda: bus.topics.get(*at, "events"))
        return bus.namespaces.update(*at, {"location": REGION, "tags": {"a": "1"}})


class Kubernetes(WithGroup):
    def test_a_cluster_lives_and_dies(self):
        clusters = client(ContainerServiceClient).managed_clusters
        at = (self.group, "aks-mgmt")
        pool = {"name": "system", "mode": "System", "count": 1, "vmSize": "Standard_D2s_v5", "osType": "Linux"}
        body = {"location": REGION, "identity": {"type": "SystemAssigned"}}
        body["properties"] = {"dnsPrefix": "aks-mgmt", "agentPoolProfiles": [pool]}
        self.lives(
            create=lambda: clusters.begin_create_or_update(*at, body).result(),
            get=lambda: clusters.get(*at),
            items=lambda: clusters.list_by_resource_group(self.group),
            change=lambda: self.change(at),
            delete=lambda: clusters.begin_delete(*at).result(),
            made={
                "id": self.id("Microsoft.ContainerService/managedClusters/aks-mgmt"), "location": REGION,
                "properties__dnsPrefix": "aks-mgmt", "properties__provisioningState": "Succeeded",
                "identity__type": "SystemAssigned",
            },
            changed={"tags": {"a": "1"}, "properties__dnsPrefix": "aks-mgmt"},
        )


    def change(self, at):
        aks = client(ContainerServiceClient)
        pool = {"properties": {"count": 2, "vmSize": "Standard_D4s_v5", "mode": "User", "osType": "Linux"}}
        made = aks.agent_pools.begin_create_or_update(*at, "work", pool).result()
        self.has(wire(made), id=self.id("Microsoft.ContainerService/managedClusters/aks-mgmt/agentPools/work"))
        pools = [one.name for one in aks.managed_clusters.get(*at).agent_pool_profiles]
        self.assertEqual(sorted(pools), ["system", "work"])
        aks.agent_pools.begin_delete(*at, "work").result()
        self.assertEqual([one.name for one in aks.agent_pools.list(*at)], ["system"])
        return aks.managed_clusters.begin_update_tags(*at, {"tags": {"a": "1"}}).result()


class Faults(WithGroup):
    """What the clients do when something goes wrong on the way. The simulator takes faults from whoever asks."""

    def identity(self, name):
        return client(ManagedServiceIdentityClient).user_assigned_identities.create_or_update(
            self.group, name, {"location": REGION}
        )

    def test_requests_that_are_throttled_are_sent_again(self):
        faults({"path": f"**/{self.group}/**/throttled", "times": 2, "action": {"throttle": {"retry_after": 1}}})
        started = time.monotonic()
        self.assertEqual(self.identity("throttled").name, "throttled")
        self.assertGreaterEqual(time.monotonic() - started, 2)

    def test_a_lost_response_is_asked_for_again(self):
        faults({"path": f"**/{self.group}/**/lost", "method": "PUT", "times": 1, "action": "lose_response"})
        self.assertEqual(self.identity("lost").name, "lost")

    def test_an_operation_that_fails_is_an_error_with_the_reason(self):
        action = {"fail_operation": {"status": 409, "code": "NetworkIsTired"}}
        faults({"path": f"**/{self.group}/**/virtualNetworks/tired", "method": "PUT", "times": 1, "action": action})
        networks = client(NetworkManagementClient).virtual_networks
        body = {"location": REGION, "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}}
        with self.assertRaises(HttpResponseError) as raised:
            networks.begin_create_or_update(self.group, "tired", body).result()
        self.assertEqual(raised.exception.error.code, "NetworkIsTired")
        self.assertEqual(networks.get(self.group, "tired").provisioning_state, "Failed")
        self.assertEqual(networks.begin_create_or_update(self.group, "tired", body).result().provisioning_state, "Succeeded")

    def test_a_page_without_items_is_not_the_end_of_a_list(self):
        self.identity("listed")
        path = f"**/{self.group}/**/userAssignedIdentities"
        faults({"path": path, "method": "GET", "times": 1, "action": "empty_page"})
        identities = client(ManagedServiceIdentityClient).user_assigned_identities
        self.assertIn("listed", [one.name for one in identities.list_by_resource_group(self.group)])


class Stranger:
    """A credential with a token that nobody issued."""

    def get_token(self, *scopes, **options):
        return AccessToken("nobody.issued.this", int(time.time()) + 3600)


class Refusals(WithGroup):
    """What the clients make of errors."""

    def test_fact_030_the_status_is_the_class_of_the_error_and_the_code_is_in_it(self):
        groups = client(ResourceManagementClient).resource_groups
        strange = client_at(BASE, ResourceManagementClient, credential=Stranger()).resource_groups
        elsewhere = {"location": "eastus"}
        for status, kind, code, call in [
            (404, ResourceNotFoundError, "ResourceGroupNotFound", lambda: groups.get("rg-nowhere")),
            (409, ResourceExistsError, "InvalidResourceGroupLocation", lambda: groups.create_or_update(self.group, elsewhere)),
            (401, ClientAuthenticationError, "InvalidAuthenticationToken", lambda: strange.get(self.group)),
            (400, HttpResponseError, "InvalidResourceName", lambda: groups.create_or_update("rg-dot.", elsewhere)),
        ]:
            with self.subTest(status=status), self.assertRaises(HttpResponseError) as raised:
                call()
            error = raised.exception
            self.assertEqual((type(error), error.status_code, error.error.code), (kind, status, code))

    def test_a_body_that_is_wrong_is_named(self):
        networks = client(NetworkManagementClient).virtual_networks
        body = {"location": REGION, "properties": {"addressSpace": {"addressPrefixes": "10.0.0.0/16"}}}
        with self.assertRaises(HttpResponseError) as raised:
            networks.begin_create_or_update(self.group, "net", body).result()
        error = raised.exception
        self.assertEqual((error.status_code, error.error.code), (400, "InvalidRequestContent"))
        self.assertIn("properties.addressSpace.addressPrefixes", error.error.message)

    def test_a_group_that_is_not_there_is_named(self):
        networks = client(NetworkManagementClient).virtual_networks
        with self.assertRaises(ResourceNotFoundError) as raised:
            networks.begin_create_or_update("rg-nowhere", "net", {"location": REGION})
        self.assertEqual(raised.exception.error.code, "ResourceGroupNotFound")

    def test_lists_go_on_to_the_next_page(self):
        identities = client(ManagedServiceIdentityClient).user_assigned_identities
        names = [f"app{number:03}" for number in range(105)]
        for name in names:
            identities.create_or_update(self.group, name, {"location": REGION})
        pages = list(identities.list_by_resource_group(self.group).by_page())
        listed = [identity.name for page in [list(page) for page in pages] for identity in page]
        self.assertEqual(listed, names)
        self.assertGreater(len(pages), 1)


class Registration(Case):
    """Providers that the subscription has not registered."""

    def test_fact_104_a_provider_that_is_not_registered_is_registered_and_the_request_sent_again(self):
        with server("--unregistered-providers", "--operation-milliseconds", "1") as (base, authority):
            resources = client_at(base, ResourceManagementClient, connection_verify=authority)
            state = lambda: resources.providers.get("Microsoft.ManagedIdentity").registration_state
            group = "rg-registration"
            resources.resource_groups.create_or_update(group, {"location": REGION})
            self.assertEqual(state(), "NotRegistered")
            identities = client_at(base, ManagedServiceIdentityClient, connection_verify=authority)
            waits = []
            # The client waits ten seconds before each look.
            with unittest.mock.patch("azure.mgmt.core.policies._base.time.sleep", self.waits(waits)):
                made = identities.user_assigned_identities.create_or_update(group, "app", {"location": REGION})
            self.assertEqual((made.name, waits[0], state()), ("app", 10, "Registered"))

    def waits(self, waits):
        pause = time.sleep

        def wait(seconds):
            waits.append(seconds)
            pause(0.01)

        return wait


if __name__ == "__main__":
    unittest.main()
