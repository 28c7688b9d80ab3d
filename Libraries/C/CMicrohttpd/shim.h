// What Swift cannot call in libmicrohttpd: variadic functions, and the unions that its info calls return.
#pragma once
#include <microhttpd.h>
#include <stdbool.h>

struct cmhd_settings {
    /// Bound and listening; libmicrohttpd accepts from it.
    MHD_socket listen_socket;
    unsigned int connection_limit;
    /// Bytes for the head of a request, its answer's head and buffers, of each connection.
    size_t memory_limit;
    /// Seconds without a byte in either direction.
    unsigned int idle_seconds;
    /// PEM texts; both or neither.
    const char *certificate, *key;
    void *context;
    MHD_AccessHandlerCallback request;
    MHD_RequestCompletedCallback completed;
    MHD_NotifyConnectionCallback connection;
    void *(*target)(void *context, const char *target, struct MHD_Connection *connection);
};

/// Starts a daemon that a loop drives from outside by its epoll descriptor. NULL when it cannot be.
static inline struct MHD_Daemon *cmhd_start(const struct cmhd_settings *s) {
    unsigned int flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)s->certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)s->key},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    bool secure = s->certificate != NULL && s->key != NULL;
    if (secure) flags |= MHD_USE_TLS;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, s->request, s->context,
        MHD_OPTION_LISTEN_SOCKET, s->listen_socket,
        MHD_OPTION_CONNECTION_LIMIT, s->connection_limit,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, s->memory_limit,
        MHD_OPTION_CONNECTION_TIMEOUT, s->idle_seconds,
        MHD_OPTION_NOTIFY_COMPLETED, s->completed, s->context,
        MHD_OPTION_NOTIFY_CONNECTION, s->connection, s->context,
        MHD_OPTION_URI_LOG_CALLBACK, s->target, s->context,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
        MHD_OPTION_ARRAY, secure ? tls : none,
        MHD_OPTION_END);
}

static inline int cmhd_epoll_descriptor(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    return info == NULL ? -1 : info->epoll_fd;
}

/// Milliseconds until the daemon wants to run without an event; -1 when it does not.
static inline long long cmhd_timeout(struct MHD_Daemon *daemon) {
    MHD_UNSIGNED_LONG_LONG milliseconds = 0;
    return MHD_get_timeout(daemon, &milliseconds) == MHD_YES ? (long long)milliseconds : -1;
}

static inline int cmhd_descriptor(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info == NULL ? -1 : info->connect_fd;
}

static inline void *cmhd_socket_context(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

static inline const struct sockaddr *cmhd_peer(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info == NULL ? NULL : info->client_addr;
}

static inline enum MHD_Result cmhd_result(bool yes) { return yes ? MHD_YES : MHD_NO; }

typedef bool (*cmhd_field)(void *context, const char *name, size_t name_size, const char *value, size_t value_size);
struct cmhd_fields { cmhd_field field; void *context; };

static inline enum MHD_Result cmhd_each_field(
    void *cls, enum MHD_ValueKind kind, const char *name, size_t name_size, const char *value, size_t value_size) {
    const struct cmhd_fields *fields = (const struct cmhd_fields *)cls;
    (void)kind;
    return fields->field(fields->context, name, name_size, value, value_size) ? MHD_YES : MHD_NO;
}

/// Calls `field` for every header field of the request, in order.
static inline void cmhd_headers(struct MHD_Connection *connection, cmhd_field field, void *context) {
    struct cmhd_fields fields = {field, context};
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, cmhd_each_field, &fields);
}

/// A response that keeps a copy of the bytes.
static inline struct MHD_Response *cmhd_response(const void *bytes, size_t count) {
    return MHD_create_response_from_buffer(count, (void *)bytes, MHD_RESPMEM_MUST_COPY);
}

/// A response of unknown length; libmicrohttpd asks `reader` for its bytes.
static inline struct MHD_Response *cmhd_streamed_response(
    size_t block, MHD_ContentReaderCallback reader, void *context, MHD_ContentReaderFreeCallback release) {
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, block, reader, context, release);
}

static inline ssize_t cmhd_end_of_stream(void) { return MHD_CONTENT_READER_END_OF_STREAM; }
static inline ssize_t cmhd_broken_stream(void) { return MHD_CONTENT_READER_END_WITH_ERROR; }
