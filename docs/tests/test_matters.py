"""What the answers of both sites cannot show is shown by a test on either side."""

import re

import pytest

from docs.side_by_side.pairs import ROOT, SITES
from shared_tests.matters import NOTHING_TO_COMPARE

NAMED = re.findall(r"\btest_\w+", " ".join(NOTHING_TO_COMPARE.values()))


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("test", NAMED)
def test_a_test_that_a_reason_names_is_there(site, test):
    modules = (ROOT / site / "tests").glob("test_*.py")

    assert any(f"def {test}(" in path.read_text(encoding="utf-8") for path in modules)
