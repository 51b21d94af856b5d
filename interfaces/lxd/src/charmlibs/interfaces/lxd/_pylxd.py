"""A client of pylxd to a pinned server."""

from __future__ import annotations

import ssl
from typing import Any

import pylxd
import requests
import requests.adapters


class _PinnedAdapter(requests.adapters.HTTPAdapter):
    """Sends requests only to a server that presents the pinned certificate.

    urllib3 compares `assert_fingerprint` after the handshake, before anything is sent.
    """

    def __init__(self, context: ssl.SSLContext, pin: str) -> None:
        self._context = context
        self._pin = pin
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(  # type: ignore[no-untyped-call, unused-ignore]
            *args,
            **kwargs,
            ssl_context=self._context,
            assert_fingerprint=self._pin,
            assert_hostname=False,
        )

    def send(self, request: Any, *args: Any, **kwargs: Any) -> requests.Response:
        # `verify` may be a bundle of the environment, and `cert` a file. Neither is for LXD.
        given = dict(zip(("stream", "timeout"), args, strict=False))
        given |= {key: kwargs[key] for key in ("stream", "timeout") if key in kwargs}
        return super().send(request, **given, verify=False, cert=None, proxies={})


class _PinnedClient(pylxd.Client):  # type: ignore[misc, unused-ignore]
    @property
    def websocket_url(self) -> str:
        raise NotImplementedError("Cannot use a websocket of pylxd: it does not pin the server")


def create_client(
    endpoint: str, *, context: ssl.SSLContext, pin: str, timeout: float, project: str | None
) -> pylxd.Client:
    """Makes the client. See `LxdClient.pylxd`."""
    session = requests.Session()
    # The environment may name proxies, a bundle of authorities and a .netrc.
    session.trust_env = False
    session.verify = False
    # A redirect to any other address has no adapter.
    session.adapters.clear()
    session.mount(f"{endpoint}/", _PinnedAdapter(context, pin))
    return _PinnedClient(endpoint=endpoint, session=session, timeout=timeout, project=project)
