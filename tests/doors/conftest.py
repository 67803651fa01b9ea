"""`door`: the same tests run against every way a browser can come in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import servers

UPLOAD_FORM = """<title>Send us a file</title>
<label>Your name <input name="name" required></label>
<label>Your email address <input name="email" type="email" required></label>
<label>Message <textarea name="message" required></textarea></label>
<label>Pictures <input name="picture" type="file" multiple></label>
<button>Send</button>
"""


@pytest.fixture(scope="session", params=list(servers.SERVERS))
def door(request: pytest.FixtureRequest) -> Iterator[servers.Door]:
    """A desk of its own behind this server, for all tests of the run; each test makes the tickets it needs."""
    with servers.door(request.param, upload_mb=1, sign_in_tries=0) as opened:
        (opened.desk.root / "forms" / "upload.html").write_text(UPLOAD_FORM)
        yield opened
