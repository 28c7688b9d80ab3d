// The requests of load.c: a template, and the tokens and items that fill it in.
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PARTS = 64, MAX_REQUEST = 4096 };

typedef enum { TEXT, HOST, TOKEN, PERSON, KEY, COUNT, ITEM } Kind;
typedef struct { Kind kind; const char *text; int length; } Part;
typedef struct { const char *text; int length; } Word;
typedef struct { Word person, token; } Token;

static Part parts[MAX_PARTS];
static Token *tokens;
static Word *items;
static long token_count, next_token, item_count, next_item, counter;
static int part_count, fresh, items_are_used;
static uint64_t random_state[2];

static void die(const char *format, ...) {
    va_list list;
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
    exit(1);
}

static uint64_t random64(void) { // xorshift128+
    uint64_t a = random_state[0], b = random_state[1];
    random_state[0] = b;
    a ^= a << 23;
    random_state[1] = a ^ b ^ (a >> 18) ^ (b >> 5);
    return random_state[1] + b;
}

static char *whole(const char *path, long *length) {
    FILE *file = fopen(path, "r");
    if (!file || fseek(file, 0, SEEK_END)) die("%s: %s", path, strerror(errno));
    *length = ftell(file);
    rewind(file);
    char *text = malloc(*length + 1);
    if (fread(text, 1, *length, file) != (size_t)*length) die("%s: cannot be read", path);
    text[*length] = 0;
    fclose(file);
    return text;
}

static Word *lines(const char *path, long *count) {
    long length, room = 0;
    char *text = whole(path, &length), *rest = text, *line;
    Word *words = NULL;
    *count = 0;
    while ((line = strsep(&rest, "\n"))) {
        if (!*line) continue;
        if (*count == room) words = realloc(words, (room = room ? 2 * room : 1024) * sizeof *words);
        words[(*count)++] = (Word){line, strlen(line)};
    }
    if (!*count) die("%s: no lines", path);
    return words;
}

static void load_tokens(const char *path) {
    Word *all = lines(path, &token_count);
    tokens = calloc(token_count, sizeof *tokens);
    for (long i = 0; i < token_count; i++) {
        const char *space = strchr(all[i].text, ' ');
        if (!space) die("%s: line %ld is not 'IIN TOKEN'", path, i + 1);
        tokens[i] = (Token){{all[i].text, space - all[i].text}, {space + 1, all[i].text + all[i].length - space - 1}};
    }
}

static void add_part(Kind kind, const char *text, int length) {
    if (kind == TEXT && !length) return;
    if (part_count == MAX_PARTS) die("the template has too many parts");
    parts[part_count++] = (Part){kind, text, length};
}

static void split(const char *text) {
    static const struct { const char *name; Kind kind; } names[] = {
        {"{host}", HOST}, {"{token}", TOKEN}, {"{iin}", PERSON}, {"{key}", KEY}, {"{uuid}", KEY}, {"{n}", COUNT}, {"{item}", ITEM}};
    const char *from = text, *at = text;
    while (*at) {
        size_t i = 0, n = sizeof names / sizeof *names;
        while (i < n && strncmp(at, names[i].name, strlen(names[i].name))) i++;
        if (i == n) { at++; continue; }
        add_part(TEXT, from, at - from);
        add_part(names[i].kind, NULL, 0);
        if (names[i].kind == ITEM) items_are_used = 1;
        if ((names[i].kind == TOKEN || names[i].kind == PERSON) && !tokens) die("the template needs --tokens");
        from = at += strlen(names[i].name);
    }
    add_part(TEXT, from, at - from);
}

// The body is taken as it stands, placeholders are for the head: a request is then ready but for a few words.
static void load_template(const char *path) {
    long length;
    char *text = whole(path, &length), *blank = strstr(text, "\n\n"), *wire = calloc(1, 2 * length + 256), *to = wire;
    if (!blank) die("%s: no blank line after the head", path);
    char *body = blank + 2;
    if (*body && text[length - 1] == '\n') text[--length] = 0;
    for (char *at = text; at <= blank; at++) {
        if (*at == '\n') *to++ = '\r';
        *to++ = *at;
    }
    if (*body) to += sprintf(to, "Content-Length: %zu\r\n", strlen(body));
    to += sprintf(to, "\r\n");
    split(wire);
    add_part(TEXT, body, strlen(body));
}

// The next request, written to `to`, of MAX_REQUEST bytes; returns its length.
static int render(char *to, const char *host, Token **token) {
    char *start = to, *end = to + MAX_REQUEST - 256, text[48];
    if (fresh) *token = &tokens[next_token++ % token_count];
    for (int i = 0; i < part_count; i++) {
        Word word = {parts[i].text, parts[i].length};
        switch (parts[i].kind) {
            case TEXT: break;
            case HOST: word = (Word){host, strlen(host)}; break;
            case TOKEN: word = (*token)->token; break;
            case PERSON: word = (*token)->person; break;
            case KEY: word = (Word){text, sprintf(text, "%016lx%016lx", random64(), random64())}; break;
            case COUNT: word = (Word){text, sprintf(text, "%ld", counter++)}; break;
            case ITEM: word = items[next_item++]; break;
        }
        if (to + word.length > end) die("a request is longer than %d bytes", MAX_REQUEST);
        memcpy(to, word.text, word.length);
        to += word.length;
    }
    return to - start;
}
