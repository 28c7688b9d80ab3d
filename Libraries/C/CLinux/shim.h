// What Glibc's Swift module leaves out.
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

// Signals reach the loop as bytes on a pipe: a handler may do no more than write(2).
static int clinux_signal_pipe = -1;

static inline void clinux_signal_arrived(int number) {
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    ssize_t ignored = write(clinux_signal_pipe, &byte, 1);
    (void)ignored;
    errno = saved;
}

/// From now on signal `number` writes its number to `descriptor`. Returns 0, or -1 with errno.
static inline int clinux_signal_to(int number, int descriptor) {
    struct sigaction action = {0};
    clinux_signal_pipe = descriptor;
    action.sa_handler = clinux_signal_arrived;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    return sigaction(number, &action, NULL);
}

static inline int clinux_signal_default(int number) { return signal(number, SIG_DFL) == SIG_ERR ? -1 : 0; }
static inline int clinux_signal_ignore(int number) { return signal(number, SIG_IGN) == SIG_ERR ? -1 : 0; }

/// A name that ps and top show for the calling thread; at most 15 bytes.
static inline void clinux_thread_name(const char *name) { pthread_setname_np(pthread_self(), name); }

int pipe2(int descriptors[2], int flags);
/// A pipe whose ends neither block nor are inherited. Returns 0, or -1 with errno.
static inline int clinux_pipe(int descriptors[2]) { return pipe2(descriptors, O_NONBLOCK | O_CLOEXEC); }
