"""What the tests share: where the simulator is, and the Azure CLI as a process and in this process."""

import contextlib
import functools
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BASE = os.environ["ATP_BASE"]
BINARIES = Path(os.environ["ATP_BINARIES"])
FOLDER = Path(os.environ["ATP_FOLDER"])
SUBSCRIPTION = os.environ["ATP_SUBSCRIPTION"]
ENGINE_SUBSCRIPTION = os.environ["ATP_ENGINE_SUBSCRIPTION"]
TENANT = os.environ["ATP_TENANT"]
CLIENT = "00000000-0000-0000-0000-0000000000bb"
SECRET = "not-a-real-one"
REGION = "westeurope"


def az_process(*arguments: str) -> subprocess.CompletedProcess:
    """Runs `az` as people do."""
    command = [str(Path(sys.executable).parent / "az"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)


def az_json(*arguments: str):
    """What `az` printed. An empty answer is None."""
    done = az_process(*arguments, "--output", "json")
    if done.returncode != 0:
        raise AssertionError(f"az {' '.join(arguments)} ended with {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout) if done.stdout.strip() else None


def sign_in() -> list:
    """Registers the simulator as a cloud and signs in; what comes back are the subscriptions."""
    az_json("cloud", "register", "--name", "simulator", "--endpoint-resource-manager", BASE)
    az_json("cloud", "set", "--name", "simulator")
    account = ["--service-principal", "--username", CLIENT, "--password", SECRET, "--tenant", TENANT]
    subscriptions = az_json("login", *account)
    az_json("account", "set", "--subscription", SUBSCRIPTION)
    return subscriptions


class Failed(Exception):
    """A command of the CLI that failed, with its exit code and the code of ARM's error, if it has one."""

    def __init__(self, arguments, status, errors):
        super().__init__(f"az {' '.join(arguments)} ended with {status}\n{errors}")
        self.status = status
        code = re.search(r"ERROR: \((\w+)\)", errors)
        self.code = code and code[1]


# The CLI keeps the stream that it finds when it writes its first message.
ERRORS = io.StringIO()


def az(*arguments: str):
    """The same command line in this process, which saves the start of the interpreter. Returns what was printed."""
    from azure.cli.core import get_default_cli

    cli = get_default_cli()
    output = io.StringIO()
    ERRORS.seek(0)
    ERRORS.truncate()
    try:
        with contextlib.redirect_stderr(ERRORS):
            status = cli.invoke([*arguments, "--output", "json"], out_file=output)
    except SystemExit as ended:
        status = ended.code
    if status != 0:
        raise Failed(arguments, status, ERRORS.getvalue())
    printed = output.getvalue()
    return json.loads(printed) if printed.strip() else None


@functools.cache
def client(kind, subscription=SUBSCRIPTION):
    """A client of an azure-mgmt-* package, signed in as the CLI is."""
    return client_at(BASE, kind, subscription)


def client_at(base: str, kind, subscription=SUBSCRIPTION, credential=None, **options):
    """The same with the server at `base`, or with another credential."""
    from azure.identity import ClientSecretCredential

    credential = credential or ClientSecretCredential(
        TENANT, CLIENT, SECRET, authority=base, disable_instance_discovery=True, **options
    )
    of = [] if kind.__name__ == "SubscriptionClient" else [subscription]
    return kind(credential, *of, base_url=base, credential_scopes=[f"{base}/.default"], **options)


@contextlib.contextmanager
def server(*options: str):
    """Another server with options of its own: its URL, and the file with its certificate authority."""
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        authority = str(Path(folder) / "authority.pem")
        command = [str(BINARIES / "atp-azure-sim"), "--port", "0", "--ca-file", authority, "--tenant", TENANT]
        command += ["--subscription", SUBSCRIPTION, *options]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                base = process.stdout.readline().strip()
                if not base.startswith("https://"):
                    raise AssertionError(f"the server did not start with {options}")
                yield base, authority
            finally:
                process.terminate()


def faults(*entries: dict):
    """Asks the simulator for faults, in addition to those that it has."""
    import requests

    requests.post(f"{BASE}/_simulator/faults", json={"faults": list(entries)}, timeout=60).raise_for_status()


def wire(model) -> dict:
    """A model as the JSON that it stands for. There are two generations of models."""
    return model.serialize(keep_readonly=True) if hasattr(model, "serialize") else model.as_dict()


def group_id(name: str, subscription: str = SUBSCRIPTION) -> str:
    return f"/subscriptions/{subscription}/resourceGroups/{name}"


class Case(unittest.TestCase):
    """Assertions on JSON."""

    maxDiff = None

    def has(self, shown, **expected):
        """`shown` has these properties, at least. Dots in names are written as two underscores."""
        for path, value in expected.items():
            found = shown
            for name in path.split("__"):
                self.assertIsInstance(found, dict, f"{path} in {shown}")
                self.assertIn(name, found, f"{path} in {shown}")
                found = found[name]
            self.assertEqual(found, value, path)

    def names(self, items) -> list:
        """The names of listed resources."""
        return sorted(item["name"] for item in items)

    def fails(self, code: str, *arguments: str, status: int | None = None):
        """The command fails with this code of ARM."""
        with self.assertRaises(Failed) as raised:
            az(*arguments)
        self.assertEqual(raised.exception.code, code, raised.exception)
        if status is not None:
            self.assertEqual(raised.exception.status, status, raised.exception)
