"""The application behind wsgiref's server, every call of it checked by wsgiref's validator: `python -m ... PORT`."""

from __future__ import annotations

import socketserver
import sys
from wsgiref import simple_server, validate

from helpdesk_lite.wsgi import application


class Server(socketserver.ThreadingMixIn, simple_server.WSGIServer):
    """A request at a time for each browser."""

    daemon_threads = True


if __name__ == "__main__":
    address = ("127.0.0.1", int(sys.argv[1]))
    with Server(address, simple_server.WSGIRequestHandler) as server:
        server.set_app(validate.validator(application))
        server.serve_forever()
