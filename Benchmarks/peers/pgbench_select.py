"""pgbench with prepared statements: for orientation, it decodes nothing."""

import json
import re
import subprocess
import tempfile

from common import HOLDERS, QUERY, options

o = options(clients=1)
with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
    script.write(f"\\set id random(1, {HOLDERS})\n{QUERY}:id;\n")
    script.flush()
    words = ["pgbench", "-n", "-M", "prepared", "-c", str(o.clients), "-T", str(max(1, round(o.seconds))), "-f", script.name, o.database]
    text = subprocess.run(words, check=True, capture_output=True, text=True).stdout
rate = float(re.search(r"tps = ([\d.]+)", text).group(1))
print(json.dumps({"rate": rate, "seconds": o.seconds, "operations": round(rate * o.seconds), "errors": 0}))
