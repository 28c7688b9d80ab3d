"""aiokafka: keyed records, eight batches of 2,000 side by side, each awaited until it is acknowledged."""

import asyncio

import uvloop
from aiokafka import AIOKafkaProducer
from common import Window, options, values


async def main():
    o = options()
    producer = AIOKafkaProducer(
        bootstrap_servers=o.kafka, enable_idempotence=True, acks="all", compression_type="lz4", linger_ms=1, max_batch_size=1_000_000)
    await producer.start()
    keys, bodies = [f"account-{i}".encode() for i in range(10_000)], values()
    window, over, sent = Window(), False, 0

    async def batches():
        nonlocal sent
        while not over:
            futures = []
            for _ in range(2000):
                futures.append(await producer.send(o.topic, bodies[sent % 1024], keys[sent % 10_000]))
                sent += 1
            await asyncio.gather(*futures)
            window.operations += 2000

    tasks = [asyncio.create_task(batches()) for _ in range(8)]
    await asyncio.sleep(o.warm_up)
    window.begin()
    await asyncio.sleep(o.seconds)
    window.print()
    over = True
    await asyncio.gather(*tasks)
    await producer.stop()


uvloop.run(main())
