"""asyncpg: one connection, prepared, one statement at a time (it has no pipeline)."""

import asyncio
import random

import asyncpg
import uvloop
from common import HOLDERS, QUERY, Window, options


async def main():
    o = options()
    connection = await asyncpg.connect(o.database)
    statement = await connection.prepare(QUERY + "$1")
    window, draw, loop = Window(), random.Random(1), asyncio.get_running_loop()
    measuring, end = False, loop.time() + o.warm_up
    while True:
        # A connection takes one statement at a time: 64 tasks would wait for each other, so one asks.
        for _ in range(64):
            key = draw.randrange(HOLDERS) + 1
            row = await statement.fetchrow(key)
            number, name, version, changed, note = row[1], row[2], row[3], row[4], row[5]
            assert row[0] == key and version == 1
            window.operations += 1
        if loop.time() >= end:
            if measuring:
                break
            measuring, end = True, loop.time() + o.seconds
            window.begin()
    window.print()


uvloop.run(main())
