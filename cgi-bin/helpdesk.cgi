#!/usr/bin/env python3
"""The one entry script: a web server runs it as CGI; a WSGI server finds `application` in it."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
os.environ["HELPDESK_ROOT"] = os.environ.get("HELPDESK_ROOT") or os.path.dirname(HERE)

if __name__ == "__main__":
    from helpdesk_lite.doors import cgi
    from helpdesk_lite.wsgi import application_once

    cgi.run(application_once())
else:
    from helpdesk_lite.wsgi import application  # noqa: F401
