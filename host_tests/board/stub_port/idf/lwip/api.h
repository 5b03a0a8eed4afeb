/* lwIP's header of this name, as far as cmodules/ uses it; the function is in idf.c. */
#pragma once
#include <stdint.h>
typedef uint8_t u8_t;
typedef uint16_t u16_t;
struct netconn;
enum netconn_type { NETCONN_TCP = 0x10, NETCONN_UDP = 0x20 };
enum netconn_evt { NETCONN_EVT_RCVPLUS };
typedef void (*netconn_callback)(struct netconn *, enum netconn_evt, u16_t);
struct netconn *netconn_new_with_proto_and_callback(enum netconn_type, u8_t, netconn_callback);
