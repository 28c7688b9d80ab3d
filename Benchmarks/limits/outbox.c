// The limit of the messaging lines: the product's tables and statements by libpq and librdkafka. Two threads, as a C program would have.
//   --work relay    DELETE … RETURNING of 1,000 rows, produced with their headers, all acknowledged, COMMIT
//   --work effect   the same, and a consumer: inbox and effect of up to 500 messages in one transaction, then the offsets
//   --work latency  the same at a fixed rate, from the commit of the outbox row to the commit of its effect
#define _GNU_SOURCE
#include <pthread.h>
#include <unistd.h>
#include "pq.h"
#include "rd.h"

static struct options o;
static char topic[128];
static volatile bool stop;
static volatile long effects;

// MARK: The relay

static long unacknowledged;

static void reported(rd_kafka_t *k, const rd_kafka_message_t *m, void *opaque) {
    (void)k; (void)opaque;
    if (m->err) die("%s", rd_kafka_err2str(m->err));
    unacknowledged--;
}

// A flat JSON object of strings, as jsonb prints it: each pair is a header. Escapes are undone in place.
static char *json_string(char **at) {
    char *p = strchr(*at, '"');
    if (!p) return NULL;
    char *start = ++p, *out = p;
    for (; *p && *p != '"'; p++) {
        if (*p == '\\') { p++; if (*p == 'u') die("an escape that the sample does not have"); }
        *out++ = *p;
    }
    *at = p + 1;
    *out = 0;
    return start;
}

static void produce_row(rd_kafka_t *k, rd_kafka_topic_t *t, PGresult *r, int i) {
    rd_kafka_headers_t *headers = rd_kafka_headers_new(8);
    char *at = PQgetvalue(r, i, 6), *name, *value;
    while ((name = json_string(&at)) && (value = json_string(&at))) rd_kafka_header_add(headers, name, -1, value, -1);
    rd_kafka_vu_t fields[] = {
        {.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = t},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
        {.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers},
        {.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {PQgetvalue(r, i, 3), PQgetlength(r, i, 3)}},
        {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {PQgetvalue(r, i, 5), PQgetlength(r, i, 5)}},
    };
    rd_kafka_error_t *e = rd_kafka_produceva(k, fields, sizeof fields / sizeof *fields);
    if (e) die("%s", rd_kafka_error_string(e));
    unacknowledged++;
}

// One batch: the take and COMMIT with the next BEGIN ride along. Gives the number of rows; all of them are acknowledged, the commit is on its way.
static long relay_once(PGconn *c, rd_kafka_t *k, rd_kafka_topic_t *t) {
    int64_t limit = htobe64(1000);
    const char *values[] = {(char *)&limit};
    int lengths[] = {8}, formats[] = {1};
    if (!PQsendQueryPrepared(c, "begin", 0, NULL, NULL, NULL, 1) || !PQsendQueryPrepared(c, "take", 1, values, lengths, formats, 1) || !PQpipelineSync(c))
        die("%s", PQerrorMessage(c));
    PGresult *r = pq_drain(c);
    int rows = PQntuples(r);
    for (int i = 0; i < rows; i++) produce_row(k, t, r, i);
    while (unacknowledged) rd_kafka_poll(k, 100);
    PQclear(r);
    if (!PQsendQueryPrepared(c, "commit", 0, NULL, NULL, NULL, 1) || !PQpipelineSync(c)) die("%s", PQerrorMessage(c));
    if ((r = pq_drain(c))) PQclear(r);
    return rows;
}

static PGconn *relay_connection(void) {
    PGconn *c = pq_connect(o.database);
    static const Oid types[] = {OID_INT8};
    pq_exec(c, "SET enable_seqscan = off");
    pq_prepare(c, "begin", "BEGIN", 0, NULL);
    pq_prepare(c, "commit", "COMMIT", 0, NULL);
    // They come in the order of their places, which for these rows is that of seq.
    pq_prepare(c, "take", "DELETE FROM outbox WHERE ctid = ANY (ARRAY (SELECT ctid FROM outbox ORDER BY seq LIMIT $1)) "
               "RETURNING seq, id, aggregatetype, aggregateid, type, payload, headers::text", 1, types);
    pq_pipeline(c);
    return c;
}

static long relayed;
static int wake[2];

static void *relay(void *unused) {
    (void)unused;
    PGconn *c = relay_connection();
    rd_kafka_t *k = rd_producer(o.kafka, o.rows ? "5" : "1", reported, NULL);
    rd_kafka_topic_t *t = rd_kafka_topic_new(k, topic, NULL);
    while (!stop) {
        long rows = relay_once(c, k, t);
        relayed += rows;
        if (!rows) {
            if (relayed >= o.rows && o.rows) break;
            struct pollfd p = {wake[0], POLLIN, 0};
            char byte[64];
            if (poll(&p, 1, 20) > 0 && read(wake[0], byte, sizeof byte) < 0) die("the pipe broke");
        }
    }
    PQfinish(c);
    return NULL;
}

// MARK: The consumer

enum { BATCH = 500 };

// The value of a member of the sample's payload: flat, without escapes.
static const char *member(const char *json, size_t size, const char *name, size_t *length) {
    const char *p = memmem(json, size, name, strlen(name));
    if (!p) die("a payload without %s", name);
    p += strlen(name);
    bool quoted = *p == '"';
    const char *start = p + quoted, *end = start, *last = json + size;
    while (end < last && (quoted ? *end != '"' : *end != ',' && *end != '}')) end++;
    *length = end - start;
    return start;
}

static int64_t whole(const char *json, size_t size, const char *name) {
    size_t n;
    const char *p = member(json, size, name, &n);
    char text[24] = {0};
    if (n >= sizeof text) die("a number too long");
    memcpy(text, p, n);
    return atoll(text);
}

static void uuid_bytes(const char *text, size_t n, unsigned char out[16]) {
    int digits = 0;
    for (size_t i = 0; i < n && digits < 32; i++) {
        char c = text[i];
        int v = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (v < 0) continue;
        out[digits / 2] = digits % 2 ? out[digits / 2] | v : v << 4;
        digits++;
    }
    if (digits != 32) die("no UUID");
}

struct effect {
    struct bytes ids, accounts, steps, amounts, currencies;
};

static void effect_add(struct effect *e, const rd_kafka_message_t *m) {
    rd_kafka_headers_t *headers;
    const void *value;
    size_t size;
    unsigned char id[16];
    if (rd_kafka_message_headers(m, &headers) || rd_kafka_header_get_last(headers, "ce_type", &value, &size)) die("no CloudEvent");
    if (memcmp(value, "kz.egov.bench.entry-posted.v1", size)) die("another type");
    if (rd_kafka_header_get_last(headers, "ce_id", &value, &size)) die("no id");
    uuid_bytes(value, size, id);
    bytes_counted(&e->ids, id, 16);
    size_t n;
    const char *p = member(m->payload, m->len, "\"account\":", &n);
    bytes_counted(&e->accounts, p, n);
    bytes_32(&e->steps, 8); bytes_64(&e->steps, whole(m->payload, m->len, "\"step\":"));
    bytes_32(&e->amounts, 8); bytes_64(&e->amounts, whole(m->payload, m->len, "\"amount\":"));
    p = member(m->payload, m->len, "\"currency\":", &n);
    bytes_counted(&e->currencies, p, n);
}

static void set_count(struct bytes *b, int count) { uint32_t n = htobe32(count); memcpy(b->data + 12, &n, 4); }

// Inbox and effect in one statement, one transaction; as ours does, it takes every message to be new, and ends where one is not.
static void effect_send(PGconn *c, struct effect *e, int count) {
    struct bytes *all[] = {&e->ids, &e->accounts, &e->steps, &e->amounts, &e->currencies};
    const char *values[6];
    int lengths[6], formats[6];
    for (int i = 0; i < 5; i++) {
        set_count(all[i], count);
        values[i] = all[i]->data; lengths[i] = all[i]->count; formats[i] = 1;
    }
    int64_t at = htobe64(pq_now());
    values[5] = (char *)&at; lengths[5] = 8; formats[5] = 1;
    if (!PQsendQueryPrepared(c, "effect", 6, values, lengths, formats, 1) || !PQpipelineSync(c)) die("%s", PQerrorMessage(c));
    PQflush(c);
}

static void effect_begin(struct effect *e) {
    array_begin(&e->ids, OID_UUID, 1);
    array_begin(&e->accounts, OID_TEXT, 1);
    array_begin(&e->steps, OID_INT8, 1);
    array_begin(&e->amounts, OID_INT8, 1);
    array_begin(&e->currencies, OID_TEXT, 1);
}

static volatile bool joined;

static void *consumer(void *unused) {
    (void)unused;
    static const Oid types[] = {OID_UUIDS, OID_TEXTS, OID_INT8S, OID_INT8S, OID_TEXTS, OID_TIMESTAMPTZ};
    char group[160];
    snprintf(group, sizeof group, "%s.bench", o.prefix);
    rd_kafka_t *k = rd_consumer(o.kafka, group, topic);
    PGconn *c = pq_connect(o.database);
    pq_prepare(c, "effect",
               "WITH message AS (SELECT * FROM unnest($1, $2, $3, $4, $5) AS m (id, account, step, amount, currency)), "
               "entered AS (INSERT INTO inbox (consumer, message_id, at) SELECT 'bench', id, $6 FROM message) "
               "INSERT INTO effect (account, step, amount, currency) SELECT account, step, amount, currency FROM message", 6, types);
    pq_pipeline(c);
    // While one transaction is under way the next batch is gathered.
    struct rd_offsets offsets = {.topic = topic}, under_way = {.topic = topic};
    struct effect e = {0};
    int count = 0, flying = 0;
    long commits = 0;
    effect_begin(&e);
    while (!stop) {
        if (!joined) {
            rd_kafka_topic_partition_list_t *list;
            if (!rd_kafka_assignment(k, &list)) {
                joined = list->cnt > 0;
                rd_kafka_topic_partition_list_destroy(list);
            }
        }
        // With nothing gathered and nothing under way there is time to wait; else only what is there is taken.
        rd_kafka_message_t *m = count < BATCH ? rd_kafka_consumer_poll(k, flying ? 0 : count ? 0 : 10) : NULL;
        if (m) {
            if (m->err) die("%s", rd_kafka_message_errstr(m));
            effect_add(&e, m);
            offsets.next[m->partition] = m->offset + 1;
            count++;
            rd_kafka_message_destroy(m);
            if (count < BATCH) continue;
        }
        if (flying && (count == BATCH || !m)) {
            PGresult *r = pq_drain(c);
            if (r) PQclear(r);
            effects += flying;
            flying = 0;
            if (++commits % 4 == 0) rd_offsets_commit(k, &under_way, false);
        }
        if (count && !flying) {
            effect_send(c, &e, count);
            flying = count;
            memcpy(under_way.next, offsets.next, sizeof offsets.next);
            effect_begin(&e);
            count = 0;
        }
    }
    rd_kafka_consumer_close(k);
    PQfinish(c);
    return NULL;
}

// MARK: The lines

static long count_of(PGconn *c, const char *table) {
    char text[128];
    snprintf(text, sizeof text, "SELECT count(*) FROM %s", table);
    PGresult *r = PQexec(c, text);
    if (PQresultStatus(r) != PGRES_TUPLES_OK) die("%s", PQerrorMessage(c));
    long n = atol(PQgetvalue(r, 0, 0));
    PQclear(r);
    return n;
}

static void backlog(bool with_consumer) {
    PGconn *c = pq_connect(o.database);
    pthread_t threads[2];
    if (count_of(c, "outbox") != o.rows) die("the outbox has not %ld rows: run prepare --backlog", o.rows);
    if (with_consumer) {
        pthread_create(&threads[1], NULL, consumer, NULL);
        while (!joined) usleep(20000);
    }
    struct window w;
    window_begin(&w);
    pthread_create(&threads[0], NULL, relay, NULL);
    if (with_consumer) {
        while (effects < o.rows) usleep(1000);
    } else {
        pthread_join(threads[0], NULL);
    }
    w.operations = o.rows;
    window_print(&w, NULL, 0);
    fflush(stdout);
    stop = true;
    if (count_of(c, "outbox")) die("the outbox is not empty");
    if (with_consumer && (count_of(c, "effect") != o.rows || count_of(c, "inbox") != o.rows)) die("not every row had one effect");
    _exit(0);
}

static void latency(void) {
    o.rows = 0;
    long warm = o.rate * o.warm_up, total = warm + o.rate * o.seconds, heard = 0;
    double *committed = calloc(total, sizeof(double)), *delays = calloc(total, sizeof(double));
    PGconn *c = pq_connect(o.database), *ear = pq_connect(o.database);
    pthread_t threads[2];
    static const Oid types[] = {OID_INT8};
    pq_exec(c, "ALTER TABLE effect ENABLE TRIGGER tell");
    pq_exec(ear, "LISTEN effect");
    pq_prepare(c, "emit",
               "INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, headers) "
               "SELECT id, 'bench.account.v1', account, 'kz.egov.bench.entry-posted.v1', convert_to('{\"account\":\"' || account || "
               "'\",\"amount\":1,\"currency\":\"KZT\",\"note\":\"at a fixed rate\",\"reference\":\"latency\",\"step\":' || $1 || '}', 'UTF8'), "
               "jsonb_build_object('ce_specversion', '1.0', 'ce_id', id, 'ce_source', '/bench', 'ce_type', 'kz.egov.bench.entry-posted.v1', "
               "'ce_time', '2026-11-24T00:00:00.000000Z', 'ce_subject', account, 'content-type', 'application/json') "
               "FROM (SELECT gen_random_uuid() AS id, 'account-' || $1 % 1000 AS account) AS row", 1, types);
    pthread_create(&threads[1], NULL, consumer, NULL);
    while (!joined) usleep(20000);
    pthread_create(&threads[0], NULL, relay, NULL);
    struct window w;
    double start = now();
    window_begin(&w);
    for (long sent = 0; heard < total;) {
        double t = now(), due = start + (double)sent / o.rate;
        if (sent < total && t >= due) {
            int64_t wire = htobe64(sent);
            const char *values[] = {(char *)&wire};
            int lengths[] = {8}, formats[] = {1};
            PGresult *r = PQexecPrepared(c, "emit", 1, values, lengths, formats, 1);
            if (PQresultStatus(r) != PGRES_COMMAND_OK) die("%s", PQerrorMessage(c));
            PQclear(r);
            committed[sent++] = now();
            if (write(wake[1], "w", 1) < 0) die("the pipe broke");
            if (sent == warm) window_begin(&w);
            continue;
        }
        struct timespec wait = {0, sent < total ? (long)((due - t) * 1e9) : 100000000};
        struct pollfd p = {PQsocket(ear), POLLIN, 0};
        ppoll(&p, 1, &wait, NULL);
        if (!PQconsumeInput(ear)) die("%s", PQerrorMessage(ear));
        for (PGnotify *n; (n = PQnotifies(ear)); PQfreemem(n)) {
            long step = atol(n->extra);
            delays[step] = (now() - committed[step]) * 1000;
            heard++;
        }
        if (now() - start > o.warm_up + o.seconds + 20) die("%ld of %ld effects within 20 s", heard, total);
    }
    w.operations = total - warm;
    window_print(&w, delays + warm, total - warm);
    fflush(stdout);
    pq_exec(c, "ALTER TABLE effect DISABLE TRIGGER tell");
    _exit(0);
}

int main(int argc, char **argv) {
    o = options_read(argc, argv);
    if (!o.database || !o.kafka) die("--database and --kafka are needed");
    snprintf(topic, sizeof topic, "%s.bench.account.v1", o.prefix);
    if (pipe(wake)) die("no pipe");
    if (!strcmp(o.work, "relay")) backlog(false);
    else if (!strcmp(o.work, "effect")) backlog(true);
    else if (!strcmp(o.work, "latency")) latency();
    else die("--work relay, effect or latency");
}
