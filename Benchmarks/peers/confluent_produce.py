"""confluent-kafka (librdkafka under Python): keyed records, every delivery report counted, 16,000 under way."""

import time

from common import Window, options, values
from confluent_kafka import Producer

o = options()
producer = Producer({
    "bootstrap.servers": o.kafka, "enable.idempotence": True, "acks": "all", "compression.type": "lz4", "linger.ms": 1,
    "message.timeout.ms": 0, "queue.buffering.max.messages": 200000, "queue.buffering.max.kbytes": 65536, "partitioner": "murmur2_random",
    "socket.nagle.disable": True})
window, under_way, sent = Window(), 0, 0
keys, bodies = [f"account-{i}".encode() for i in range(10_000)], values()


def reported(error, _):
    global under_way
    if error:
        raise SystemExit(str(error))
    under_way -= 1
    window.operations += 1


measuring, end = False, time.monotonic() + o.warm_up
while True:
    while under_way < 16_000:
        producer.produce(o.topic, bodies[sent % 1024], keys[sent % 10_000], on_delivery=reported)
        under_way += 1
        sent += 1
    producer.poll(0.1)
    if time.monotonic() >= end:
        if measuring:
            break
        measuring, end = True, time.monotonic() + o.seconds
        window.begin()
window.print()
producer.flush(5)
