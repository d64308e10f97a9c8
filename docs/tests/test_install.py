"""Only what a lock names by its hash is installed, by uv and by pip alike."""

import base64
import hashlib
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SITE_PACKAGES = sysconfig.get_path("purelib")


def make_wheel(folder: Path, name: str) -> str:
    """Write the wheel of a package with one module; return the hash of it."""
    info = f"{name}-1.dist-info"
    files = {
        f"{name}.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nTag: py3-none-any\n",
    }
    record = [f"{path},{stated(text)},{len(text)}" for path, text in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,\n"])
    wheel = folder / f"{name}-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


def stated(text: str) -> str:
    """Return the hash of a file as a wheel's RECORD writes it."""
    raw = hashlib.sha256(text.encode()).digest()
    return "sha256=" + base64.urlsafe_b64encode(raw).decode().rstrip("=")


class Project:
    """A project whose locks name two packages, which lie in a folder beside it."""

    def __init__(self, folder, install):
        self.install = install
        self.folder = folder
        self.wheels = folder / "wheels"
        self.wheels.mkdir()
        self.lock("uv", "installer", make_wheel(self.wheels, "installer"))
        self.lock("run", "thing", make_wheel(self.wheels, "thing"))

    def lock(self, name, package, digest):
        """Write the lock NAME, and what it is made from."""
        (self.folder / f"{name}.in").write_text(f"{package}\n", encoding="utf-8")
        stated = self.install.stated_digest(self.install.inputs_digest(name))
        pin = f"{package}==1" + (f" --hash=sha256:{digest}" if digest else "")
        (self.folder / f"{name}.txt").write_text(f"{stated}{pin}\n", encoding="utf-8")

    def make_venv(self):
        """Make a virtual environment at once: pip and uv are those of the tests."""
        venv.create(self.install.VENV, symlinks=True)
        (packages,) = self.install.VENV.glob("lib/*/site-packages")
        (packages / "tests.pth").write_text(SITE_PACKAGES, encoding="utf-8")
        uv = shutil.which("uv", path=sysconfig.get_path("scripts"))
        (self.install.VENV / "bin/uv").symlink_to(uv)

    def has(self, package):
        """Whether a package is installed."""
        command = [self.install.VENV_PYTHON, "-c", f"import {package}"]
        return not subprocess.run(command, check=False, capture_output=True).returncode


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of its own, which reaches no network."""
    monkeypatch.syspath_prepend(ROOT / "requirements")
    install = __import__("install")
    monkeypatch.setattr(install, "HERE", tmp_path)
    monkeypatch.setattr(install, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(install, "VENV_PYTHON", str(tmp_path / ".venv/bin/python"))
    monkeypatch.setattr(install, "STAMP", tmp_path / ".venv/installed.json")
    monkeypatch.setattr(install, "LOG", tmp_path / ".venv/install.log")
    project = Project(tmp_path, install)
    monkeypatch.setattr(install, "make_venv", project.make_venv)
    for name in ("PIP", "UV"):
        monkeypatch.setenv(f"{name}_NO_INDEX", "1")
        monkeypatch.setenv(f"{name}_FIND_LINKS", str(project.wheels))
    monkeypatch.setenv("UV_NO_CACHE", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    yield project
    sys.modules.pop("install")


def test_what_a_lock_names_is_installed_by_uv(project, capsys):
    project.install.main("run")

    assert project.has("installer")
    assert project.has("thing")
    assert "by pip" not in capsys.readouterr().out


def test_what_a_lock_names_is_installed_by_pip_too(project, monkeypatch, capsys):
    # A mirror that is named in pip's configuration alone is not found by uv.
    monkeypatch.delenv("UV_FIND_LINKS")
    project.install.main("run")

    assert project.has("thing")
    assert "by pip" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("digest", "uv_says", "pip_says"),
    [
        ("0" * 64, "Hash mismatch", "DO NOT MATCH THE HASHES"),
        ("", "all requirements must have a hash", "Hashes are required"),
    ],
    ids=["another hash", "no hash"],
)
def test_what_a_lock_does_not_name_is_refused_by_both(
    project, digest, uv_says, pip_says
):
    project.lock("run", "thing", digest)

    with pytest.raises(SystemExit) as ended:
        project.install.main("run")

    # Python prints such a text and ends with the code 1.
    assert str(ended.value.code).startswith("The packages were not installed: ")
    assert str(ended.value.code).count("\n") == 0
    log = project.install.LOG.read_text(encoding="utf-8")
    assert uv_says in log
    assert pip_says in log
    assert not project.has("thing")
    assert not project.install.STAMP.exists()
