"""A server over TLS that answers as LXD does."""

from __future__ import annotations

import contextlib
import datetime
import http.server
import json
import ssl
import tempfile
import threading
from collections.abc import Iterator
from typing import Any

from charmlibs.interfaces.lxd import Identity, Node, _identity


class Server(http.server.ThreadingHTTPServer):
    """The server.

    Attributes:
        identity: Its certificate and key.
        requests: The paths of the requests that it saw, with the fingerprint of the client.
    """

    daemon_threads = True

    def __init__(self, client: Identity | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.identity = create("server")
        self.requests: list[str] = []
        self.clients: list[bytes | None] = []
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(self.identity.certificate + self.identity.private_key)
            file.flush()
            context.load_cert_chain(file.name)
        if client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(cadata=client.certificate)
        self.socket = context.wrap_socket(
            # A client that leaves in the handshake ends in its handler.
            self.socket,
            server_side=True,
            do_handshake_on_connect=False,
        )

    @property
    def node(self) -> Node:
        """The server as a node."""
        return Node(f"https://127.0.0.1:{self.server_port}", "one")

    def handle_error(self, *_args: Any) -> None:
        """Says nothing about clients that leave."""


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def _answer(self) -> None:
        connection: Any = self.connection
        self.server.requests.append(f"{self.command} {self.path}")
        self.server.headers.append(dict(self.headers))
        self.server.clients.append(connection.getpeercert(binary_form=True))
        length = int(self.headers.get("Content-Length", "0"))
        self.server.bodies.append(self.rfile.read(length))
        self._reply()

    def _reply(self) -> None:
        if self.path.startswith("/redirect"):
            self.send_response(302)
            self.send_header("Location", "https://127.0.0.1:9/1.0")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        is_missing = self.path == "/1.0/missing"
        metadata = {"auth": "trusted", "api_extensions": ["projects"], "environment": {}}
        envelope: dict[str, Any] = {"type": "sync", "status_code": 200, "metadata": metadata}
        if is_missing:
            envelope = {"type": "error", "error": "not\x1bfound", "error_code": 404}
        text = b"nothing of LXD" if self.path == "/text" else json.dumps(envelope).encode()
        self.send_response(404 if is_missing else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = _answer  # noqa: N815

    def log_message(self, *_args: Any) -> None:
        """Logs nothing."""


def create(name: str) -> Identity:
    """Makes an identity."""
    return _identity.create_identity(name, datetime.datetime.now(datetime.timezone.utc))


@contextlib.contextmanager
def serving(client: Identity | None = None) -> Iterator[Server]:
    """Runs a server that takes one client; any client if it is left out."""
    with Server(client) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
