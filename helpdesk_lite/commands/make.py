"""`helpdesk-lite init` and `demo`: a new desk to keep, and one to throw away."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
import tempfile

from helpdesk_lite import assemble, disk
from helpdesk_lite.root import SHARE, Root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from helpdesk_lite.web.house import House
    from helpdesk_lite.words.form import Form

_SCRIPT = '''\
{first_line}
"""The one entry script: a web server runs it as CGI; a WSGI server finds `application` in it."""

import os

HERE = os.path.dirname(os.path.abspath(__file__))
os.environ["HELPDESK_ROOT"] = os.environ.get("HELPDESK_ROOT") or os.path.dirname(HERE)

if __name__ == "__main__":
    from helpdesk_lite.doors import cgi
    from helpdesk_lite.wsgi import application_once

    cgi.run(application_once())
else:
    from helpdesk_lite.wsgi import application  # noqa: F401
'''


def init(given: Namespace) -> int:
    """Make what is missing of a desk in the folder, and say what to do next."""
    folder = os.path.abspath(given.folder or given.root or ".")
    make_desk(folder)
    print(f"There is a desk in {folder}:")
    print("  forms/                contact forms, an HTML file each: change them, add your own")
    print("  data/settings.toml    every setting, with comments")
    print("  cgi-bin/helpdesk.cgi  for a web server with CGI")
    print(f"Try it: helpdesk-lite --root {shlex.quote(folder)} serve")
    return 0


def make_desk(folder: str) -> Root:
    """Make forms/, data/ and cgi-bin/helpdesk.cgi in `folder`, each if it is missing."""
    root = Root(folder)
    assemble.make_data(root)
    if not os.path.isdir(root.forms):
        shutil.copytree(os.path.join(SHARE, "forms"), root.forms)
    script = os.path.join(root.path, "cgi-bin", "helpdesk.cgi")
    if not os.path.exists(script):
        os.makedirs(os.path.dirname(script), exist_ok=True)
        disk.replace(script, [_SCRIPT.format(first_line=first_line(sys.executable)).encode()])
        os.chmod(script, 0o755)
    for path in (root.path, root.forms, os.path.dirname(script)):
        os.chmod(path, os.stat(path).st_mode | 0o055)  # the web server's own user must reach the script and the forms
    return root


def first_line(python: str) -> str:
    """What has the system run the script with `python`; by a shell (to Python, a string) where `#!` cannot name it."""
    if not re.search(r"\s", python) and len(python) < 126:  # Linux before 5.1 reads 127 bytes
        return f"#!{python}"
    return f"""#!/bin/sh\n'''exec' {shlex.quote(python)} "$0" "$@"\n' '''"""


def demo(given: Namespace) -> int:
    """Serve a throw-away desk with something in it."""
    from helpdesk_lite.commands import serve
    from helpdesk_lite.shelves.operators import Operator
    from helpdesk_lite.words.rights import ADMINISTRATOR, OPERATOR

    with tempfile.TemporaryDirectory(prefix="helpdesk-demo-") as folder:
        root = make_desk(folder)
        house = assemble.house(root)
        password = f"{assemble.chance():016x}"
        for name, role in (("ada", ADMINISTRATOR), ("ben", OPERATOR)):
            house.operators.add(Operator(name, f"{name}@localhost", role), password)
        form = house.forms.form("contact")
        for name, subject, message in _STORIES:
            _submit(house, form, name, subject, message)

        def say() -> None:
            print(f"Operators: ada (administrator) and ben, both with the password {password}", flush=True)
            print(f"Mail is delivered into {root.inside('mail')}; everything goes when you press Ctrl-C.", flush=True)

        return serve.run(root, given.bind, say)


_STORIES = (
    ("Jane Doe", "The printer is on fire", "It burns.\nWhat shall we do?"),
    ("Luca Bianchi", "Fattura di ottobre", "Buongiorno, non trovo la fattura di ottobre.\nGrazie!"),
    ("Amélie Poulain", "Opening hours", "Are you open on Sundays?"),
)


def _submit(house: House, form: Form, name: str, subject: str, message: str) -> None:
    from helpdesk_lite.forms.verdict import judge
    from helpdesk_lite.words.form import Posted

    email = name.split()[0].lower().replace("é", "e") + "@example.org"
    pairs = (("name", name), ("email", email), ("subject", subject), ("message", message))
    house.desk.submit(form, judge(form, Posted(pairs)), "127.0.0.1", "en")
