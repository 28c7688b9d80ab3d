"""For schemathesis: each operation is called by somebody whom its contract lets in, now and then about a record that is there."""

import json
import os

import schemathesis

with open(os.environ["FUZZ_WORLD"], encoding="utf-8") as file:
    WORLD = json.load(file)


@schemathesis.auth(cache_by_key=lambda case, context: context.operation.label)
class Caller:
    def get(self, case, context):
        for word in context.operation.definition.raw["x-callers"]:
            if word in WORLD["tokens"]:
                return WORLD["tokens"][word]
        return None

    def set(self, case, data, context):
        if data:
            case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Texts that could be anything seldom hit a record; every second one is put in the place of one that is there."""
    known = WORLD["records"].get(context.operation.path, {})
    for name, value in (path_parameters or {}).items():
        if name in known and sum(str(value).encode()) % 2 == 0:
            path_parameters[name] = known[name]
    return path_parameters
