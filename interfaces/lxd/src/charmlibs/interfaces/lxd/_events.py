"""The events of the library. Each has its `relation`."""

from __future__ import annotations

import ops


class LxdReadyEvent(ops.RelationEvent):
    """LXD lets this charm in, or lets it in with another certificate than before.

    Read `nodes` and `client()` anew.
    """


class LxdRejectedEvent(ops.RelationEvent):
    """The provider rejects the newest certificate. `rejections` has the reasons."""


class LxdNodesChangedEvent(ops.RelationEvent):
    """The nodes, or the certificate that they present, have changed while the charm has access."""


class LxdGoneEvent(ops.RelationEvent):
    """The relation is gone, or LXD no longer lets this charm in."""


class LxdRequirerEvents(ops.ObjectEvents):
    """The events of `LxdRequirer`."""

    ready = ops.EventSource(LxdReadyEvent)
    rejected = ops.EventSource(LxdRejectedEvent)
    nodes_changed = ops.EventSource(LxdNodesChangedEvent)
    gone = ops.EventSource(LxdGoneEvent)
