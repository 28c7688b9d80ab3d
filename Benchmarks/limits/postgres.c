// The limit of the PostgreSQL lines: libpq in pipeline mode, and COPY.
#include "pq.h"

// What a select is decoded into.
struct holder {
    int64_t id, changed;
    int32_t version;
    char number[16], name[96], note[256];
};

static void copy_text(char *to, size_t room, PGresult *r, int column) {
    size_t n = PQgetlength(r, 0, column);
    if (n >= room) die("column %d is too long", column);
    memcpy(to, PQgetvalue(r, 0, column), n);
    to[n] = 0;
}

static void select_rows(struct options *o) {
    PGconn *c = pq_connect(o->database);
    Oid types[] = {OID_INT8};
    pq_prepare(c, "s", "SELECT id, number, name, version, changed, note FROM holder WHERE id = $1", 1, types);
    pq_pipeline(c);
    uint64_t random = XORSHIFT_SEED;
    int64_t *asked = calloc(o->depth, sizeof *asked);
    long head = 0, tail = 0, unsynced = 0;
    struct window w;
    double start = now();
    bool measuring = false;
    window_begin(&w);
    for (;;) {
        // As many as there are tasks are under way; those that can be sent together share one Sync, as batches of ours do.
        while (head - tail < o->depth) {
            int64_t id = xorshift(&random) % o->rows + 1, wire = htobe64(id);
            const char *values[] = {(char *)&wire};
            int lengths[] = {8}, formats[] = {1};
            asked[head++ % o->depth] = id;
            if (!PQsendQueryPrepared(c, "s", 1, values, lengths, formats, 1)) die("%s", PQerrorMessage(c));
            unsynced++;
        }
        if (unsynced) {
            if (!PQpipelineSync(c)) die("%s", PQerrorMessage(c));
            unsynced = 0;
        }
        pq_turn(c, true);
        // An answer is followed by one NULL; after the last there is nothing to be had, which two NULLs show.
        for (int nulls = 0; nulls < 2 && !PQisBusy(c);) {
            PGresult *r = PQgetResult(c);
            if (!r) { nulls++; continue; }
            nulls = 0;
            if (PQresultStatus(r) == PGRES_TUPLES_OK) {
                struct holder h;
                if (PQntuples(r) != 1) die("no row");
                h.id = get_64(PQgetvalue(r, 0, 0));
                copy_text(h.number, sizeof h.number, r, 1);
                copy_text(h.name, sizeof h.name, r, 2);
                h.version = get_32(PQgetvalue(r, 0, 3));
                h.changed = get_64(PQgetvalue(r, 0, 4));
                copy_text(h.note, sizeof h.note, r, 5);
                if (h.id != asked[tail++ % o->depth] || h.version != 1) die("another row");
                w.operations++;
            } else if (PQresultStatus(r) != PGRES_PIPELINE_SYNC) {
                die("%s", PQresultErrorMessage(r));
            }
            PQclear(r);
        }
        double t = now();
        if (!measuring && t - start >= o->warm_up) { measuring = true; window_begin(&w); }
        if (measuring && t - w.began >= o->seconds) break;
    }
    window_print(&w, NULL, 0);
    PQfinish(c);
}

enum { ROWS = 500, COLUMNS = 6 };

// Rows to be written: all but the key stays.
struct rows {
    int64_t next;
    char number[ROWS][16], name[ROWS][96], note[256];
    int64_t changed;
};

static struct rows *rows_new(void) {
    struct rows *r = calloc(1, sizeof *r);
    r->next = 1;
    r->changed = pq_now();
    for (int i = 0; i < 34; i++) strcat(r->note, "note ");
    for (int i = 0; i < ROWS; i++) {
        snprintf(r->number[i], sizeof r->number[i], "%lld", 100000000000LL + i);
        snprintf(r->name[i], sizeof r->name[i], "Surname-%d Given-name-%d Patronymic", i + 1000, i + 1000);
    }
    return r;
}

// A batch of 500 as the six arrays of one statement.
static void send_batch(PGconn *c, struct rows *r, struct bytes b[COLUMNS]) {
    static const Oid elements[COLUMNS] = {OID_INT8, OID_TEXT, OID_TEXT, OID_INT4, OID_TIMESTAMPTZ, OID_TEXT};
    for (int i = 0; i < COLUMNS; i++) array_begin(&b[i], elements[i], ROWS);
    size_t note = strlen(r->note);
    for (int i = 0; i < ROWS; i++) {
        bytes_32(&b[0], 8); bytes_64(&b[0], r->next++);
        bytes_counted(&b[1], r->number[i], strlen(r->number[i]));
        bytes_counted(&b[2], r->name[i], strlen(r->name[i]));
        bytes_32(&b[3], 4); bytes_32(&b[3], 1);
        bytes_32(&b[4], 8); bytes_64(&b[4], r->changed);
        bytes_counted(&b[5], r->note, note);
    }
    const char *values[COLUMNS];
    int lengths[COLUMNS], formats[COLUMNS];
    for (int i = 0; i < COLUMNS; i++) { values[i] = b[i].data; lengths[i] = b[i].count; formats[i] = 1; }
    if (!PQsendQueryPrepared(c, "i", COLUMNS, values, lengths, formats, 1)) die("%s", PQerrorMessage(c));
    PQflush(c);
}

// Two connections; each takes half of the batches under way as one transaction, and the next once that has committed.
static void insert_rows(struct options *o) {
    enum { LANES = 2, BATCHES = 4 };
    static const Oid types[COLUMNS] = {OID_INT8S, OID_TEXTS, OID_TEXTS, OID_INT4S, OID_TIMESTAMPTZS, OID_TEXTS};
    PGconn *lanes[LANES];
    struct rows *rows = rows_new();
    struct bytes b[COLUMNS] = {0};
    struct window w;
    double start = now();
    bool measuring = false;
    for (int i = 0; i < LANES; i++) {
        lanes[i] = pq_connect(o->database);
        pq_prepare(lanes[i], "i", "INSERT INTO holder_new (id, number, name, version, changed, note) "
                   "SELECT * FROM unnest($1, $2, $3, $4, $5, $6)", COLUMNS, types);
        pq_pipeline(lanes[i]);
    }
    window_begin(&w);
    for (int i = 0; i < LANES; i++) {
        for (int k = 0; k < BATCHES; k++) send_batch(lanes[i], rows, b);
        PQpipelineSync(lanes[i]);
    }
    for (;;) {
        struct pollfd p[LANES];
        for (int i = 0; i < LANES; i++) {
            int unsent = PQflush(lanes[i]);
            if (unsent < 0) die("%s", PQerrorMessage(lanes[i]));
            p[i] = (struct pollfd){PQsocket(lanes[i]), POLLIN | (unsent ? POLLOUT : 0), 0};
        }
        if (poll(p, LANES, 10000) == 0) die("the server is silent");
        for (int i = 0; i < LANES; i++) {
            if (!p[i].revents) continue;
            if (!PQconsumeInput(lanes[i])) die("%s", PQerrorMessage(lanes[i]));
            for (int nulls = 0; nulls < 2 && !PQisBusy(lanes[i]);) {
                PGresult *r = PQgetResult(lanes[i]);
                if (!r) { nulls++; continue; }
                nulls = 0;
                ExecStatusType s = PQresultStatus(r);
                PQclear(r);
                if (s == PGRES_PIPELINE_SYNC) {
                    w.operations += BATCHES * ROWS;
                    for (int k = 0; k < BATCHES; k++) send_batch(lanes[i], rows, b);
                    PQpipelineSync(lanes[i]);
                } else if (s != PGRES_COMMAND_OK) {
                    die("%s", PQerrorMessage(lanes[i]));
                }
            }
        }
        double t = now();
        if (!measuring && t - start >= o->warm_up) { measuring = true; window_begin(&w); }
        if (measuring && t - w.began >= o->seconds) break;
    }
    window_print(&w, NULL, 0);
    for (int i = 0; i < LANES; i++) PQfinish(lanes[i]);
}

static void copy_once(PGconn *c, struct rows *rows, struct bytes *b) {
    static const char head[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0";
    PGresult *r = PQexec(c, "COPY holder_new (id, number, name, version, changed, note) FROM STDIN (FORMAT binary)");
    if (PQresultStatus(r) != PGRES_COPY_IN) die("%s", PQerrorMessage(c));
    PQclear(r);
    b->count = 0;
    bytes_put(b, head, 19);
    size_t note = strlen(rows->note);
    for (int k = 0; k < 100; k++)
        for (int i = 0; i < ROWS; i++) {
            bytes_16(b, COLUMNS);
            bytes_32(b, 8); bytes_64(b, rows->next++);
            bytes_counted(b, rows->number[i], strlen(rows->number[i]));
            bytes_counted(b, rows->name[i], strlen(rows->name[i]));
            bytes_32(b, 4); bytes_32(b, 1);
            bytes_32(b, 8); bytes_64(b, rows->changed);
            bytes_counted(b, rows->note, note);
            if (b->count >= 64 * 1024) {
                if (PQputCopyData(c, b->data, b->count) != 1) die("%s", PQerrorMessage(c));
                b->count = 0;
            }
        }
    bytes_16(b, -1);
    if (PQputCopyData(c, b->data, b->count) != 1 || PQputCopyEnd(c, NULL) != 1) die("%s", PQerrorMessage(c));
    while ((r = PQgetResult(c))) {
        if (PQresultStatus(r) != PGRES_COMMAND_OK) die("%s", PQresultErrorMessage(r));
        PQclear(r);
    }
}

static void copy_rows(struct options *o) {
    PGconn *c = pq_connect(o->database);
    struct rows *rows = rows_new();
    struct bytes b = {0};
    struct window w;
    for (double start = now(); now() - start < o->warm_up;) copy_once(c, rows, &b);
    window_begin(&w);
    do {
        copy_once(c, rows, &b);
        w.operations += 100 * ROWS;
    } while (now() - w.began < o->seconds);
    window_print(&w, NULL, 0);
    PQfinish(c);
}

int main(int argc, char **argv) {
    struct options o = options_read(argc, argv);
    if (!o.database) die("--database is missing");
    if (!strcmp(o.work, "select")) select_rows(&o);
    else if (!strcmp(o.work, "insert")) insert_rows(&o);
    else if (!strcmp(o.work, "copy")) copy_rows(&o);
    else die("--work select, insert or copy");
}
