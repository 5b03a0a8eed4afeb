/* modnetio.c - non-blocking IPv4 sockets for a HAL whose machine has BSD sockets.
 *
 * MicroPython's own sockets make an object for every receive and every error, lose what was received when
 * a reset follows it (`readinto` reads until the buffer is full), and their poller cannot survive a full heap.
 * Here a socket is a small integer, the file descriptor, and every answer is one too: a count, or the error
 * code of the ABI that a task gets to see.
 *
 * Invariants: no function blocks, except `poll` for as long as it is told to; none allocates on the Python heap
 * or raises, except for arguments of the wrong type.
 */
#include "py/obj.h"
#include "py/runtime.h"

#if MICROPY_PY_SOCKET

#include "../wasm3/abi_table.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

#define IN_PROGRESS 1 /* of connect: not there yet; every error is below 0 */

#define READABLE 1
#define WRITABLE 2

/* A poll set is copied to the C stack: 8 bytes for each socket, and a task of the kernel waits for one at most. */
#define POLL_MOST 255

static mp_obj_t small(mp_int_t value) {
    return MP_OBJ_NEW_SMALL_INT(value);
}

/* What the errno of a failed call means to a task. */
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

/* open(datagrams) -> file descriptor, or an error code. */
static mp_obj_t netio_open(mp_obj_t datagrams) {
    bool udp = mp_obj_is_true(datagrams);
    int fd = socket(AF_INET, udp ? SOCK_DGRAM : SOCK_STREAM, 0);
    if (fd < 0) return failure(errno);
    int one = 1;
    if (!udp) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
#ifdef FD_CLOEXEC
    fcntl(fd, F_SETFD, FD_CLOEXEC);
#endif
    if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL, 0) | O_NONBLOCK) < 0) {
        int number = errno;
        close(fd);
        return failure(number);
    }
    return small(fd);
}
static MP_DEFINE_CONST_FUN_OBJ_1(netio_open_obj, netio_open);

static void set_address(struct sockaddr_in *to, const void *address, mp_int_t port) {
    memset(to, 0, sizeof *to);
    to->sin_family = AF_INET;
    to->sin_port = htons((uint16_t)port);
    if (address) memcpy(&to->sin_addr, address, 4);
}

/* bind(fd, port) -> 0 or an error code. The local port, on every address of the machine. */
static mp_obj_t netio_bind(mp_obj_t fd, mp_obj_t port) {
    struct sockaddr_in to;
    set_address(&to, NULL, mp_obj_get_int(port));
    return bind(mp_obj_get_int(fd), (struct sockaddr *)&to, sizeof to) ? failure(errno) : small(0);
}
static MP_DEFINE_CONST_FUN_OBJ_2(netio_bind_obj, netio_bind);

/* connect(fd, address, port) -> 0, IN_PROGRESS or an error code. `address`: 4 bytes. Called again once the socket is
 * writable, it tells how the attempt ended. */
static mp_obj_t netio_connect(mp_obj_t fd, mp_obj_t address, mp_obj_t port) {
    mp_buffer_info_t bytes;
    mp_get_buffer_raise(address, &bytes, MP_BUFFER_READ);
    if (bytes.len != 4) mp_raise_ValueError(NULL);
    struct sockaddr_in to;
    set_address(&to, bytes.buf, mp_obj_get_int(port));
    if (!connect(mp_obj_get_int(fd), (struct sockaddr *)&to, sizeof to) || errno == EISCONN) return small(0);
    return errno == EINPROGRESS || errno == EALREADY || errno == EINTR ? small(IN_PROGRESS) : failure(errno);
}
static MP_DEFINE_CONST_FUN_OBJ_3(netio_connect_obj, netio_connect);

static size_t bounded(mp_obj_t n, const mp_buffer_info_t *bytes) {
    mp_int_t count = mp_obj_get_int(n);
    return count < 0 ? 0 : (size_t)count < bytes->len ? (size_t)count : bytes->len;
}

/* receive(fd, buffer, n) -> bytes put into buffer, at most n and len(buffer); 0 at the end; or an error code. */
static mp_obj_t netio_receive(mp_obj_t fd, mp_obj_t buffer, mp_obj_t n) {
    mp_buffer_info_t bytes;
    mp_get_buffer_raise(buffer, &bytes, MP_BUFFER_WRITE);
    ssize_t count = recv(mp_obj_get_int(fd), bytes.buf, bounded(n, &bytes), MSG_DONTWAIT);
    return count < 0 ? failure(errno) : small(count);
}
static MP_DEFINE_CONST_FUN_OBJ_3(netio_receive_obj, netio_receive);

/* send(fd, buffer, n) -> bytes taken from buffer, at most n and len(buffer), or an error code. */
static mp_obj_t netio_send(mp_obj_t fd, mp_obj_t buffer, mp_obj_t n) {
    mp_buffer_info_t bytes;
    mp_get_buffer_raise(buffer, &bytes, MP_BUFFER_READ);
    ssize_t count = send(mp_obj_get_int(fd), bytes.buf, bounded(n, &bytes), MSG_DONTWAIT | MSG_NOSIGNAL);
    return count < 0 ? failure(errno) : small(count);
}
static MP_DEFINE_CONST_FUN_OBJ_3(netio_send_obj, netio_send);

/* close(fd): gives the socket back; what was sent already is still delivered. */
static mp_obj_t netio_close(mp_obj_t fd) {
    close(mp_obj_get_int(fd));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(netio_close_obj, netio_close);

/* poll(fds, wanted, ready, count, ms) -> how many are ready; sleeps until one is, a signal comes or `ms` have passed
 * (-1: no limit). `fds`: array("i"), -1 where there is none; `wanted`: bytearray of READABLE | WRITABLE; `ready`: a
 * bytearray that gets 1 where what is wanted, or an error, is there. The first `count` of each. */
static mp_obj_t netio_poll(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    mp_buffer_info_t fds, wanted, ready;
    mp_get_buffer_raise(args[0], &fds, MP_BUFFER_READ);
    mp_get_buffer_raise(args[1], &wanted, MP_BUFFER_READ);
    mp_get_buffer_raise(args[2], &ready, MP_BUFFER_WRITE);
    mp_int_t count = mp_obj_get_int(args[3]);
    if (count < 0 || count > POLL_MOST || fds.len < (size_t)count * sizeof(int32_t) || wanted.len < (size_t)count
        || ready.len < (size_t)count)
        mp_raise_ValueError(NULL);
    struct pollfd set[POLL_MOST];
    for (mp_int_t i = 0; i < count; i++) {
        uint8_t mask = ((const uint8_t *)wanted.buf)[i];
        set[i].fd = ((const int32_t *)fds.buf)[i];
        set[i].events = (short)((mask & READABLE ? POLLIN : 0) | (mask & WRITABLE ? POLLOUT : 0));
        set[i].revents = 0;
    }
    int found = poll(set, (nfds_t)count, (int)mp_obj_get_int(args[4]));
    for (mp_int_t i = 0; i < count; i++) ((uint8_t *)ready.buf)[i] = set[i].revents != 0;
    return small(found > 0 ? found : 0);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(netio_poll_obj, 5, 5, netio_poll);

static const mp_rom_map_elem_t netio_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_netio) },
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
