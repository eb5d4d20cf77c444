"""Virtual environments for the tests that run what comes from PyPI."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def target_folder() -> Path:
    metadata = ["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"]
    found = subprocess.run(metadata, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    return Path(json.loads(found)["target_directory"])


def environment(who: str, here: Path, folder: Path) -> Path:
    """Makes the virtual environment, unless it is there already with the same requirements; gives its Python."""
    wanted = hashlib.sha256(sys.version.encode())
    for name in ("requirements.txt", "constraints.txt"):
        wanted.update((here / name).read_bytes())
    mark = folder / "requirements.sha256"
    python = folder / "bin" / "python"
    if mark.is_file() and mark.read_text() == wanted.hexdigest():
        return python
    if folder.exists() and not (folder / "pyvenv.cfg").is_file():
        raise SystemExit(f"{who}: {folder} is there and is no virtual environment; name another")
    print(f"{who}: installing into {folder}", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(here / "requirements.txt")]
    subprocess.run([str(python), *install], check=True)
    mark.write_text(wanted.hexdigest())
    return python
