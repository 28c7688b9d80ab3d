"""What the fuzzing knows of a platform that has shown its demonstration: tokens by the contracts' words, and records that are there.

Arguments: URL of e-License, tokens as word=token; the world is printed as JSON.
"""

import json
import sys
import urllib.request
import uuid

url = sys.argv[1]
tokens = dict(pair.split("=", 1) for pair in sys.argv[2:])


def call(path, body=None):
    headers = {"Authorization": f"Bearer {tokens['citizen']}"}
    if body is not None:
        headers |= {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url + path, data=data, headers=headers), timeout=20) as answer:
        return json.load(answer)


mine = call("/v1/applications")["items"]
licence = next(call(f"/v1/applications/{item['number']}")["licence"] for item in mine if item["status"] == "issued")
# One to read, one to decide and one to withdraw.
read, decide, withdraw = (call("/v1/applications", {"kind": "advocate", "language": "kk"})["number"] for _ in range(3))
json.dump({
    "tokens": tokens,
    "records": {
        "/v1/persons/{iin}": {"iin": "850315300019"},
        "/v1/licences/{number}": {"number": licence},
        "/v1/applications/{number}": {"number": read},
        "/v1/applications/{number}/decision": {"number": decide},
        "/v1/applications/{number}/withdrawal": {"number": withdraw},
    },
}, sys.stdout)
