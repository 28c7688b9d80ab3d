// PostgreSQL's binary forms, and connections that do not block.
#pragma once
#include <arpa/inet.h>
#include <endian.h>
#include <libpq-fe.h>
#include <poll.h>
#include "bench.h"

enum { OID_BYTEA = 17, OID_INT8 = 20, OID_INT4 = 23, OID_TEXT = 25, OID_TIMESTAMPTZ = 1184, OID_UUID = 2950, OID_INT4S = 1007, OID_TEXTS = 1009,
       OID_INT8S = 1016, OID_TIMESTAMPTZS = 1185, OID_UUIDS = 2951, OID_BYTEAS = 1001, OID_JSONB = 3802 };

static inline PGconn *pq_connect(const char *url) {
    PGconn *c = PQconnectdb(url);
    if (PQstatus(c) != CONNECTION_OK) die("no connection: %s", PQerrorMessage(c));
    return c;
}

static inline void pq_exec(PGconn *c, const char *sql) {
    PGresult *r = PQexec(c, sql);
    ExecStatusType s = PQresultStatus(r);
    if (s != PGRES_COMMAND_OK && s != PGRES_TUPLES_OK) die("%s: %s", sql, PQerrorMessage(c));
    PQclear(r);
}

static inline void pq_prepare(PGconn *c, const char *name, const char *sql, int count, const Oid *types) {
    PGresult *r = PQprepare(c, name, sql, count, types);
    if (PQresultStatus(r) != PGRES_COMMAND_OK) die("%s: %s", sql, PQerrorMessage(c));
    PQclear(r);
}

static inline void pq_pipeline(PGconn *c) {
    if (!PQenterPipelineMode(c) || PQsetnonblocking(c, 1)) die("no pipeline: %s", PQerrorMessage(c));
}

// Sends what waits and reads what has come; waits for more when `wait`.
static inline void pq_turn(PGconn *c, bool wait) {
    int unsent = PQflush(c);
    if (unsent < 0) die("%s", PQerrorMessage(c));
    if (wait) {
        struct pollfd p = {PQsocket(c), POLLIN | (unsent ? POLLOUT : 0), 0};
        if (poll(&p, 1, 10000) == 0) die("the server is silent");
    }
    if (!PQconsumeInput(c)) die("%s", PQerrorMessage(c));
}

// Reads the answers of one Sync, waiting; gives the last result that has rows, to be cleared by the caller.
static inline PGresult *pq_drain(PGconn *c) {
    PGresult *kept = NULL;
    for (;;) {
        while (PQisBusy(c)) pq_turn(c, true);
        PGresult *r = PQgetResult(c);
        if (!r) continue;
        switch (PQresultStatus(r)) {
        case PGRES_PIPELINE_SYNC: PQclear(r); return kept;
        case PGRES_TUPLES_OK:
            if (kept) PQclear(kept);
            kept = r;
            break;
        case PGRES_COMMAND_OK: PQclear(r); break;
        default: die("%s", PQresultErrorMessage(r));
        }
    }
}

// A buffer that grows, filled in network byte order.
struct bytes {
    char *data;
    size_t count, room;
};

static inline char *bytes_add(struct bytes *b, size_t more) {
    if (b->count + more > b->room) {
        b->room = (b->count + more) * 2;
        if (!(b->data = realloc(b->data, b->room))) die("no memory");
    }
    b->count += more;
    return b->data + b->count - more;
}
static inline void bytes_16(struct bytes *b, int16_t v) { uint16_t n = htobe16(v); memcpy(bytes_add(b, 2), &n, 2); }
static inline void bytes_32(struct bytes *b, int32_t v) { uint32_t n = htobe32(v); memcpy(bytes_add(b, 4), &n, 4); }
static inline void bytes_64(struct bytes *b, int64_t v) { uint64_t n = htobe64(v); memcpy(bytes_add(b, 8), &n, 8); }
static inline void bytes_put(struct bytes *b, const void *p, size_t n) { memcpy(bytes_add(b, n), p, n); }
static inline void bytes_counted(struct bytes *b, const void *p, size_t n) { bytes_32(b, n); bytes_put(b, p, n); }

// The head of an array of one dimension without NULLs; its elements follow, each counted.
static inline void array_begin(struct bytes *b, Oid element, int count) {
    b->count = 0;
    bytes_32(b, count ? 1 : 0);
    bytes_32(b, 0);
    bytes_32(b, element);
    if (!count) return;
    bytes_32(b, count);
    bytes_32(b, 1);
}

static inline int64_t get_64(const char *p) { uint64_t n; memcpy(&n, p, 8); return be64toh(n); }
static inline int32_t get_32(const char *p) { uint32_t n; memcpy(&n, p, 4); return be32toh(n); }

// Microseconds since 2000, as timestamptz counts them.
static inline int64_t pq_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (t.tv_sec - 946684800LL) * 1000000 + t.tv_nsec / 1000;
}
