"""What the terminal and the file say about losses."""

import subprocess
from importlib.metadata import version

from ..postgresql_server import postgresql_programs
from ..storm import report as storm
from ..storm.measure import Figures
from .words import SCENARIOS, tell, wrong


def circumstances() -> Figures:
    """When, where and with what it was measured."""
    found = storm.circumstances()
    versions = found["versions"] | {"psycopg": version("psycopg")}
    versions |= postgresql_version()
    return {key: found[key] for key in ("date", "machine")} | {"versions": versions}


def postgresql_version() -> dict[str, str]:
    """Ask PostgreSQL for its version."""
    programs = postgresql_programs()
    if not programs:
        return {}
    command = [str(programs / "postgres"), "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {"postgresql": done.stdout.split()[2]}


def tables(runs: list[Figures]) -> str:
    """Write the figures for a terminal."""
    parts = []
    for scenario, title in SCENARIOS.items():
        told = [
            f"  {run['site']:6}  {run['database']:10}  {tell(run)}"
            for run in runs
            if run["scenario"] == scenario
        ]
        if told:
            parts.append("\n".join([f"When {title}:", *told]))
    return "\n\n".join(parts)


def wrongs(runs: list[Figures]) -> list[str]:
    """Name what went wrong, a sentence each."""
    return [
        f"{run['site']}, {run['database']}, {run['scenario']}: {number} "
        f"{key.replace('_', ' ')}; answers: {run.get('answers')}."
        for run in runs
        for key, number in wrong(run).items()
    ]
