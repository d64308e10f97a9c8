"""Flask's test of a production start leaves out no check of Django's command."""

import ast
import inspect
import re
from pathlib import Path

from django.core.checks.security import base, csrf, sessions

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "flask_site/tests/test_settings.py"
NAME = "test_a_production_start_passes_the_checks_of_deployment"


def test_every_check_of_deployment_has_its_line_on_the_other_side():
    text = TESTS.read_text(encoding="utf-8")
    (test,) = [
        ast.get_source_segment(text, node) or ""
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef) and node.name == NAME
    ]

    checked = "".join(inspect.getsource(module) for module in (base, csrf, sessions))
    numbers = set(re.findall(r"\bid=\"security\.([EW]\d+)\"", checked))
    assert numbers == set(re.findall(r"\b[EW]\d{3}\b", test))
