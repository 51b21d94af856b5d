"""Relations and secrets for tests of charms that use `charmlibs.interfaces.lxd`.

    relation = relation_for_requirer("lxd", "rejected", code="expired")
    state = testing.State(relations=[relation], secrets=secrets_for_requirer(relation))

See the README of `charmlibs-interfaces-lxd`.
"""

from ._answer import NODES, SERVER_CERTIFICATE, ProviderState, answer
from ._relation import relation_for_provider, relation_for_requirer, secrets_for_requirer

__all__ = [
    "NODES",
    "SERVER_CERTIFICATE",
    "ProviderState",
    "answer",
    "relation_for_provider",
    "relation_for_requirer",
    "secrets_for_requirer",
]
