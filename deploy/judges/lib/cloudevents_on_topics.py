"""Judges the messages that kcat has read: arguments are the journey's file and the folder of kcat's output."""

import base64
import json
import os
import pathlib
import subprocess
import sys

import jsonschema
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from cloudevents.core.exceptions import CloudEventValidationError

lines = [line.split(" ", 1) for line in pathlib.Path(sys.argv[1]).read_text("utf-8").splitlines()]
keys = {value for kind, value in lines if kind == "key"}
secrets = [value for kind, value in lines if kind == "secret"]
assert keys and secrets
schemas = {}


def schema(of_type):
    if of_type not in schemas:
        text = subprocess.run(
            [os.environ["EGOVCTL"], "contracts", "schema", of_type], check=True, capture_output=True, text=True).stdout
        schemas[of_type] = json.loads(text)
    return schemas[of_type]


def message(record, without=None):
    pairs = record["headers"]
    headers = {name: value.encode() for name, value in zip(pairs[::2], pairs[1::2])}
    assert len(headers) == len(pairs) // 2, "a header stands twice"
    headers.pop(without, None)
    return KafkaMessage(headers=headers, key=record["key"].encode(), value=record["payload"].encode())


def records(kind):
    for file in sorted(pathlib.Path(sys.argv[2]).glob(f"{kind}-*.jsonl")):
        found = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        assert found, f"{file.name}: nothing on the topic"
        yield from found


def readable(record):
    """Everything of a message that somebody with kcat sees, base64url of its parts taken off too."""
    text = json.dumps(record, ensure_ascii=False)
    for part in record["payload"].split("."):
        try:
            text += base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode("utf-8", "replace")
        except ValueError:
            pass
    return text


count = {"clear": 0, "sealed": 0}
seen = set()
for kind in count:
    for record in records(kind):
        event = from_binary_event(message(record))
        assert event.get_specversion() == "1.0" and event.get_id() and event.get_source().startswith("/"), record
        assert event.get_time().utcoffset() is not None
        # What it is about is what it is keyed by.
        assert event.get_subject() == record["key"], record
        seen.add(record["key"])
        count[kind] += 1
        if kind == "clear":
            data = event.get_data()
            assert isinstance(data, dict), "the SDK has not read the event's data as JSON"
            jsonschema.Draft202012Validator(schema(event.get_type())).validate(data)
        else:
            assert event.get_datacontenttype() == "application/jose"
            header = json.loads(base64.urlsafe_b64decode(record["payload"].split(".")[0] + "==="))
            assert (header["alg"], header["enc"]) == ("ECDH-ES", "A256GCM"), header
        for secret in secrets:
            assert secret not in readable(record), f"{kind}: {secret!r} is readable on {record['topic']}"

assert keys <= seen, f"not on the topics: {keys - seen}"
# Had one been there in base64url, it would have been seen.
hidden = base64.urlsafe_b64encode(secrets[0].encode()).decode().rstrip("=")
assert secrets[0] in readable({"payload": f"x.{hidden}.y"})

# The SDK does see what is no CloudEvent (a missing id it makes up).
sample = next(records("clear"))
for header in ("ce_type", "ce_source"):
    try:
        from_binary_event(message(sample, without=header))
        sys.exit(f"the SDK does not miss {header}")
    except CloudEventValidationError:
        pass

print(f"{count['clear']} events of {len(schemas)} types parse and fit their schemas; {count['sealed']} sealed messages show nothing")
