"""Write the bill of materials of what the sites run on, in the form of CycloneDX.

It is made from run.txt alone, so that it is the same wherever and whenever it is made.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from install import HERE

ROOT = HERE.parent
BILL = ROOT / "build/sbom.cdx.json"
# No index is named: each reader has one of their own.
COMMAND = [sys.executable, "-m", "cyclonedx_py", "requirements", "--index-url", "."]


def make_bill(lock: Path) -> dict[str, Any]:
    """Return the bill of materials of a lock: every pin with its hashes."""
    command = [*COMMAND, "--output-reproducible", str(lock)]
    made = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    bill: dict[str, Any] = json.loads(made.stdout)
    bill["metadata"]["component"] = {"type": "application", "name": "diptych"}
    for tool in bill["metadata"]["tools"]["components"]:
        del tool["externalReferences"]  # its home pages
    return bill


if __name__ == "__main__":
    bill = make_bill(HERE / "run.txt")
    BILL.parent.mkdir(exist_ok=True)
    BILL.write_text(json.dumps(bill, indent=2) + "\n", encoding="utf-8")
    count = len(bill["components"])
    print(f"The bill of materials, {count} packages, is in {BILL.relative_to(ROOT)}")
