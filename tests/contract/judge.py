"""Judges databags by the models of a schema.py, and by a JSON Schema.

Reads a request from standard input, and prints the verdicts, both as JSON.
"""

import importlib.util
import json
import sys


def load(path):
    spec = importlib.util.spec_from_file_location(path.replace("/", "_"), path)
    module = importlib.util.module_from_spec(spec)
    # Without an entry, pydantic cannot resolve the names of annotations.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def errors_of_model(model, databag):
    try:
        model.model_validate(databag)
    except ValueError as error:
        return [f"{problem['loc']}: {problem['msg']}" for problem in error.errors()]
    return []


def main():
    sys.dont_write_bytecode = True
    request = json.load(sys.stdin)
    model = getattr(load(request["models"]), request["model"])
    verdicts = {
        "keys": sorted(model.model_fields),
        "pydantic": [errors_of_model(model, databag) for databag in request["databags"]],
    }
    if "validator" in request:
        errors_of = load(request["validator"]).errors_of
        with open(request["schema"]) as file:
            schema = json.load(file)
        verdicts["jsonschema"] = [errors_of(databag, schema) for databag in request["databags"]]
    json.dump(verdicts, sys.stdout)


main()
