"""What every test may use: a desk in a folder of its own, and real components or an honest skip."""

from __future__ import annotations

import os
import shutil

import pytest

REQUIRE_ALL = os.environ.get("HELPDESK_REQUIRE_ALL") == "1"


def require(*programs: str) -> list[str]:
    """The paths of these programs; the test skips if one is missing, or fails where everything must be there."""
    found = []
    for program in programs:
        path = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/local/sbin")
        if path is None:
            reason = f"{program} is not installed"
            pytest.fail(reason) if REQUIRE_ALL else pytest.skip(reason)
        found.append(path)
    return found
