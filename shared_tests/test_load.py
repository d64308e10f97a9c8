"""`make load`, from the number to the databases."""

import os
import pty
import re
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress

import pytest

from .contract import row
from .servers import ROOT, SITES, command_line, copy_database

LOAD = [sys.executable, "-m", "shared_tests.load"]


def run_on_terminal(command, environment):
    """Run a command where it can draw; return its exit code and what it drew."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    drawn = b""
    # Linux ends the reading with an error when nobody holds the other end.
    with suppress(OSError):
        while piece := os.read(ours, 4096):
            drawn += piece
    os.close(ours)
    return process.wait(), drawn.decode()


@row("SITE-10")
def test_a_terminal_shows_how_far_the_load_is(launch, site_name):
    folder = launch.new_folder(f"{site_name}-load")
    copy_database(launch.empty_database(site_name), folder / "site.sqlite3")
    command = [*command_line(SITES[site_name]["load_posts"]), "3000"]
    code, drawn = run_on_terminal(command, launch.environment(folder))

    assert code == 0, drawn
    assert re.findall(r"#\S*\s+(\d+)%", drawn)[-2:] == ["66", "100"]
    assert "Loaded 3000 of 3000 posts." in drawn


def test_one_database_for_both_sites_is_filled_once(launch):
    folder = launch.new_folder("load")
    environment = launch.environment(folder, SHARED_DATABASE="1")
    done = subprocess.run(
        [*LOAD, "10"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Loaded 10 of 10 posts.") == 1
    with closing(sqlite3.connect(folder / "site.sqlite3")) as database:
        query = "SELECT count(*) FROM blog_post WHERE title LIKE 'Made-up post %'"
        assert database.execute(query).fetchone() == (10,)


@pytest.mark.parametrize("count", ["", "0", "-1", "10000001", "1e6", "many"])
def test_an_impossible_number_is_refused_in_one_line(count):
    done = subprocess.run(
        [*LOAD, count], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert re.fullmatch("Say how many posts, .*\n", done.stdout)
