"""The package for keys of vaults against the simulator: it makes keys, wraps and signs, in the vault and by itself."""

import hashlib
import unittest
from urllib.parse import urlsplit

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.core.pipeline.transport import RequestsTransport
from azure.identity import ClientSecretCredential
from azure.keyvault.keys import KeyClient, KeyCurveName, KeyOperation
from azure.keyvault.keys.crypto import CryptographyClient, KeyWrapAlgorithm, SignatureAlgorithm
from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.resource import ResourceManagementClient

from support import BASE, CLIENT, REGION, SECRET, TENANT, Case, client

GROUP = "rg-vault-keys"
VAULT = "keysofclients"


class ToTheSimulator(RequestsTransport):
    """Takes what is for the host of a vault to the simulator, which tells hosts apart by their header."""

    def send(self, request, **options):
        url = request.url
        host = urlsplit(url).netloc
        if not host.endswith(".vault.azure.net"):
            return super().send(request, **options)
        request.headers["Host"] = host
        request.url = url.replace(f"https://{host}", BASE, 1)
        try:
            return super().send(request, **options)
        finally:
            # The policies above check that who asks for a token is the host that they called.
            request.url = url


class Keys(Case):
    """A key through its life."""

    @classmethod
    def setUpClass(cls):
        client(ResourceManagementClient).resource_groups.create_or_update(GROUP, {"location": REGION})
        properties = {"tenantId": TENANT, "sku": {"family": "A", "name": "standard"}, "accessPolicies": []}
        vaults = client(KeyVaultManagementClient).vaults
        vaults.begin_create_or_update(GROUP, VAULT, {"location": REGION, "properties": properties}).result()
        cls.credential = ClientSecretCredential(
            TENANT, CLIENT, SECRET, authority=BASE, disable_instance_discovery=True
        )
        url = f"https://{VAULT}.vault.azure.net"
        cls.keys = KeyClient(url, cls.credential, transport=ToTheSimulator())

    @classmethod
    def tearDownClass(cls):
        client(ResourceManagementClient).resource_groups.begin_delete(GROUP).result()

    def by(self, key) -> CryptographyClient:
        """A client that does by itself what the public half is enough for; by an id alone, the vault does all."""
        return CryptographyClient(key, self.credential, transport=ToTheSimulator())

    def in_vault(self, key) -> CryptographyClient:
        """A client that has the vault do everything."""
        remote = self.by(key.id)
        # What it takes for the key decides what it does by itself.
        remote._keys_get_forbidden = True
        return remote

    def test_what_one_side_wraps_the_other_opens(self):
        key = self.keys.create_rsa_key("wrapping", size=2048)
        algorithm = KeyWrapAlgorithm.rsa_oaep_256
        for wrapping in (self.by(key), self.in_vault(key)):
            wrapped = wrapping.wrap_key(algorithm, b"0123456789abcdef" * 2)
            self.assertEqual(len(wrapped.encrypted_key), 256)
            opened = self.in_vault(key).unwrap_key(algorithm, wrapped.encrypted_key)
            self.assertEqual(opened.key, b"0123456789abcdef" * 2)
            self.assertEqual(opened.key_id, key.id)

    def test_what_the_vault_signs_the_public_half_verifies(self):
        digest = hashlib.sha256(b"a head of a history").digest()
        for key, algorithm in (
            (self.keys.create_ec_key("elliptic", curve=KeyCurveName.p_256), SignatureAlgorithm.es256),
            (self.keys.create_rsa_key("rsa"), SignatureAlgorithm.rs256),
            (self.keys.create_rsa_key("salted", size=3072), SignatureAlgorithm.ps256),
        ):
            signed = self.in_vault(key).sign(algorithm, digest)
            for verifying in (self.by(key), self.in_vault(key)):
                self.assertTrue(verifying.verify(algorithm, digest, signed.signature).is_valid)
                other = hashlib.sha256(b"another one").digest()
                self.assertFalse(verifying.verify(algorithm, other, signed.signature).is_valid)

    def test_versions_are_listed_and_the_earlier_ones_still_open(self):
        first = self.keys.create_rsa_key("rotated", tags={"for": "tests"})
        wrapped = self.by(first).wrap_key(KeyWrapAlgorithm.rsa_oaep_256, b"secret").encrypted_key
        second = self.keys.rotate_key("rotated")
        self.assertEqual(self.keys.get_key("rotated").id, second.id)
        self.assertNotEqual(first.id, second.id)
        versions = [version.id for version in self.keys.list_properties_of_key_versions("rotated")]
        self.assertEqual(sorted(versions), sorted([first.id, second.id]))
        self.assertIn("rotated", [key.name for key in self.keys.list_properties_of_keys()])
        self.assertEqual(self.keys.get_key("rotated", first.properties.version).properties.tags, {"for": "tests"})
        algorithm = KeyWrapAlgorithm.rsa_oaep_256
        self.assertEqual(self.in_vault(first).unwrap_key(algorithm, wrapped).key, b"secret")
        with self.assertRaises(HttpResponseError) as raised:
            self.in_vault(second).unwrap_key(algorithm, wrapped)
        self.assertEqual(raised.exception.status_code, 400)

    def test_a_disabled_key_and_a_missing_one_are_refused(self):
        key = self.keys.create_rsa_key("disabled")
        wrapped = self.by(key).wrap_key(KeyWrapAlgorithm.rsa_oaep_256, b"secret").encrypted_key
        disabled = self.keys.update_key_properties("disabled", enabled=False)
        self.assertFalse(disabled.properties.enabled)
        with self.assertRaises(HttpResponseError) as raised:
            self.in_vault(key).unwrap_key(KeyWrapAlgorithm.rsa_oaep_256, wrapped)
        self.assertEqual(raised.exception.status_code, 403)
        self.assertIn("disabled", raised.exception.message)
        self.keys.update_key_properties("disabled", enabled=True, key_operations=[KeyOperation.wrap_key])
        with self.assertRaises(HttpResponseError) as raised:
            self.in_vault(key).unwrap_key(KeyWrapAlgorithm.rsa_oaep_256, wrapped)
        self.assertIn("unwrapKey is not permitted", raised.exception.message)
        with self.assertRaises(ResourceNotFoundError):
            self.keys.get_key("missing")


if __name__ == "__main__":
    unittest.main()
