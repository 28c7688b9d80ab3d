"""For schemathesis: who calls, about which records, and what a problem document has to be."""

import json
import os
import uuid

import schemathesis

with open(os.environ["FUZZ_WORLD"], encoding="utf-8") as file:
    WORLD = json.load(file)
# Somebody whom no contract names, instead of whom it names.
IS_STRANGER = bool(os.environ.get("FUZZ_STRANGER"))
# What the schema says by itself: a request that fits it is never refused for these.
STRUCTURAL = {"field-missing", "field-unknown", "field-type", "field-null", "value-not-allowed", "json", "idempotency-key"}


@schemathesis.auth(cache_by_key=lambda case, context: context.operation.label)
class Caller:
    def get(self, case, context):
        words = ["notary"] if IS_STRANGER else context.operation.definition.raw["x-callers"]
        return next((WORLD["tokens"][word] for word in words if word in WORLD["tokens"]), None)

    def set(self, case, data, context):
        if data:
            case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Made-up numbers seldom hit a record: every second one gives way to one that is there."""
    known = WORLD["records"].get(context.operation.path, {})
    for name, value in (path_parameters or {}).items():
        if name in known and sum(str(value).encode()) % 2 == 0:
            path_parameters[name] = known[name]
    return path_parameters


@schemathesis.hook
def before_call(context, case, kwargs):
    """A key that could be one is made a new one: examples repeat, and a key used again is answered from memory."""
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and 1 <= len(key) <= 128 and all("!" <= c <= "~" for c in key):
        case.headers["Idempotency-Key"] = str(uuid.uuid4())


@schemathesis.check
def problem_document(ctx, response, case):
    """Every refusal is an RFC 9457 document that a client can act on, and says the same as the status line."""
    if response.status_code < 400 or case.method == "HEAD":
        return
    media_type = response.headers.get("content-type", [""])[0]
    assert media_type == "application/problem+json", media_type
    problem = response.json()
    assert problem["status"] == response.status_code, problem
    assert problem["type"].startswith("urn:egov:problem:") and problem["title"], problem
    assert len(problem.get("traceId", "")) == 32, problem
    if response.status_code == 401:
        assert response.headers.get("www-authenticate", [""])[0].startswith("Bearer"), "401 without WWW-Authenticate"
    if response.status_code == 503:
        assert "retry-after" in response.headers, "503 without Retry-After"
    mode = case.meta.generation.mode if case.meta else None
    if response.status_code == 422 and mode is not None and mode.is_positive and not problem["type"].endswith("key-reused"):
        assert problem.get("rule") and problem["rule"] not in STRUCTURAL, f"fits its schema, and is refused for it: {problem}"
