"""Prints what the testing package's provider answers in each state, as JSON."""

import json
import sys

from charmlibs.interfaces import lxd_testing

OPTIONS = [
    {"state": "pending"},
    {"state": "trusted"},
    {"state": "trusted", "projects": ["web"]},
    {"state": "rejected", "code": "expired", "reason": "It is expired"},
    {"state": "pending", "is_rotating": True},
    {"state": "rejected", "is_rotating": True},
    {"state": "trusted", "provider_error": "lxd-unreachable"},
    {"state": "trusted", "owner": "application"},
]

relations = [lxd_testing.relation_for_requirer(**options) for options in OPTIONS]
answers = [relation.remote_units_data[0] for relation in relations]
offers = [{**relation.local_unit_data, **relation.local_app_data} for relation in relations]
network = ("egress-subnets", "ingress-address", "private-address")
databags = [
    [{key: value for key, value in databag.items() if key not in network} for databag in side]
    for side in (answers, offers)
]
json.dump(dict(zip(("answers", "offers"), databags, strict=True)), sys.stdout)
