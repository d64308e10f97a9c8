"""Rewrite the locks beside this file with uv: for a run, the guide, work, audits.

`make lock` keeps the pins that still fit; `make lock UPGRADE=1` takes the newest.
"""

import os
import subprocess
import sys

from install import HERE, VENV_PYTHON, inputs_digest, stated_digest

NAMES = ("uv", "run", "docs", "dev", "audit")
BUILDS_ON = {"docs": "run", "dev": "docs", "audit": "dev"}


def lock(name: str) -> None:
    """Write NAME.txt: every pin with its hashes, for every Python from 3.11 on."""
    output = HERE / f"{name}.txt"
    command = [VENV_PYTHON, "-m", "uv", "pip", "compile", "--quiet", f"{name}.in"]
    command += ["--output-file", output.name, "--universal", "--python-version", "3.11"]
    command += ["--generate-hashes", "--custom-compile-command", "make lock"]
    # No address in a lock: a reader's own mirror serves the same hashes.
    command += ["--no-emit-index-url", "--no-emit-find-links"]
    if name in BUILDS_ON:  # never two versions of one package
        command += ["--constraint", f"{BUILDS_ON[name]}.txt"]
    if os.environ.get("UPGRADE"):
        command += ["--upgrade"]
    subprocess.run(command, cwd=HERE, check=True)
    text = output.read_text(encoding="utf-8")
    output.write_text(stated_digest(inputs_digest(name)) + text, encoding="utf-8")


if __name__ == "__main__":
    try:
        for name in NAMES:
            lock(name)
            print(f"requirements/{name}.txt is up to date")
    except subprocess.CalledProcessError:
        sys.exit("The lock could not be made: uv says why above.")
