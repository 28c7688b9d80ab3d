// The limit of the Kafka lines: librdkafka from one thread.
#include "rd.h"

enum { BATCHES = 8, KEYS = 10000, VALUES = 1024, SIZE = 500 };

// A batch is under way until all its records are acknowledged, as in the library's `send`.
struct producing {
    long batch;
    long left[BATCHES];
    struct window w;
};

static void reported(rd_kafka_t *k, const rd_kafka_message_t *m, void *opaque) {
    (void)k;
    struct producing *p = opaque;
    if (m->err) die("%s", rd_kafka_err2str(m->err));
    if (--p->left[(intptr_t)m->_private - 1] == 0) p->w.operations += p->batch;
}

static void produce(struct options *o) {
    static char keys[KEYS][24], values[VALUES][SIZE + 32];
    uint64_t random = XORSHIFT_SEED;
    for (int i = 0; i < KEYS; i++) snprintf(keys[i], sizeof keys[i], "account-%d", i);
    for (int i = 0; i < VALUES; i++) {
        while (strlen(values[i]) < 250) strcat(values[i], "{\"field\":\"value\"},");
        for (size_t n = 250; n < SIZE;) n += snprintf(values[i] + n, SIZE + 32 - n, "%llx", (unsigned long long)xorshift(&random));
    }
    struct producing p = {.batch = o->batch};
    rd_kafka_t *k = rd_producer(o->kafka, "1", reported, &p);
    rd_kafka_topic_t *topic = rd_kafka_topic_new(k, o->topic, NULL);
    long next = 0;
    bool measuring = false;
    double start = now();
    window_begin(&p.w);
    for (;;) {
        for (int b = 0; b < BATCHES; b++)
            if (p.left[b] == 0) {
                p.left[b] = o->batch;
                for (long i = 0; i < o->batch; i++, next++) {
                    const char *key = keys[next % KEYS];
                    if (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, values[next % VALUES], SIZE, key, strlen(key), (void *)(intptr_t)(b + 1)))
                        die("%s", rd_kafka_err2str(rd_kafka_last_error()));
                }
            }
        rd_kafka_poll(k, 100);
        double t = now();
        if (!measuring && t - start >= o->warm_up) { measuring = true; window_begin(&p.w); }
        if (measuring && t - p.w.began >= o->seconds) break;
    }
    window_print(&p.w, NULL, 0);
    rd_kafka_flush(k, 5000);
}

static void consume(struct options *o) {
    char group[64], header[256];
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    snprintf(group, sizeof group, "bench-c-%lld-%ld", (long long)t.tv_sec, t.tv_nsec);
    rd_kafka_t *k = rd_consumer(o->kafka, group, o->topic);
    struct rd_offsets offsets = {.topic = o->topic};
    struct window w = {0};
    long since = 0;
    size_t length = 0;
    double silent = now();
    for (;;) {
        rd_kafka_message_t *m = rd_kafka_consumer_poll(k, 100);
        if (!m) {
            if (now() - silent > 30) die("nothing comes");
            continue;
        }
        silent = now();
        if (m->err) die("%s", rd_kafka_message_errstr(m));
        if (!w.began) window_begin(&w);
        rd_kafka_headers_t *headers;
        if (!rd_kafka_message_headers(m, &headers)) {
            const char *name;
            const void *value;
            size_t size;
            for (size_t i = 0; !rd_kafka_header_get_all(headers, i, &name, &value, &size); i++) {
                if (size >= sizeof header) die("a header is too long");
                memcpy(header, value, size);
                length += size + header[0] / 128;
            }
        }
        offsets.next[m->partition] = m->offset + 1;
        rd_kafka_message_destroy(m);
        w.operations++;
        if (++since == 500) {
            since = 0;
            rd_offsets_commit(k, &offsets, false);
            if (now() - w.began >= o->seconds) break;
        }
        if (w.operations >= o->records) break;
    }
    if (!length) die("records without headers");
    window_print(&w, NULL, 0);
    fflush(stdout);
    rd_kafka_consumer_close(k);
}

int main(int argc, char **argv) {
    struct options o = options_read(argc, argv);
    if (!o.kafka) die("--kafka is missing");
    if (!strcmp(o.work, "produce")) produce(&o);
    else if (!strcmp(o.work, "consume")) consume(&o);
    else die("--work produce or consume");
}
