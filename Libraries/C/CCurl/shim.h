// Variadic functions of libcurl, one inline function for each type of argument.
#pragma once
#include <curl/curl.h>

static inline CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode ccurl_set_size(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode ccurl_set_text(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode ccurl_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(easy, option, value);
}
/// The body of a request; libcurl keeps a copy.
static inline CURLcode ccurl_set_body(CURL *easy, const void *bytes, curl_off_t count) {
    CURLcode result = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, count);
    return result == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, bytes) : result;
}

typedef size_t (*ccurl_bytes)(char *bytes, size_t size, size_t count, void *context);
static inline CURLcode ccurl_on_body(CURL *easy, ccurl_bytes callback, void *context) {
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, callback);
    return curl_easy_setopt(easy, CURLOPT_WRITEDATA, context);
}
static inline CURLcode ccurl_on_header(CURL *easy, ccurl_bytes callback, void *context) {
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, callback);
    return curl_easy_setopt(easy, CURLOPT_HEADERDATA, context);
}

static inline long ccurl_status(CURL *easy) {
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}
/// What ccurl_set_pointer(CURLOPT_PRIVATE) kept.
static inline void *ccurl_private(CURL *easy) {
    char *kept = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &kept);
    return kept;
}

typedef int (*ccurl_socket)(CURL *easy, curl_socket_t socket, int what, void *context, void *socket_context);
typedef int (*ccurl_timer)(CURLM *multi, long milliseconds, void *context);
static inline void ccurl_multi_callbacks(CURLM *multi, ccurl_socket on_socket, ccurl_timer on_timer, void *context) {
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
}
static inline void ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    curl_multi_setopt(multi, option, value);
}

/// The next finished transfer and its result, or NULL.
static inline CURL *ccurl_next_finished(CURLM *multi, CURLcode *result) {
    int left = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE) continue;
        *result = message->data.result;
        return message->easy_handle;
    }
    return NULL;
}
