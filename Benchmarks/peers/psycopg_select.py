"""psycopg 3 with its C implementation: one connection in pipeline mode, 64 statements under way, binary."""

import random
import time

import psycopg
from common import HOLDERS, QUERY, Window, options

o = options()
with psycopg.connect(o.database, autocommit=True) as connection:
    window, draw = Window(), random.Random(1)
    measuring, end = False, time.monotonic() + o.warm_up
    cursors = [connection.cursor(binary=True) for _ in range(64)]
    while True:
        keys = [draw.randrange(HOLDERS) + 1 for _ in cursors]
        with connection.pipeline():
            for cursor, key in zip(cursors, keys):
                cursor.execute(QUERY + "%s", (key,), prepare=True)
            for cursor, key in zip(cursors, keys):
                row = cursor.fetchone()
                assert row[0] == key and row[3] == 1
                window.operations += 1
        if time.monotonic() >= end:
            if measuring:
                break
            measuring, end = True, time.monotonic() + o.seconds
            window.begin()
    window.print()
