// Load over HTTP/1.1: one thread, one epoll, keep-alive connections, requests from a template. Prints one line of JSON.
//
// Closed loop: each connection sends its next request when the last is answered. Open loop (--rate): requests are due at fixed
// instants and latency counts from there, so a wait for a free connection is part of it. Build: cc -O2 -o load load.c
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "requests.h"

enum { BUFFER = 65536, MAX_PIDS = 8, MAX_ADDRESSES = 8, MAX_SAMPLES = 1024 };

static const char usage[] =
    "load --address HOST:PORT [--address …] --template FILE [options]\n"
    "  --connections N   32; spread over the addresses\n"
    "  --rate R          open loop: R requests a second in all; without it closed loop\n"
    "  --seconds S       measured time (4)            --warmup S   before it (1)\n"
    "  --tokens FILE     lines 'IIN TOKEN'; each connection keeps one of them\n"
    "  --fresh           the next line of --tokens for every request instead\n"
    "  --items FILE      lines, each used once for {item}; the run ends when none is left\n"
    "  --repeat PERCENT  so many requests are an earlier one of the connection again, byte for byte\n"
    "  --idle            each connection sends one request and is then silent\n"
    "  --pid P           (repeatable) processor time and memory of P over the measured time\n"
    "  --sample S        memory of the first --pid every S seconds\n"
    "A template is a request with lines ended by LF; Content-Length is added where there is a body.\n"
    "Placeholders: {host} {token} {iin} {key} (a fresh key) {n} (a counter) {item}\n";

typedef struct { double cpu; long rss, peak; } Usage;
typedef struct {
    int fd, request_length, sent, received, repeat_length, address;
    long body_left; // bytes of the present answer's body still to come; -1 while its head is awaited
    int status, busy, has_asked, is_repeat;
    double from; // when the present request was due
    Token *token;
    char request[MAX_REQUEST], repeat[MAX_REQUEST], *buffer;
} Connection;

static int connection_count = 32, idle, repeat_percent, pid_count, address_count, epoll, sample_count;
static struct sockaddr_in addresses[MAX_ADDRESSES];
static const char *address_names[MAX_ADDRESSES];
static int items_are_out;
static pid_t pids[MAX_PIDS];
static Usage before[MAX_PIDS];
static double rate, seconds = 4, warmup = 1, sample_every, samples[MAX_SAMPLES];
static Connection *connections, **free_connections;
static int free_count, measuring;
static long statuses[600], failures, completed, repeated, latency_count, latency_room;
static uint32_t *latencies; // µs
static double due; // open loop: when the next request is due

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void wait_for(Connection *c, uint32_t events, int operation) {
    struct epoll_event event = {.events = events, .data.ptr = c};
    if (epoll_ctl(epoll, operation, c->fd, &event)) die("epoll_ctl: %s", strerror(errno));
}

static void connect_again(Connection *c) {
    int one = 1;
    if (c->fd >= 0) close(c->fd);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0) die("socket: %s", strerror(errno));
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(c->fd, (struct sockaddr *)&addresses[c->address], sizeof *addresses)) die("connect to %s: %s", address_names[c->address], strerror(errno));
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    c->received = c->sent = 0;
    c->body_left = -1;
    wait_for(c, EPOLLIN, EPOLL_CTL_ADD);
}

static void next(Connection *c);

static void lost(Connection *c) {
    int was_busy = c->busy;
    c->busy = 0;
    connect_again(c);
    if (was_busy && measuring) failures++;
    if (was_busy) next(c);
}

// Returns 0 when the connection is lost.
static int send_rest(Connection *c) {
    while (c->sent < c->request_length) {
        ssize_t n = send(c->fd, c->request + c->sent, c->request_length - c->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) { wait_for(c, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD); return 1; }
        if (n < 0) return 0;
        c->sent += n;
    }
    return 1;
}

static void ask(Connection *c, double from) {
    if (items_are_used && next_item >= item_count) { items_are_out = 1; return; }
    c->is_repeat = c->repeat_length && random64() % 100 < (unsigned)repeat_percent;
    if (c->is_repeat) memcpy(c->request, c->repeat, c->request_length = c->repeat_length);
    else c->request_length = render(c->request, address_names[c->address], &c->token);
    c->from = from;
    c->sent = 0;
    c->busy = c->has_asked = 1;
    if (!send_rest(c)) lost(c);
}

static void next(Connection *c) {
    if (idle ? c->has_asked : 0) return;
    if (rate > 0 && !idle) free_connections[free_count++] = c;
    else ask(c, now());
}

static void answered(Connection *c) {
    if (measuring) {
        if (latency_count == latency_room) latencies = realloc(latencies, (latency_room = latency_room ? 2 * latency_room : 1 << 20) * sizeof *latencies);
        latencies[latency_count++] = (now() - c->from) * 1e6;
        completed++;
        repeated += c->is_repeat;
        statuses[c->status >= 100 && c->status < 600 ? c->status : 0]++;
    }
    if (repeat_percent && !c->is_repeat && (!c->repeat_length || random64() % 4 == 0)) memcpy(c->repeat, c->request, c->repeat_length = c->request_length);
    c->busy = 0;
    c->body_left = -1;
    next(c);
}

// Status line and Content-Length are all that is read of a head.
static long head(Connection *c) {
    char *end = memmem(c->buffer, c->received, "\r\n\r\n", 4);
    if (!end) { if (c->received == BUFFER) die("a head is longer than %d bytes", BUFFER); return 0; }
    c->status = atoi(c->buffer + 9);
    c->body_left = 0;
    for (char *at = c->buffer; (at = memchr(at, '\n', end - at)); at++)
        if (!strncasecmp(at + 1, "content-length:", 15)) { c->body_left = atol(at + 16); return end + 4 - c->buffer; }
    if (c->status != 204 && c->status != 304) die("an answer of status %d has no Content-Length", c->status);
    return end + 4 - c->buffer;
}

static void readable(Connection *c) {
    ssize_t n = recv(c->fd, c->buffer + c->received, BUFFER - c->received, 0);
    if (n <= 0) { if (n == 0 || errno != EAGAIN) lost(c); return; }
    c->received += n;
    if (c->body_left < 0) {
        long length = head(c);
        if (!length) return;
        memmove(c->buffer, c->buffer + length, c->received -= length);
    }
    c->body_left -= c->received;
    c->received = 0;
    if (c->body_left == 0) answered(c);
}

static void send_due(double t) {
    for (; due <= t && free_count; due += 1 / rate) ask(free_connections[--free_count], due);
}

static Usage usage_of(pid_t pid) {
    char path[64], line[1024], *at;
    unsigned long user = 0, system = 0;
    Usage usage = {0, 0, 0};
    sprintf(path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file || !fgets(line, sizeof line, file) || !(at = strrchr(line, ')'))) die("no process %d", pid);
    fclose(file);
    sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    usage.cpu = (double)(user + system) / sysconf(_SC_CLK_TCK);
    sprintf(path, "/proc/%d/status", pid);
    if (!(file = fopen(path, "r"))) die("no process %d", pid);
    while (fgets(line, sizeof line, file)) {
        sscanf(line, "VmRSS: %ld", &usage.rss);
        sscanf(line, "VmHWM: %ld", &usage.peak);
    }
    fclose(file);
    return usage;
}

static void run(double until) {
    static struct epoll_event events[256];
    double sampled = now();
    for (double t; (t = now()) < until && !items_are_out;) {
        if (rate > 0 && !idle) send_due(t);
        if (measuring && sample_every > 0 && t - sampled >= sample_every && sample_count < MAX_SAMPLES) {
            sampled += sample_every;
            samples[sample_count++] = usage_of(pids[0]).rss / 1024.0;
        }
        double wake = rate > 0 && !idle && free_count && due < until ? due : until;
        if (sample_every > 0 && sampled + sample_every < wake) wake = sampled + sample_every;
        double left = wake - now();
        if (left < 0) left = 0;
        struct timespec pause = {(time_t)left, (long)((left - (time_t)left) * 1e9)};
        int n = epoll_pwait2(epoll, events, 256, &pause, NULL);
        for (int i = 0; i < n; i++) {
            Connection *c = events[i].data.ptr;
            if (events[i].events & EPOLLOUT) {
                wait_for(c, EPOLLIN, EPOLL_CTL_MOD);
                if (!send_rest(c)) { lost(c); continue; }
            }
            if (events[i].events & ~EPOLLOUT) readable(c);
        }
    }
}

static int by_size(const void *a, const void *b) { return (*(uint32_t *)a > *(uint32_t *)b) - (*(uint32_t *)a < *(uint32_t *)b); }
static double quantile(double q) { return latency_count ? latencies[(long)(q * (latency_count - 1))] / 1000.0 : 0; }

static void report(double took, double own) {
    double cpu = 0, rss = 0, peak = 0;
    long wrong = failures;
    for (int i = 0; i < pid_count; i++) {
        Usage after = usage_of(pids[i]);
        cpu += after.cpu - before[i].cpu;
        rss += after.rss / 1024.0;
        peak += after.peak / 1024.0;
    }
    // Of those under way at the end, what should have been answered long ago.
    for (int i = 0; i < connection_count; i++) wrong += connections[i].busy && now() - connections[i].from > 5;
    for (int s = 0; s < 600; s++) if (s < 200 || s > 299) wrong += statuses[s];
    qsort(latencies, latency_count, sizeof *latencies, by_size);
    printf("{\"rate\": %.1f, \"seconds\": %.3f, \"operations\": %ld, \"errors\": %ld, \"p50_ms\": %.3f, \"p95_ms\": %.3f, \"p99_ms\": %.3f, "
           "\"p999_ms\": %.3f, \"max_ms\": %.3f, \"load_cpu_us\": %.2f",
        completed / took, took, completed, wrong, quantile(.5), quantile(.95), quantile(.99), quantile(.999), quantile(1), completed ? own * 1e6 / completed : 0);
    if (pid_count) printf(", \"cpu_us\": %.2f, \"cpu_seconds\": %.2f, \"rss_mb\": %.1f, \"peak_mb\": %.1f", completed ? cpu * 1e6 / completed : 0, cpu, rss, peak);
    if (repeat_percent) printf(", \"repeated\": %ld", repeated);
    if (items_are_used) printf(", \"items_left\": %ld", item_count - next_item);
    for (int i = 0; i < sample_count; i++) printf("%s%.1f%s", i ? ", " : ", \"rss_mb_samples\": [", samples[i], i + 1 == sample_count ? "]" : "");
    printf(", \"statuses\": {");
    for (int s = 0, some = 0; s < 600; s++) if (statuses[s]) printf("%s\"%d\": %ld", some++ ? ", " : "", s, statuses[s]);
    printf("}}\n");
}

static double own_cpu(void) {
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return r.ru_utime.tv_sec + r.ru_stime.tv_sec + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static void add_address(char *name) {
    char *copy = strdup(name), *colon = strrchr(copy, ':');
    if (!colon || address_count == MAX_ADDRESSES) die("--address %s is no HOST:PORT", name);
    *colon = 0;
    addresses[address_count] = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(atoi(colon + 1))};
    if (inet_pton(AF_INET, copy, &addresses[address_count].sin_addr) != 1) die("--address %s: an IPv4 address is needed", name);
    address_names[address_count++] = name;
}

static void options(int argc, char **argv) {
    const char *template = NULL;
    for (int i = 1; i < argc; i++) {
        char *name = argv[i];
        if (!strcmp(name, "--fresh")) { fresh = 1; continue; }
        if (!strcmp(name, "--idle")) { idle = 1; continue; }
        if (i + 1 == argc) die("%s", usage);
        char *value = argv[++i];
        if (!strcmp(name, "--address")) add_address(value);
        else if (!strcmp(name, "--template")) template = value;
        else if (!strcmp(name, "--connections")) connection_count = atoi(value);
        else if (!strcmp(name, "--rate")) rate = atof(value);
        else if (!strcmp(name, "--seconds")) seconds = atof(value);
        else if (!strcmp(name, "--warmup")) warmup = atof(value);
        else if (!strcmp(name, "--tokens")) load_tokens(value);
        else if (!strcmp(name, "--items")) items = lines(value, &item_count);
        else if (!strcmp(name, "--repeat")) repeat_percent = atoi(value);
        else if (!strcmp(name, "--pid") && pid_count < MAX_PIDS) pids[pid_count++] = atoi(value);
        else if (!strcmp(name, "--sample")) sample_every = atof(value);
        else die("unknown option %s\n%s", name, usage);
    }
    if (!address_count || !template || connection_count < 1) die("%s", usage);
    if (fresh && !tokens) die("--fresh needs --tokens");
    if (sample_every > 0 && !pid_count) die("--sample needs --pid");
    load_template(template);
    if (items_are_used && !items) die("the template needs --items");
}

int main(int argc, char **argv) {
    if (getrandom(random_state, sizeof random_state, 0) < 0) die("getrandom: %s", strerror(errno));
    options(argc, argv);
    struct rlimit files;
    if (!getrlimit(RLIMIT_NOFILE, &files)) files.rlim_cur = files.rlim_max, setrlimit(RLIMIT_NOFILE, &files);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    connections = calloc(connection_count, sizeof *connections);
    free_connections = calloc(connection_count, sizeof *free_connections);
    for (int i = 0; i < connection_count; i++) {
        Connection *c = &connections[i];
        c->fd = -1;
        c->address = i % address_count;
        c->buffer = malloc(BUFFER);
        if (tokens) c->token = &tokens[i % token_count];
        connect_again(c);
    }
    due = now();
    for (int i = 0; i < connection_count; i++) next(&connections[i]);
    run(now() + warmup);
    for (int i = 0; i < pid_count; i++) before[i] = usage_of(pids[i]);
    measuring = 1;
    double start = now(), cpu = own_cpu();
    run(start + seconds);
    report(now() - start, own_cpu() - cpu);
    return 0;
}
