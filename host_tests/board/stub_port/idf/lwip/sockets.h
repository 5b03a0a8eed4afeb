/* lwIP's header of this name, as far as cmodules/ uses it: its functions are the host's (idf.c). The macros are there
 * because lwIP has them, and a module that defines its own would not compile. */
#pragma once
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/select.h>
#include <sys/types.h>

#if __has_include(<sys/socket.h>)
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#else /* a C library without sockets, as for the compiler's view of the board */
typedef uint32_t socklen_t;
struct in_addr { uint32_t s_addr; };
struct sockaddr { uint8_t sa_len, sa_family; char sa_data[14]; };
struct sockaddr_in { uint8_t sin_len, sin_family; uint16_t sin_port; struct in_addr sin_addr; char sin_zero[8]; };
#define AF_INET 2
#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define IPPROTO_TCP 6
#define TCP_NODELAY 1
#define SOL_SOCKET 0xfff
#define SO_ERROR 0x1007
#define MSG_DONTWAIT 8
#define MSG_NOSIGNAL 0x20
#define SHUT_WR 1
#define htons(x) ((uint16_t)((x) << 8 | (x) >> 8))
#endif

int lwip_socket(int domain, int type, int protocol);
int lwip_bind(int s, const struct sockaddr *name, socklen_t namelen);
int lwip_connect(int s, const struct sockaddr *name, socklen_t namelen);
ssize_t lwip_recv(int s, void *mem, size_t len, int flags);
ssize_t lwip_send(int s, const void *data, size_t size, int flags);
int lwip_close(int s);
int lwip_shutdown(int s, int how);
int lwip_fcntl(int s, int cmd, int val);
int lwip_setsockopt(int s, int level, int optname, const void *optval, socklen_t optlen);
int lwip_getsockopt(int s, int level, int optname, void *optval, socklen_t *optlen);
int lwip_select(int maxfdp1, fd_set *readset, fd_set *writeset, fd_set *exceptset, struct timeval *timeout);

#ifndef SOV_STUB_IDF
#define socket(domain, type, protocol) lwip_socket(domain, type, protocol)
#define bind(s, name, namelen) lwip_bind(s, name, namelen)
#define connect(s, name, namelen) lwip_connect(s, name, namelen)
#define recv(s, mem, len, flags) lwip_recv(s, mem, len, flags)
#define send(s, dataptr, size, flags) lwip_send(s, dataptr, size, flags)
#define shutdown(s, how) lwip_shutdown(s, how)
#define select(maxfdp1, readset, writeset, exceptset, timeout) lwip_select(maxfdp1, readset, writeset, exceptset, timeout)
#endif
