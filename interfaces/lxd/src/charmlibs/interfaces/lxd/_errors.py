"""The exceptions of the library."""

from __future__ import annotations


class NotReadyError(Exception):
    """LXD does not let this charm in yet. `LxdRequirer.status` says why."""


class PinError(ConnectionError):
    """The server did not prove to be the pinned one. No byte of a request was sent."""


class LxdResponseError(Exception):
    """LXD answered with an error.

    Attributes:
        status: The HTTP status.
        reason: The error in LXD's words.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"LXD answers with HTTP status {status}: {reason}")
        self.status = status
        self.reason = reason
