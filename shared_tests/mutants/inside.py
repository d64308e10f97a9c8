"""How many small faults a site's own tests notice, counted by mutmut: `make mutmut`.

mutmut changes a copy, which differs from the site in one thing: what stands above a
function with an @ is called below it, for mutmut leaves decorated functions alone,
and so it would leave out nearly every view.
"""

import argparse
import ast
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from ..servers import ROOT, SITES
from .patches import COPIED

CHANGED = [
    f"{package}/{module}.py"
    for package in ("blog", "users")
    for module in ("models", "forms", "views")
]
# Tests of the guide's sentences about the frameworks, not of the site.
OF_THE_GUIDE = ["test_article", "test_changing_sides", "test_labs", "test_rosetta"]
# mutmut's codes for what nobody noticed: tests pass, there are none, it was not tried.
MISSED = {0, 5, 33, None}
AT_ONCE = 2

SETTINGS = """
[tool.mutmut]
source_paths = ["{site}_site"]
only_mutate = {changed}
also_copy = {copied}
pytest_add_cli_args_test_selection = ["{site}_site/tests"]
pytest_add_cli_args = ["-p", "no:cacheprovider", "-n", "0", {ignored}]
timeout_multiplier = 60 # the machine may be busy
track_dependencies = false
use_git_change_detection = false
"""


def call_decorators_below(source: str) -> str:
    """Return a module whose functions are decorated by a line below them."""
    lines = source.splitlines(keepends=True)
    decorated = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
        and node.decorator_list
        and ast.unparse(node.decorator_list[-1]) not in {"classmethod", "staticmethod"}
    ]
    for node in sorted(decorated, key=lambda node: node.lineno, reverse=True):
        call = node.name
        for decorator in reversed(node.decorator_list):
            call = f"({ast.unparse(decorator)})({call})"
        indent = " " * node.col_offset
        lines.insert(node.end_lineno or 0, f"{indent}{node.name} = {call}\n")
        del lines[node.decorator_list[0].lineno - 1 : node.lineno - 1]
    return "".join(lines)


def prepare(site: str, folder: Path) -> None:
    """Copy what the tests of a site need, and tell mutmut what to do there."""
    ignored = shutil.ignore_patterns("__pycache__")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, folder)
    changed = [f"{site}_site/{name}" for name in CHANGED]
    for name in changed:
        source = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(call_decorators_below(source), encoding="utf-8")
    settings = SETTINGS.format(
        site=site,
        changed=changed,
        copied=COPIED,
        ignored=", ".join(f'"--ignore-glob=*{name}*"' for name in OF_THE_GUIDE),
    )
    with (folder / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(settings)


def read_faults(site: str, folder: Path, name: str) -> dict[str, bool]:
    """Read which faults of a file were noticed."""
    path = folder / "mutants" / f"{site}_site" / f"{name}.meta"
    codes = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
    return {fault: code not in MISSED for fault, code in codes.items()}


def rate(name: str, faults: dict[str, bool]) -> str:
    """Say how many faults were noticed."""
    noticed, total = sum(faults.values()), len(faults)
    share = 100 * noticed / max(1, total)
    return f"{name:16} {noticed:4} of {total:4} {share:5.1f} %"


def main() -> int:
    """Show what nobody noticed, then count."""
    parser = argparse.ArgumentParser(prog="python -m shared_tests.mutants.inside")
    parser.add_argument("--site", choices=list(SITES), required=True)
    site = parser.parse_args().site
    mutmut = [sys.executable, "-m", "mutmut"]
    with tempfile.TemporaryDirectory(prefix="mutmut-") as name:
        folder = Path(name)
        prepare(site, folder)
        subprocess.run(
            [*mutmut, "run", "--max-children", str(AT_ONCE)], cwd=folder, check=True
        )
        found = {name: read_faults(site, folder, name) for name in CHANGED}
        everything = {
            fault: seen for faults in found.values() for fault, seen in faults.items()
        }
        for fault in (fault for fault, noticed in everything.items() if not noticed):
            subprocess.run([*mutmut, "show", fault], cwd=folder, check=True)
    for name, faults in {**found, site: everything}.items():
        print(rate(name, faults))
    return 0


if __name__ == "__main__":
    sys.exit(main())
