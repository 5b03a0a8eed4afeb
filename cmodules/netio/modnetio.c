/* modnetio.c - non-blocking IPv4 sockets for a HAL whose machine has BSD sockets: the host's, or lwIP's on a board.
 *
 * MicroPython's own sockets make an object for every receive and every error. They lose received data if a reset follows it
 * (`readinto` reads until the buffer is full), and their poller fails when the heap is full. Here a socket is a small integer,
 * the file descriptor. Every result is a small integer too: a count, or the error code of the ABI for the task.
 *
 * Invariants: no function blocks, except `poll`, up to its time limit. None allocates on the Python heap. None raises, except for
 * arguments of the wrong type.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* ppoll */
#endif

#include "py/obj.h"
#include "py/runtime.h"

/* The esp32 port has sockets but does not set MICROPY_PY_SOCKET; the board's mpconfigboard.h sets SOV_LWIP instead. */
#ifndef SOV_LWIP
#define SOV_LWIP 0
#endif

#if MICROPY_PY_SOCKET || SOV_LWIP

#include "../common/abi_table.h"

#include <errno.h>
#include <string.h>

#if SOV_LWIP
#include "lwip/sockets.h"
/* Calls lwIP directly, below ESP-IDF's layer of file descriptors. */
#define SYSTEM(function, ...) lwip_##function(__VA_ARGS__)
#else
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#define SYSTEM(function, ...) function(__VA_ARGS__)
#endif

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

#define IN_PROGRESS 1 /* result of connect: not connected yet; every error is below 0 */

#define READABLE 1
#define WRITABLE 2

/* Most places of a poll set. On a host the set is copied to the C stack, 8 bytes for each place; a task waits for one at most. */
#define POLL_MAX 255

static mp_obj_t small(mp_int_t value) { return MP_OBJ_NEW_SMALL_INT(value); }

/* Converts the errno of a failed call to an error code of the ABI. */
static mp_obj_t failure(int number) {
    switch (number) {
        case EAGAIN:
#if EWOULDBLOCK != EAGAIN
        case EWOULDBLOCK:
#endif
            return small(ABI_ERR_AGAIN);
        case ECONNREFUSED: return small(ABI_ERR_REFUSED);
        case ETIMEDOUT: return small(ABI_ERR_TIMEOUT);
        case ENETUNREACH:
        case EHOSTUNREACH:
        case ENETDOWN:
#ifdef EHOSTDOWN
        case EHOSTDOWN:
#endif
        case EADDRNOTAVAIL: return small(ABI_ERR_UNREACHABLE);
        case ECONNRESET:
        case ECONNABORTED: return small(ABI_ERR_RESET);
        case EPIPE:
        case ENOTCONN: return small(ABI_ERR_CLOSED);
        case EACCES:
        case EPERM: return small(ABI_ERR_DENIED);
        case EMFILE:
        case ENFILE: return small(ABI_ERR_QUOTA);
        case ENOBUFS:
        case ENOMEM: return small(ABI_ERR_NOMEM);
        case EADDRINUSE: return small(ABI_ERR_BUSY);
        case EMSGSIZE: return small(ABI_ERR_TOOBIG);
        default: return small(ABI_ERR_IO);
    }
}

#if SOV_LWIP
/* The open sockets. A soft reset frees the objects that hold them without closing them, and lwIP has few sockets. */
static fd_set opened;

/* MicroPython calls this at the first import after a start or soft reset. Closes the sockets that the previous run left open. */
static mp_obj_t netio_init(void) {
    for (int fd = 0; fd < FD_SETSIZE; fd++)
        if (FD_ISSET(fd, &opened)) SYSTEM(close, fd);
    FD_ZERO(&opened);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(netio_init_obj, netio_init);

static void note(int fd, bool is_open) {
    if (fd < 0 || fd >= FD_SETSIZE) return;
    if (is_open) {
        FD_SET(fd, &opened);
    } else {
        FD_CLR(fd, &opened);
    }
}
#else
static void note(int fd, bool is_open) { /* the host closes the sockets of a process */
    (void)fd;
    (void)is_open;
}
#endif

/* open(datagrams) -> file descriptor, or an error code. */
static mp_obj_t netio_open(mp_obj_t datagrams) {
    bool udp = mp_obj_is_true(datagrams);
    int fd = SYSTEM(socket, AF_INET, udp ? SOCK_DGRAM : SOCK_STREAM, 0);
    if (fd < 0) return failure(errno);
    int one = 1;
    if (!udp) SYSTEM(setsockopt, fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
#if defined(FD_CLOEXEC) && !SOV_LWIP
    SYSTEM(fcntl, fd, F_SETFD, FD_CLOEXEC);
#endif
    if (SYSTEM(fcntl, fd, F_SETFL, SYSTEM(fcntl, fd, F_GETFL, 0) | O_NONBLOCK) < 0) {
        int number = errno;
        SYSTEM(close, fd);
        return failure(number);
    }
    note(fd, true);
    return small(fd);
}
static MP_DEFINE_CONST_FUN_OBJ_1(netio_open_obj, netio_open);

static void set_address(struct sockaddr_in *to, const void *address, mp_int_t port) {
    memset(to, 0, sizeof *to);
    to->sin_family = AF_INET;
    to->sin_port = htons((uint16_t)port);
    if (address) memcpy(&to->sin_addr, address, 4);
}

/* bind(fd, port) -> 0 or an error code. Binds the socket to a local port, on every address of the machine. */
static mp_obj_t netio_bind(mp_obj_t fd, mp_obj_t port) {
    struct sockaddr_in to;
    set_address(&to, NULL, mp_obj_get_int(port));
    return SYSTEM(bind, mp_obj_get_int(fd), (struct sockaddr *)&to, sizeof to) ? failure(errno) : small(0);
}
static MP_DEFINE_CONST_FUN_OBJ_2(netio_bind_obj, netio_bind);

/* connect(fd, address, port) -> 0, IN_PROGRESS or an error code. `address`: 4 bytes. When the socket is writable, a second call
 * returns the result of the attempt. */
static mp_obj_t netio_connect(mp_obj_t fd, mp_obj_t address, mp_obj_t port) {
    mp_buffer_info_t bytes;
    mp_get_buffer_raise(address, &bytes, MP_BUFFER_READ);
    if (bytes.len != 4) mp_raise_ValueError(NULL);
    struct sockaddr_in to;
    set_address(&to, bytes.buf, mp_obj_get_int(port));
    /* The result of an earlier attempt. On a host, a second `connect` returns it too, but lwIP's would try again instead. */
    int error = 0;
    socklen_t length = sizeof error;
    if (!SYSTEM(getsockopt, mp_obj_get_int(fd), SOL_SOCKET, SO_ERROR, &error, &length) && error && error != EINPROGRESS)
        return failure(error);
    if (!SYSTEM(connect, mp_obj_get_int(fd), (struct sockaddr *)&to, sizeof to) || errno == EISCONN) return small(0);
    return errno == EINPROGRESS || errno == EALREADY || errno == EINTR ? small(IN_PROGRESS) : failure(errno);
}
static MP_DEFINE_CONST_FUN_OBJ_3(netio_connect_obj, netio_connect);

static size_t bounded(mp_obj_t n, const mp_buffer_info_t *bytes) {
    mp_int_t count = mp_obj_get_int(n);
    return count < 0 ? 0 : (size_t)count < bytes->len ? (size_t)count : bytes->len;
}

/* receive(fd, buffer, n) -> number of bytes received into buffer, at most n and len(buffer); 0 at the end; or an error code. */
static mp_obj_t netio_receive(mp_obj_t fd, mp_obj_t buffer, mp_obj_t n) {
    mp_buffer_info_t bytes;
    mp_get_buffer_raise(buffer, &bytes, MP_BUFFER_WRITE);
    ssize_t count = SYSTEM(recv, mp_obj_get_int(fd), bytes.buf, bounded(n, &bytes), MSG_DONTWAIT);
    return count < 0 ? failure(errno) : small(count);
}
static MP_DEFINE_CONST_FUN_OBJ_3(netio_receive_obj, netio_receive);

/* send(fd, buffer, n) -> number of bytes taken from buffer, at most n and len(buffer), or an error code. */
static mp_obj_t netio_send(mp_obj_t fd, mp_obj_t buffer, mp_obj_t n) {
    mp_buffer_info_t bytes;
    mp_get_buffer_raise(buffer, &bytes, MP_BUFFER_READ);
    ssize_t count = SYSTEM(send, mp_obj_get_int(fd), bytes.buf, bounded(n, &bytes), MSG_DONTWAIT | MSG_NOSIGNAL);
    return count < 0 ? failure(errno) : small(count);
}
static MP_DEFINE_CONST_FUN_OBJ_3(netio_send_obj, netio_send);

/* What close() reads and drops at most. */
#define DRAIN_BYTES (64 * 1024)

/* close(fd): closes the socket; data sent before is still delivered. A socket that is closed with unread bytes in it would reset the
 * connection instead, and drop what is on its way, so the bytes that came until now are read first. Does not wait. */
static mp_obj_t netio_close(mp_obj_t fd) {
    int number = mp_obj_get_int(fd);
    char dropped[512];
    note(number, false);
    shutdown(number, SHUT_WR);
    for (int left = DRAIN_BYTES; left > 0; left -= sizeof dropped)
        if (recv(number, dropped, sizeof dropped, MSG_DONTWAIT) <= 0) break;
    SYSTEM(close, number);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(netio_close_obj, netio_close);

#if SOV_LWIP
/* Sets ready[i] to 1 for each of `count` sockets that is ready, see poll below. Returns how many are. Uses lwIP's select, because its
 * poll allocates. */
static int find_ready(const int32_t *fds, const uint8_t *wanted, uint8_t *ready, mp_int_t count, mp_int_t us) {
    fd_set readable, writable, failed;
    FD_ZERO(&readable);
    FD_ZERO(&writable);
    FD_ZERO(&failed);
    int end = 0, found = 0;
    for (mp_int_t i = 0; i < count; i++) {
        int fd = (int)fds[i];
        ready[i] = 0;
        if (fd < 0 || fd >= FD_SETSIZE) continue;
        if (wanted[i] & READABLE) FD_SET(fd, &readable);
        if (wanted[i] & WRITABLE) FD_SET(fd, &writable);
        FD_SET(fd, &failed);
        if (fd >= end) end = fd + 1;
    }
    struct timeval limit = { .tv_sec = us / 1000000, .tv_usec = us % 1000000 };
    if (lwip_select(end, &readable, &writable, &failed, us < 0 ? NULL : &limit) <= 0) return 0;
    for (mp_int_t i = 0; i < count; i++) {
        int fd = (int)fds[i];
        if (fd < 0 || fd >= FD_SETSIZE) continue;
        ready[i] =
            (wanted[i] & READABLE && FD_ISSET(fd, &readable)) || (wanted[i] & WRITABLE && FD_ISSET(fd, &writable)) || FD_ISSET(fd, &failed);
        found += ready[i];
    }
    return found;
}
#else
static int find_ready(const int32_t *fds, const uint8_t *wanted, uint8_t *ready, mp_int_t count, mp_int_t us) {
    struct timespec limit = { .tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000 };
    struct pollfd set[POLL_MAX];
    for (mp_int_t i = 0; i < count; i++) {
        set[i].fd = fds[i];
        set[i].events = (short)((wanted[i] & READABLE ? POLLIN : 0) | (wanted[i] & WRITABLE ? POLLOUT : 0));
        set[i].revents = 0;
    }
    int found = ppoll(set, (nfds_t)count, us < 0 ? NULL : &limit, NULL);
    for (mp_int_t i = 0; i < count; i++) ready[i] = set[i].revents != 0;
    return found > 0 ? found : 0;
}
#endif

/* poll(fds, wanted, ready, count, us) -> how many sockets are ready. Sleeps until one is ready, a signal comes or `us` microseconds
 * have passed (-1: no limit). Uses the first `count` entries of each array. `fds`: array("i"), -1: no socket; `wanted`: bytearray of
 * READABLE | WRITABLE; `ready`: a bytearray, gets 1 for each socket that is ready or has failed, else 0. On a board nothing else of
 * MicroPython runs during the sleep, so its HAL passes 0. */
static mp_obj_t netio_poll(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    mp_buffer_info_t fds, wanted, ready;
    mp_get_buffer_raise(args[0], &fds, MP_BUFFER_READ);
    mp_get_buffer_raise(args[1], &wanted, MP_BUFFER_READ);
    mp_get_buffer_raise(args[2], &ready, MP_BUFFER_WRITE);
    mp_int_t count = mp_obj_get_int(args[3]);
    if (count < 0 || count > POLL_MAX || fds.len < (size_t)count * sizeof(int32_t) || wanted.len < (size_t)count ||
        ready.len < (size_t)count)
        mp_raise_ValueError(NULL);
    return small(find_ready(fds.buf, wanted.buf, ready.buf, count, mp_obj_get_int(args[4])));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(netio_poll_obj, 5, 5, netio_poll);

static const mp_rom_map_elem_t netio_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_netio) },
#if SOV_LWIP
    { MP_ROM_QSTR(MP_QSTR___init__), MP_ROM_PTR(&netio_init_obj) },
#endif
    { MP_ROM_QSTR(MP_QSTR_open), MP_ROM_PTR(&netio_open_obj) },
    { MP_ROM_QSTR(MP_QSTR_bind), MP_ROM_PTR(&netio_bind_obj) },
    { MP_ROM_QSTR(MP_QSTR_connect), MP_ROM_PTR(&netio_connect_obj) },
    { MP_ROM_QSTR(MP_QSTR_receive), MP_ROM_PTR(&netio_receive_obj) },
    { MP_ROM_QSTR(MP_QSTR_send), MP_ROM_PTR(&netio_send_obj) },
    { MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&netio_close_obj) },
    { MP_ROM_QSTR(MP_QSTR_poll), MP_ROM_PTR(&netio_poll_obj) },
};
static MP_DEFINE_CONST_DICT(netio_globals, netio_globals_table);

const mp_obj_module_t netio_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&netio_globals,
};
MP_REGISTER_MODULE(MP_QSTR_netio, netio_module);

#endif
