"""Prints how the library reads databags of a provider, as JSON.

Its standard input is a list of objects: `databag`, and `fingerprints` of certificates. For each it
prints the standing, the reasons and codes of the rejections, and the projects of each certificate.
"""

import json
import sys

from charmlibs.interfaces.lxd import _read


def reading(databag: dict[str, str], fingerprint: str) -> dict[str, object]:
    answer = _read.read_answer([databag])
    told = [one for one in answer.rejections if one.fingerprint == fingerprint]
    about = answer.certificates.get(fingerprint)
    return {
        "standing": answer.standing_of(fingerprint),
        "rejections": [[one.code, one.reason] for one in told],
        "projects": about.projects if about and about.state == "trusted" else "none",
    }


readings = [
    [reading(case["databag"], fingerprint) for fingerprint in case["fingerprints"]]
    for case in json.load(sys.stdin)
]
json.dump(readings, sys.stdout)
