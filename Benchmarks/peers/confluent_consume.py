"""confluent-kafka: batches of 500, every header as text, offsets committed."""

import time
import uuid

from common import Window, options
from confluent_kafka import Consumer

o = options(records=600_000)
consumer = Consumer({
    "bootstrap.servers": o.kafka, "group.id": f"bench-{uuid.uuid4()}", "partition.assignment.strategy": "range", "enable.auto.commit": False,
    "auto.offset.reset": "earliest", "fetch.wait.max.ms": 10, "queued.max.messages.kbytes": 1000000, "socket.nagle.disable": True})
consumer.subscribe([o.topic])
window, length, silent = None, 0, time.monotonic() + 30
while True:
    messages = consumer.consume(500, 0.1)
    if not messages:
        if time.monotonic() > silent:
            raise SystemExit("nothing comes")
        continue
    if window is None:
        window = Window()
    for message in messages:
        if message.error():
            raise SystemExit(str(message.error()))
        headers = {name: value.decode() for name, value in message.headers()}
        length += len(headers["ce_id"]) + len(message.value())
    consumer.commit(messages[-1], asynchronous=True)
    window.operations += len(messages)
    if window.operations >= o.records or time.monotonic() - window.began >= o.seconds:
        break
window.print()
consumer.close()
