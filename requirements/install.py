"""Make .venv and install a lock into it: `python3 requirements/install.py run`.

Runs on the system's own Python with nothing but the standard library,
and does nothing where the lock is already installed.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Nothing in this file is newer than Python 3.6, so that older ones get this far.
if sys.version_info < (3, 11):  # noqa: UP036 (this is where it is said)
    sys.exit(
        f"Python 3.11 or newer is needed and this is {sys.version.split()[0]}: "
        "install one and name it, as in `make run PYTHON=python3.12`."
    )

HERE = Path(__file__).resolve().parent
VENV = HERE.parent / ".venv"
VENV_PYTHON = str(VENV / "bin" / "python")
STAMP = VENV / "installed.json"
LOG = VENV / "install.log"
DIGEST = "# made from inputs with sha256 "
# What is there once a lock is installed: who develops can also run.
HOLDS = {
    "uv": ["uv"],
    "run": ["uv", "run"],
    "docs": ["uv", "run", "docs"],
    "dev": ["uv", "run", "docs", "dev"],
    "audit": ["uv", "audit"],
}
UNREACHABLE = re.compile(
    "connection|network|resolve|timed out|dns|proxy|could not find a version"
    "|no matching distribution|failed to fetch|tls|ssl",
    re.IGNORECASE,
)
REFUSED = re.compile("do not match the hashes|hashes are required", re.IGNORECASE)


def inputs_digest(name: str) -> str:
    """Return the digest of NAME.in and of what it includes, comments left out."""
    lines = (HERE / f"{name}.in").read_text(encoding="utf-8").splitlines()
    wanted = sorted(line.strip() for line in lines if line.strip() and line[0] != "#")
    parts = [
        inputs_digest(Path(line[3:]).stem) if line.startswith("-r ") else line
        for line in wanted
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def stated_digest(digest: str) -> str:
    """Return the first line of a lock, which says what it was made from."""
    return f"{DIGEST}{digest}\n"


def wanted_stamp(name: str) -> dict[str, str]:
    """Return what the stamp holds once NAME is installed.

    The place and the Python belong to it: a virtual environment that was moved,
    or whose Python went away, is made anew.
    """
    stamp = {
        "venv": str(VENV),
        "python": f"{sys.version_info[0]}.{sys.version_info[1]}",
    }
    for held in HOLDS[name]:
        lock = (HERE / f"{held}.txt").read_bytes()
        stamp[held] = hashlib.sha256(lock).hexdigest()
    return stamp


def present_stamp() -> dict[str, str]:
    """Return what the stamp in .venv says, nothing where there is none."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
        subprocess.run([VENV_PYTHON, "-c", ""], check=True, capture_output=True)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def run_step(title: str, command: list[str]) -> str | None:
    """Run one long command while the seconds pass; return its output if it failed."""
    started = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        with subprocess.Popen(command, stdout=output, stderr=output) as process:
            while process.returncode is None:
                try:
                    process.wait(timeout=0.5)
                except subprocess.TimeoutExpired:
                    show(title, started, end="")
        output.seek(0)
        text = output.read()
    show(title, started, end="\n" if process.returncode == 0 else "  did not work\n")
    return text or "(it said nothing)" if process.returncode else None


def show(title: str, started: float, end: str) -> None:
    """Print a step and its seconds, in place on a terminal."""
    if sys.stdout.isatty():
        print("\r", end="")
    elif not end:
        return
    print(f"{time.monotonic() - started:6.1f} s  {title}", end=end, flush=True)


def make_venv() -> None:
    """Make an empty .venv, or say what is missing."""
    shutil.rmtree(VENV, ignore_errors=True)
    failed = run_step("virtual environment", [sys.executable, "-m", "venv", str(VENV)])
    if failed:
        shutil.rmtree(VENV, ignore_errors=True)
        if "ensurepip" in failed or "No module named venv" in failed:
            sys.exit(
                "This Python comes without venv: install it (on Debian and Ubuntu "
                "`sudo apt install python3-venv`) and run make again."
            )
        sys.exit(f"The virtual environment {VENV} cannot be made: {last_line(failed)}")


def install(name: str) -> None:
    """Install NAME.txt with uv, or with pip where uv does not get through."""
    lock = str(HERE / f"{name}.txt")
    pip = [VENV_PYTHON, "-m", "pip", "install", "--require-hashes", "--retries", "2"]
    pip += ["--disable-pip-version-check"]
    uv = [VENV_PYTHON, "-m", "uv", "pip", "install", "--require-hashes"]
    uv += ["--compile-bytecode", "--python", VENV_PYTHON, "-r", lock]
    failed = run_step("installer (uv)", [*pip, "-r", str(HERE / "uv.txt")])
    if not failed and name != "uv":
        failed = run_step(f"packages of requirements/{name}.txt", uv)
    if failed:
        # uv does not read pip's configuration, where a mirror may be named.
        again = run_step(
            f"packages of requirements/{name}.txt, by pip", [*pip, "-r", lock]
        )
        if again:
            LOG.write_text(f"{failed}\n{again}", encoding="utf-8")
            if REFUSED.search(again):
                sys.exit(
                    "The packages were not installed: one of them is not what "
                    f"requirements/{name}.txt names by its hash. {LOG} has the details."
                )
            reason = last_line(again)
            if UNREACHABLE.search(again):
                reason = "the package index cannot be reached or lacks one of them"
            sys.exit(
                f"The packages could not be installed: {reason}. Check the network "
                f"(or pip's mirror) and run make again; {LOG} has the details."
            )


def last_line(text: str) -> str:
    """Return the last line of an output that says something."""
    return ([line.strip() for line in text.splitlines() if line.strip()] or ["?"])[-1]


def main(name: str) -> None:
    """Bring .venv up to date with the lock NAME."""
    lock = HERE / f"{name}.txt"
    if not lock.exists() or not lock.read_text(encoding="utf-8").startswith(
        stated_digest(inputs_digest(name))
    ):
        sys.exit(
            f"requirements/{name}.txt is out of date: requirements/*.in changed since "
            "it was made, so run `make lock`."
        )
    wanted, present = wanted_stamp(name), present_stamp()
    if wanted.items() <= present.items():
        return
    print(
        f"Setting up .venv for {name} with Python {sys.version.split()[0]}", flush=True
    )
    if any(wanted[key] != present.get(key) for key in ("venv", "python")):
        make_venv()
        present = {}
    install(name)
    STAMP.write_text(json.dumps({**present, **wanted}), encoding="utf-8")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
