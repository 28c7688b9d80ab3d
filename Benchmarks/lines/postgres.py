"""PostgreSQL: point selects, inserts by unnest, COPY."""

from rig import Bar, Line, sql

ORDER = 10
HOLDERS = 100_000


def prepare(rig, *more):
    from rig import command

    command([rig.swift("LibraryBench"), "prepare", "--database", rig.database(), "--kafka", rig.kafka, "--prefix", rig.fresh("prepared"), *more])


def timed(rig, *more):
    return ["--warm-up", rig.warm_up, "--seconds", rig.seconds, *more]


def ours(subcommand, *more):
    return lambda rig: [rig.swift("LibraryBench"), subcommand, "--database", rig.database(), *timed(rig, *more)]


def in_c(program, *more):
    return lambda rig: [rig.limit(program), "--database", rig.database(), *timed(rig, *more)]


def peer(name, *more):
    return lambda rig: [*rig.peer(name), "--database", rig.database(), *timed(rig, *more)]


def emptied(rig, _):
    sql(rig.database(), "TRUNCATE holder_new")
    sql(rig.database(), "CHECKPOINT")


def lines(rig):
    return [
        Line(
            "point select by key, decoded: one connection, 64 tasks",
            unit="row",
            contestants={
                "ours": ours("select"),
                "c": in_c("postgres", "--work", "select"),
                "asyncpg": peer("asyncpg_select"),
                "psycopg": peer("psycopg_select"),
                "ours, 2 connections": ours("select", "--connections", "2"),
                "pgbench, 1 client": lambda rig: [*rig.peer("pgbench_select"), "--database", rig.database(), "--clients", "1", *timed(rig)],
            },
            bars=[Bar("rate", "ours", "c", at_least=0.9), Bar("rate", "ours", "asyncpg", at_least=1.5)],
            set_up=lambda rig: prepare(rig, "--holders", HOLDERS),
        ),
        Line(
            "insert by unnest, 500 rows a batch, 8 batches side by side over 2 connections, durable",
            unit="row",
            contestants={"ours": ours("insert"), "c": in_c("postgres", "--work", "insert")},
            bars=[Bar("rate", "ours", "c", at_least=0.85)],
            set_up=prepare,
            before=emptied,
        ),
        Line(
            "COPY in, binary, 50,000 rows a transaction",
            unit="row",
            contestants={"ours": ours("copy"), "c": in_c("postgres", "--work", "copy")},
            bars=[Bar("rate", "ours", "c", at_least=0.85)],
            set_up=prepare,
            before=emptied,
        ),
    ]


def growth(rig):
    """The cost of a select as the table grows."""

    def sized(count):
        def before(rig):
            prepare(rig, "--holders", count)
            return [*ours("select", "--rows", count)(rig)]

        return before

    sizes = (1_000, 10_000, 100_000, 1_000_000) if rig.quick else (10_000, 100_000, 1_000_000, 10_000_000)
    return [Line("rows: point select, rows in the table", unit="row", contestants={f"{size:,}": sized(size) for size in sizes}, most_rounds=3, limit=900)]
