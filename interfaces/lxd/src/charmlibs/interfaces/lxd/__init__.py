"""Access to LXD for a Juju charm: the requirer's side of the interface `lxd`.

`LxdRequirer` is all that most charms need. See the README of the package.
"""

from ._access import LxdAccess
from ._answer import Answer, CertificateAnswer, Node, ProviderError, Rejection, Standing
from ._client import LxdClient
from ._codes import LIMITS, PROVIDER_ERROR_CODES, REJECTION_CODES, WARNING_CODES, Words
from ._errors import LxdResponseError, NotReadyError, PinError
from ._events import (
    LxdGoneEvent,
    LxdNodesChangedEvent,
    LxdReadyEvent,
    LxdRejectedEvent,
    LxdRequirerEvents,
)
from ._identity import Identity
from ._requirer import LxdRequirer
from ._tls import PinnedConnection
from ._version import __version__ as __version__

__all__ = [
    "LIMITS",
    "PROVIDER_ERROR_CODES",
    "REJECTION_CODES",
    "WARNING_CODES",
    "Answer",
    "CertificateAnswer",
    "Identity",
    "LxdAccess",
    "LxdClient",
    "LxdGoneEvent",
    "LxdNodesChangedEvent",
    "LxdReadyEvent",
    "LxdRejectedEvent",
    "LxdRequirer",
    "LxdRequirerEvents",
    "LxdResponseError",
    "Node",
    "NotReadyError",
    "PinError",
    "PinnedConnection",
    "ProviderError",
    "Rejection",
    "Standing",
    "Words",
]
