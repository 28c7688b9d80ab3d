"""Validates an OpenAPI document, shows that the validator would see a fault, and holds each example to its schema."""

import copy
import json
import sys

import jsonschema
from openapi_spec_validator import OpenAPIV31SpecValidator

METHODS = {"get", "put", "post", "delete"}


def faults(document):
    return [f"{'/'.join(map(str, error.path))}: {error.message}" for error in OpenAPIV31SpecValidator(document).iter_errors()]


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield f"{method.upper()} {path}", operation


def media(operation):
    """The contents of an operation that have a schema and an example."""
    for content in (operation.get("requestBody") or {}).get("content", {}).values():
        yield "request", content
    for status, response in operation["responses"].items():
        for content in response.get("content", {}).values():
            yield status, content


path = sys.argv[1]
with open(path, encoding="utf-8") as file:
    document = json.load(file)

assert document["openapi"].startswith("3.1"), document["openapi"]
found = faults(document)

names = [name for name, _ in operations(document)]
assert names, "no operations"

# A validator that finds nothing anywhere proves nothing.
broken = copy.deepcopy(document)
first = next(iter(operations(broken)))[1]
first["responses"] = {"200": {"content": {"application/json": {"schema": {"type": "strng"}}}}}
assert faults(broken), "the validator does not see a fault"

examples = 0
for name, operation in operations(document):
    for place, content in media(operation):
        if "example" not in content or "schema" not in content:
            continue
        schema = dict(content["schema"])
        schema["components"] = document.get("components", {})
        for error in jsonschema.Draft202012Validator(schema).iter_errors(content["example"]):
            found.append(f"{name} {place}: its example: {error.json_path}: {error.message}")
        examples += 1

for fault in found:
    print(f"✗ {path}: {fault}")
print(f"{document['info']['title']}: {len(names)} operations, {examples} examples, {len(found)} faults")
sys.exit(1 if found else 0)
