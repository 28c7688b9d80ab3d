"""aiokafka: batches of 500, every header as text, offsets committed."""

import asyncio
import time
import uuid

import uvloop
from aiokafka import AIOKafkaConsumer
from common import Window, options


async def main():
    o = options(records=600_000)
    consumer = AIOKafkaConsumer(
        o.topic, bootstrap_servers=o.kafka, group_id=f"bench-{uuid.uuid4()}", enable_auto_commit=False, auto_offset_reset="earliest", fetch_max_wait_ms=10)
    await consumer.start()
    window, length, since = None, 0, 0
    while True:
        batches = await asyncio.wait_for(consumer.getmany(timeout_ms=30_000, max_records=500), 31)
        if not batches:
            raise SystemExit("nothing comes")
        if window is None:
            window = Window()
        for records in batches.values():
            for record in records:
                headers = {name: value.decode() for name, value in record.headers}
                length += len(headers["ce_id"]) + len(record.value)
            window.operations += len(records)
            since += len(records)
        # A commit is awaited here, so not after each batch.
        if since >= 5000:
            since = 0
            await consumer.commit()
        if window.operations >= o.records or time.monotonic() - window.began >= o.seconds:
            break
    window.print()
    await consumer.stop()


uvloop.run(main())
