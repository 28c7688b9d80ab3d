"""Kafka: produce and consume."""

from rig import Bar, Line, command

ORDER = 20
RECORDS = 1_000_000


def topic(rig, _):
    """A new topic for each run, with the settings of the contracts: four partitions, acknowledged means on disk."""
    prefix = rig.fresh("produce")
    command([rig.swift("LibraryBench"), "prepare", "--database", rig.database(), "--kafka", rig.kafka, "--prefix", prefix])
    rig.notes["topic"] = f"{prefix}.bench.account.v1"


def fill(rig):
    records = RECORDS // 4 if rig.quick else RECORDS
    rig.notes["topic"], rig.notes["records"] = "bench-records", records
    command([rig.swift("LibraryBench"), "fill", "--kafka", rig.kafka, "--topic", "bench-records", "--records", records])


def where(rig):
    return ["--kafka", rig.kafka, "--topic", rig.notes["topic"], "--seconds", rig.seconds]


def producing(start):
    return lambda rig: [*start(rig), *where(rig), "--warm-up", rig.warm_up]


def consuming(start):
    return lambda rig: [*start(rig), *where(rig), "--records", rig.notes["records"]]


def lines(rig):
    return [
        Line(
            "produce 500 B keyed, acks=all, lz4, idempotent: 8 batches of 2,000 under way, 4 partitions",
            unit="record",
            contestants={
                "ours": producing(lambda rig: [rig.swift("LibraryBench"), "produce"]),
                "c": producing(lambda rig: [rig.limit("kafka"), "--work", "produce"]),
                "confluent-kafka": producing(lambda rig: rig.peer("confluent_produce")),
                "aiokafka": producing(lambda rig: rig.peer("aiokafka_produce")),
            },
            bars=[Bar("rate", "ours", "c", at_least=0.85), Bar("rate", "ours", "confluent-kafka", at_least=1.5)],
            before=topic,
        ),
        Line(
            "consume the same with 8 headers decoded, offsets committed",
            unit="record",
            contestants={
                "ours": consuming(lambda rig: [rig.swift("LibraryBench"), "consume"]),
                "c": consuming(lambda rig: [rig.limit("kafka"), "--work", "consume"]),
                "confluent-kafka": consuming(lambda rig: rig.peer("confluent_consume")),
                "aiokafka": consuming(lambda rig: rig.peer("aiokafka_consume")),
            },
            bars=[Bar("rate", "ours", "c", at_least=0.85), Bar("rate", "ours", "confluent-kafka", at_least=1.5)],
            set_up=fill,
        ),
    ]
