"""A client of one LXD node."""

from __future__ import annotations

import contextlib
import json
import urllib.parse
from typing import TYPE_CHECKING, Any

from ._answer import Node
from ._bounds import line
from ._errors import LxdResponseError
from ._identity import Identity
from ._tls import PinnedConnection, create_context, pin_of

if TYPE_CHECKING:
    import pylxd

TIMEOUT = 10.0
"""Default limit for each wait, in seconds."""

# An instance's list of thousands is smaller. The limit keeps an endless answer from the memory.
_MAXIMUM_ANSWER = 64 * 2**20

_FIRST_ERROR = 400


class LxdClient:
    """Talks to one node as this charm, and to no other server.

    The server is identified by its certificate alone. `REQUESTS_CA_BUNDLE`, proxies and other
    settings of the environment have no effect.

    Args:
        node: The node.
        identity: The identity that the node trusts.
        server_certificate: The PEM certificate that the node must present.
        timeout: Limit for each wait, in seconds.

    Raises:
        PinError: If the server certificate cannot be read.
    """

    def __init__(
        self,
        node: Node,
        identity: Identity,
        server_certificate: str,
        timeout: float = TIMEOUT,
    ) -> None:
        self.node = node
        self._timeout = timeout
        self._pin = pin_of(server_certificate)
        self._context = create_context(identity)

    def connection(self) -> PinnedConnection:
        """Returns a connection of `http.client`, which connects with its first request."""
        url = urllib.parse.urlsplit(self.node.endpoint)
        return PinnedConnection(
            url.hostname or "",
            url.port or 0,
            context=self._context,
            pin=self._pin,
            timeout=self._timeout,
        )

    def request(self, method: str, path: str, body: object = None) -> Any:
        """Sends one request to LXD's REST API.

        Example:
            client.request("GET", "/1.0/instances?project=web&recursion=1")

        Args:
            method: The HTTP method.
            path: The path with its query. A restricted certificate needs `?project=`.
            body: The body, sent as JSON; None for none.

        Returns:
            The `metadata` of LXD's answer. That of a background operation is the operation.

        Raises:
            PinError: If another server answers. Nothing was sent.
            LxdResponseError: If LXD answers with an error.
            OSError: If LXD does not answer in time.
        """
        content = None if body is None else json.dumps(body)
        headers = {} if content is None else {"Content-Type": "application/json"}
        with contextlib.closing(self.connection()) as connection:
            connection.request(method, path, content, headers)
            response = connection.getresponse()
            text = response.read(_MAXIMUM_ANSWER)
        try:
            envelope = json.loads(text)
        except (ValueError, RecursionError):
            envelope = None
        if not isinstance(envelope, dict):
            raise LxdResponseError(response.status, "the answer is none of LXD's")
        if response.status >= _FIRST_ERROR:
            raise LxdResponseError(response.status, line(str(envelope.get("error", ""))))
        return envelope.get("metadata")

    def pylxd(self, project: str | None = None) -> pylxd.Client:
        """Returns a client of pylxd, which sends a first request at once.

        Install the extra `pylxd` for it. What pylxd does over websockets (`events()`, `execute()`)
        is not pinned, and therefore raises `NotImplementedError`.

        Args:
            project: The project of its requests.

        Raises:
            ImportError: If pylxd is not installed.
            pylxd.exceptions.ClientConnectionFailed: If LXD does not answer, or another server does.
        """
        from ._pylxd import create_client  # noqa: PLC0415 - pylxd is optional.

        return create_client(
            self.node.endpoint,
            context=self._context,
            pin=self._pin,
            timeout=self._timeout,
            project=project,
        )
