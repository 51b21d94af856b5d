"""Reads what a unit publishes over `cos_agent` as collectors do, with the library that they use.

Reads the text of the key `config` from standard input, and the path of the interface's JSON schema as
argument. Prints the titles of the dashboards as JSON, or fails.
"""

import json
import pathlib
import sys

import jsonschema
from cosl import DashboardPath40UID, LZMABase64
from cosl.rules import Rules

# In an early version of the interface, a job with these keys was one on the unit's own machine.
FORMER_KEYS = {"job_name", "path", "port"}


def read(config: dict[str, object], schema: dict[str, object]) -> list[str]:
    """Checks a configuration, and returns the titles of its dashboards."""
    definitions = schema["$defs"]
    jsonschema.validate(config, {**definitions["NestedDataModel"], "$defs": definitions})
    for query_type, key in (("promql", "metrics_alert_rules"), ("logql", "log_alert_rules")):
        rules = Rules(query_type)
        rules.add(config[key])
        # A collector leaves rules alone whose names say whose they are.
        assert rules.as_dict() == config[key], key
    names = [job["job_name"] for job in config["metrics_scrape_jobs"]]
    assert len(set(names)) == len(names), names
    assert not any(FORMER_KEYS <= set(job) for job in config["metrics_scrape_jobs"])
    dashboards = [json.loads(LZMABase64.decompress(one)) for one in config["dashboards"]]
    assert all(DashboardPath40UID.is_valid(one["uid"]) for one in dashboards)
    return [one["title"] for one in dashboards]


print(json.dumps(read(json.load(sys.stdin), json.loads(pathlib.Path(sys.argv[1]).read_text()))))
