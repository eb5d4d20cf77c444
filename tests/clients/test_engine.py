"""What the engine deployed, as other clients see it; and what other clients changed, as the engine sees it."""

import json
import os
import subprocess
import unittest

from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.loganalytics import LogAnalyticsManagementClient
from azure.mgmt.msi import ManagedServiceIdentityClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.resource import ResourceManagementClient

from support import BASE, BINARIES, CLIENT, ENGINE_SUBSCRIPTION, FOLDER, SECRET, TENANT, Case, az, client, sign_in, wire

ROOT = os.path.join(os.path.dirname(__file__), "..", "..")
# What the engine knows of each resource, by id.
DEPLOYED = {}


def engine(*arguments: str) -> subprocess.CompletedProcess:
    """Runs the foundation of `dev` against the simulator, as if that were Azure."""
    command = [str(BINARIES / "dev_foundation"), "--cloud", "azure", "--work-dir", str(FOLDER / "work"), *arguments]
    variables = {
        **os.environ,
        "AZURE_RESOURCE_MANAGER_ENDPOINT": BASE,
        "AZURE_AUTHORITY_HOST": BASE,
        "AZURE_TENANT_ID": TENANT,
        "AZURE_CLIENT_ID": CLIENT,
        "AZURE_CLIENT_SECRET": SECRET,
    }
    return subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)


def deploy():
    done = engine("up", "--yes")
    if done.returncode != 0:
        raise AssertionError(f"up ended with {done.returncode}\n{done.stderr}")


def setUpModule():
    deploy()
    for line in engine("--json", "state", "list").stdout.splitlines():
        event = json.loads(line)
        if event["event"] == "resource":
            DEPLOYED[event["id"]] = event["outputs"]
    sign_in()
    az("account", "set", "--subscription", ENGINE_SUBSCRIPTION)


def tearDownModule():
    done = engine("destroy", "--yes")
    if done.returncode != 0:
        raise AssertionError(f"destroy ended with {done.returncode}\n{done.stderr}")
    left = az("group", "list")
    if left:
        raise AssertionError(f"destroy left {left}")


def of_type(name: str) -> list:
    """What the engine knows of the resources of a type."""
    return [outputs for outputs in DEPLOYED.values() if outputs["type"] == name]


def parts(resource: dict) -> tuple:
    """The resource group and the names in an id."""
    segments = resource["id"].split("/")
    return segments[4], *segments[8::2]


class Deployed(Case):
    def covers(self, shown, expected, path):
        """Everything in `expected` is in `shown`, which may have more."""
        if isinstance(expected, dict):
            self.assertIsInstance(shown, dict, path)
            for name, value in expected.items():
                self.assertIn(name, shown, path)
                self.covers(shown[name], value, f"{path}.{name}")
        elif isinstance(expected, list):
            self.assertIsInstance(shown, list, path)
            self.assertEqual(len(shown), len(expected), path)
            for index, (one, other) in enumerate(zip(shown, expected)):
                self.covers(one, other, f"{path}[{index}]")
        else:
            self.assertEqual(shown, expected, path)

    def test_the_cli_shows_every_resource_with_what_the_engine_knows(self):
        self.assertGreater(len(DEPLOYED), 50)
        # The networks were read before their subnets were made; groups are no resources to this command.
        changed_later = {"etag", "properties"}
        for resource, outputs in DEPLOYED.items():
            kind = outputs["type"]
            if kind == "Microsoft.Resources/resourceGroups":
                continue
            with self.subTest(resource=resource):
                shown = az("resource", "show", "--ids", resource)
                if kind == "Microsoft.Network/virtualNetworks":
                    self.covers(shown["properties"]["addressSpace"], outputs["properties"]["addressSpace"], kind)
                    outputs = {name: value for name, value in outputs.items() if name not in changed_later}
                self.covers(shown, outputs, kind)

    def test_the_cli_lists_what_the_engine_made_and_nothing_else(self):
        groups = {group["id"]: group for group in az("group", "list")}
        made = {group["id"]: group for group in of_type("Microsoft.Resources/resourceGroups")}
        self.assertEqual(groups.keys(), made.keys())
        for group, outputs in made.items():
            self.covers(groups[group], outputs, group)
        listed = {resource["id"] for resource in az("resource", "list")}
        tracked = {
            resource for resource, outputs in DEPLOYED.items()
            if "location" in outputs and outputs["type"] != "Microsoft.Resources/resourceGroups"
        }
        self.assertEqual(listed, tracked)

    def typed(self, kind: str, command: list, properties: list, flat=True):
        """`command` shows the listed properties of every resource of the type."""
        known = of_type(kind)
        self.assertTrue(known, kind)
        for outputs in known:
            with self.subTest(resource=outputs["id"]):
                shown = az(*command, "--ids", outputs["id"])
                for name in ("id", "name", "location", "tags"):
                    if name in outputs:
                        self.assertEqual(shown[name], outputs[name], name)
                inside = shown if flat else shown["properties"]
                self.covers(inside, {name: outputs["properties"][name] for name in properties}, kind)

    def test_the_commands_of_each_service_show_the_same(self):
        net = "Microsoft.Network"
        network = ["addressSpace", "resourceGuid", "provisioningState"]
        self.typed(f"{net}/virtualNetworks", ["network", "vnet", "show"], network)
        subnet = ["addressPrefix", "defaultOutboundAccess", "provisioningState"]
        self.typed(f"{net}/virtualNetworks/subnets", ["network", "vnet", "subnet", "show"], subnet)
        self.typed(f"{net}/networkSecurityGroups", ["network", "nsg", "show"], ["resourceGuid", "provisioningState"])
        self.typed(f"{net}/privateDnsZones", ["network", "private-dns", "zone", "show"], ["provisioningState"])
        link = ["registrationEnabled", "virtualNetwork", "provisioningState"]
        self.typed(f"{net}/privateDnsZones/virtualNetworkLinks", ["network", "private-dns", "link", "vnet", "show"], link)
        endpoint = ["subnet", "customDnsConfigs", "networkInterfaces", "provisioningState"]
        self.typed(f"{net}/privateEndpoints", ["network", "private-endpoint", "show"], endpoint)
        identity = ["principalId", "clientId", "tenantId"]
        self.typed("Microsoft.ManagedIdentity/userAssignedIdentities", ["identity", "show"], identity)
        workspace = ["customerId", "retentionInDays", "sku", "workspaceCapping", "features"]
        kind = "Microsoft.OperationalInsights/workspaces"
        self.typed(kind, ["monitor", "log-analytics", "workspace", "show"], workspace)

    def test_a_vault_shows_the_same_to_the_cli(self):
        for outputs in of_type("Microsoft.KeyVault/vaults"):
            shown = az("keyvault", "show", "--name", outputs["name"])
            self.assertEqual((shown["id"], shown["tags"]), (outputs["id"], outputs["tags"]))
            self.covers(shown["properties"], outputs["properties"], "vault")

    def test_the_roles_that_the_engine_gave_are_listed_with_their_names(self):
        given = of_type("Microsoft.Authorization/roleAssignments")
        listed = {one["id"]: one for one in az("role", "assignment", "list", "--all")}
        self.assertEqual(listed.keys(), {one["id"] for one in given})
        principals = {one["properties"]["principalId"] for one in of_type("Microsoft.ManagedIdentity/userAssignedIdentities")}
        for outputs in given:
            shown = listed[outputs["id"]]
            for name in ("principalId", "roleDefinitionId", "scope", "principalType"):
                self.assertEqual(shown[name], outputs["properties"][name], name)
            self.assertTrue(shown["roleDefinitionName"])
            self.assertIn(shown["principalId"], principals)
            self.assertTrue(shown["principalName"])

    def test_the_management_packages_read_the_same(self):
        def of(kind):
            return client(kind, ENGINE_SUBSCRIPTION)

        network = of(NetworkManagementClient)
        readers = {
            "Microsoft.Network/virtualNetworks/subnets": network.subnets.get,
            "Microsoft.Network/networkSecurityGroups": network.network_security_groups.get,
            "Microsoft.Network/privateEndpoints": network.private_endpoints.get,
            "Microsoft.Network/privateEndpoints/privateDnsZoneGroups": network.private_dns_zone_groups.get,
            "Microsoft.KeyVault/vaults": of(KeyVaultManagementClient).vaults.get,
            "Microsoft.ManagedIdentity/userAssignedIdentities":
                of(ManagedServiceIdentityClient).user_assigned_identities.get,
            "Microsoft.OperationalInsights/workspaces": of(LogAnalyticsManagementClient).workspaces.get,
            "Microsoft.Resources/resourceGroups": of(ResourceManagementClient).resource_groups.get,
        }
        for kind, read in readers.items():
            known = of_type(kind)
            self.assertTrue(known, kind)
            for outputs in known:
                with self.subTest(resource=outputs["id"]):
                    names = [outputs["name"]] if kind.endswith("resourceGroups") else parts(outputs)
                    shown = wire(read(*names))
                    # Not every package knows these.
                    expected = {name: value for name, value in outputs.items() if name not in ("etag", "systemData")}
                    self.covers(shown, expected, kind)
        assignments = of(AuthorizationManagementClient).role_assignments
        for outputs in of_type("Microsoft.Authorization/roleAssignments"):
            shown = wire(assignments.get_by_id(outputs["id"]))
            expected = {name: outputs["properties"][name] for name in ("principalId", "roleDefinitionId", "scope")}
            self.covers(shown["properties"], expected, outputs["id"])


class Drift(Case):
    def test_the_engine_sees_what_the_cli_changed_and_puts_it_right(self):
        same = engine("--refresh", "--detailed-exitcode")
        self.assertEqual(same.returncode, 0, same.stderr)
        vault = of_type("Microsoft.KeyVault/vaults")[0]
        az("keyvault", "update", "--name", vault["name"], "--public-network-access", "Enabled")
        network = of_type("Microsoft.Network/virtualNetworks")[0]
        az("network", "vnet", "update", "--ids", network["id"], "--set", "tags.owner=somebody")
        changed = engine("--refresh", "--detailed-exitcode")
        self.assertEqual(changed.returncode, 2, changed.stderr)
        for word in ("Microsoft.KeyVault/vaults", "publicNetworkAccess", "Microsoft.Network/virtualNetworks", "somebody"):
            self.assertIn(word, changed.stdout + changed.stderr)
        again = engine("--refresh", "up", "--yes")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.has(az("keyvault", "show", "--name", vault["name"]), properties__publicNetworkAccess="Disabled")
        self.has(az("network", "vnet", "show", "--ids", network["id"]), tags=network["tags"])

    def test_the_engine_makes_again_what_the_cli_deleted(self):
        zone = of_type("Microsoft.Network/privateDnsZones/virtualNetworkLinks")[0]
        group, name, link = parts(zone)
        at = ["--resource-group", group, "--zone-name", name, "--name", link]
        az("network", "private-dns", "link", "vnet", "delete", *at, "--yes")
        again = engine("--refresh", "up", "--yes")
        self.assertEqual(again.returncode, 0, again.stderr)
        shown = az("network", "private-dns", "link", "vnet", "show", *at)
        self.has(shown, id=zone["id"], virtualNetwork__id=zone["properties"]["virtualNetwork"]["id"])


if __name__ == "__main__":
    unittest.main()
