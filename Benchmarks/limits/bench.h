// What the C programs share: options, clocks, the line of JSON.
#pragma once
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

struct options {
    const char *database, *kafka, *topic, *prefix, *work;
    double warm_up, seconds;
    long records, depth, rows, batch, rate;
};

__attribute__((noreturn, format(printf, 1, 2))) static inline void die(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("error: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

static inline struct options options_read(int argc, char **argv) {
    struct options o = {.topic = "bench-records", .prefix = "bench", .work = "", .warm_up = 1, .seconds = 3, .records = 600000,
                        .depth = 64, .rows = 100000, .batch = 2000, .rate = 200};
    static const struct option names[] = {
        {"database", 1, 0, 'd'}, {"kafka", 1, 0, 'k'}, {"topic", 1, 0, 't'}, {"prefix", 1, 0, 'p'}, {"work", 1, 0, 'w'}, {"warm-up", 1, 0, 'u'},
        {"seconds", 1, 0, 's'}, {"records", 1, 0, 'r'}, {"depth", 1, 0, 'n'}, {"rows", 1, 0, 'h'}, {"batch", 1, 0, 'b'}, {"rate", 1, 0, 'a'}, {0}};
    for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) switch (c) {
        case 'd': o.database = optarg; break;
        case 'k': o.kafka = optarg; break;
        case 't': o.topic = optarg; break;
        case 'p': o.prefix = optarg; break;
        case 'w': o.work = optarg; break;
        case 'u': o.warm_up = atof(optarg); break;
        case 's': o.seconds = atof(optarg); break;
        case 'r': o.records = atol(optarg); break;
        case 'n': o.depth = atol(optarg); break;
        case 'h': o.rows = atol(optarg); break;
        case 'b': o.batch = atol(optarg); break;
        case 'a': o.rate = atol(optarg); break;
        default: exit(2);
        }
    return o;
}

static inline double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static inline double processor(void) {
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

// What is counted between two moments.
struct window {
    long operations;
    double began, used;
};

static inline void window_begin(struct window *w) { *w = (struct window){0, now(), processor()}; }

static int by_size(const void *a, const void *b) { return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b); }

// Prints what a run came to; `latencies` in milliseconds, or NULL.
static inline void window_print(struct window *w, double *latencies, long count) {
    double seconds = now() - w->began, used = processor() - w->used;
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    printf("{\"rate\":%.1f,\"seconds\":%.3f,\"operations\":%ld,\"cpu_us\":%.4f,\"rss_mb\":%.1f,\"errors\":0", w->operations / seconds, seconds,
           w->operations, used * 1e6 / (w->operations ? w->operations : 1), u.ru_maxrss / 1024.0);
    if (latencies) {
        qsort(latencies, count, sizeof *latencies, by_size);
        printf(",\"p50_ms\":%.3f,\"p90_ms\":%.3f,\"p99_ms\":%.3f", latencies[count / 2], latencies[(long)(count * 0.9)], latencies[(long)(count * 0.99)]);
    }
    puts("}");
}

// Marsaglia's generator.
static inline uint64_t xorshift(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}
#define XORSHIFT_SEED 0x9e3779b97f4a7c15u
