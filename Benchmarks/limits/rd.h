// librdkafka with the settings that the library sets.
#pragma once
#include <librdkafka/rdkafka.h>
#include "bench.h"

static inline void rd_set(rd_kafka_conf_t *c, const char *const pairs[]) {
    char text[512];
    for (; pairs[0]; pairs += 2)
        if (rd_kafka_conf_set(c, pairs[0], pairs[1], text, sizeof text) != RD_KAFKA_CONF_OK) die("%s", text);
}

static inline rd_kafka_t *rd_new(rd_kafka_type_t type, rd_kafka_conf_t *c) {
    char text[512];
    rd_kafka_t *k = rd_kafka_new(type, c, text, sizeof text);
    if (!k) die("%s", text);
    return k;
}

// As Producer makes it. With little lingering, batches leave in many requests, and 2.0.2 turns its broker thread in circles while five are under way.
static inline rd_kafka_t *rd_producer(const char *bootstrap, const char *linger, void (*report)(rd_kafka_t *, const rd_kafka_message_t *, void *), void *opaque) {
    rd_kafka_conf_t *c = rd_kafka_conf_new();
    const char *pairs[] = {"bootstrap.servers", bootstrap, "enable.idempotence", "true", "enable.gapless.guarantee", "true", "acks", "all",
                           "message.timeout.ms", "0", "compression.type", "lz4", "linger.ms", linger, "queue.buffering.max.messages", "200000",
                           "queue.buffering.max.kbytes", "65536", "partitioner", "murmur2_random", "socket.nagle.disable", "true", NULL};
    rd_set(c, pairs);
    rd_kafka_conf_set_dr_msg_cb(c, report);
    rd_kafka_conf_set_opaque(c, opaque);
    return rd_new(RD_KAFKA_PRODUCER, c);
}

// As Consumer makes it, joined to its group; but for a queue without a bound, since 2.0.2 stops fetching for a second when it is full.
static inline rd_kafka_t *rd_consumer(const char *bootstrap, const char *group, const char *topic) {
    rd_kafka_conf_t *c = rd_kafka_conf_new();
    const char *pairs[] = {"bootstrap.servers", bootstrap, "group.id", group, "partition.assignment.strategy", "range", "enable.auto.commit", "false",
                           "enable.auto.offset.store", "false", "auto.offset.reset", "earliest", "fetch.wait.max.ms", "10",
                           "queued.max.messages.kbytes", "1000000", "heartbeat.interval.ms", "1000", "session.timeout.ms", "10000",
                           "socket.nagle.disable", "true", NULL};
    rd_set(c, pairs);
    rd_kafka_t *k = rd_new(RD_KAFKA_CONSUMER, c);
    rd_kafka_poll_set_consumer(k);
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, topic, RD_KAFKA_PARTITION_UA);
    if (rd_kafka_subscribe(k, topics)) die("the topic %s cannot be subscribed to", topic);
    rd_kafka_topic_partition_list_destroy(topics);
    return k;
}

// Offsets of a consumer: the newest of each partition is committed without waiting, one request at a time.
enum { RD_PARTITIONS = 64 };
struct rd_offsets {
    const char *topic;
    int64_t next[RD_PARTITIONS], committed[RD_PARTITIONS];
};

static inline void rd_offsets_commit(rd_kafka_t *k, struct rd_offsets *o, bool wait) {
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(4);
    for (int i = 0; i < RD_PARTITIONS; i++)
        if (o->next[i] > o->committed[i]) {
            rd_kafka_topic_partition_list_add(list, o->topic, i)->offset = o->next[i];
            o->committed[i] = o->next[i];
        }
    if (list->cnt) {
        rd_kafka_resp_err_t e = rd_kafka_commit(k, list, !wait);
        if (wait && e) die("commit: %s", rd_kafka_err2str(e));
    }
    rd_kafka_topic_partition_list_destroy(list);
}
