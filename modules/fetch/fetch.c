/* Fetches a page by HTTP and logs its status line, its size in bytes and its Adler-32 checksum.
 *
 * The URL is the task's argument in the manifest, http://host[:port]/path. A page of any length passes through one buffer
 * of 1 KB: the task keeps only the status line, the size and the checksum. */
#include "sovelma_io.h"

#define CONNECT_MS 10000
#define SILENCE_MS 10000 /* timeout of each send and receive */
#define URL_MAX 255
#define STATUS_MAX 80

static char url[URL_MAX + 1];
static char status[STATUS_MAX + 1];
static uint8_t buffer[1024]; /* the request, then the answer piece by piece, then the line to log */
static char *end;            /* of the text in `buffer` */

/* Not inlined: the runtime would compile each inlined copy again, into eight bytes for each byte. */
static __attribute__((noinline)) void add(const char *text)
{
    end = put_text(end, text);
}

static __attribute__((noinline)) void add_number(uint32_t value)
{
    end = put_number(end, value);
}

static __attribute__((noinline)) void fail(const char *what, int32_t error)
{
    end = (char *)buffer;
    add(url);
    add(": ");
    add(what);
    if (error < 0)
        add_number((uint32_t)-error);
    sp_log(SP_LOG_ERROR, buffer, (uint32_t)(end - (char *)buffer));
    sp_exit(1);
}

/* Reads the first argument into `url`. The manifest's arguments are a file called "args". */
static void read_url(void)
{
    int32_t count = sp_fs_read(capability("args"), url, URL_MAX, 0);
    if (count < 0)
        fail("no arguments, error -", count);
    char *at = url;
    while (*at > ' ')
        at++;
    *at = 0;
}

/* Connects to the host of the URL and requests the page. Returns the socket. */
static sp_cap_t ask(void)
{
    char *host = url, *c;
    for (const char *start = "http://"; *start; start++)
        if (*host++ != *start)
            fail("not http://host[:port]/path", 0);
    uint32_t length = 0;
    while (host[length] && host[length] != '/' && host[length] != ':')
        length++;
    int32_t port = 80;
    c = host + length;
    if (*c == ':')
        for (port = 0, c++; *c >= '0' && *c <= '9' && port < 65536; c++)
            port = port * 10 + *c - '0';
    sp_cap_t socket = sp_net_connect(capability("net"), host, length, port, 0, CONNECT_MS);
    if (socket < 0)
        fail("connecting failed, error -", socket);
    end = (char *)buffer;
    add("GET ");
    add(*c ? c : "/");
    *c = 0; /* cuts the path off: `host` is now the host and its port */
    add(" HTTP/1.0\r\nHost: ");
    add(host);
    add("\r\nConnection: close\r\n\r\n");
    for (const char *at = (char *)buffer; at != end;) {
        int32_t count = sp_net_send(socket, at, (uint32_t)(end - at), SILENCE_MS);
        if (count < 0)
            fail("sending failed, error -", count);
        at += count;
    }
    return socket;
}

__attribute__((export_name("_start"))) void start(void)
{
    read_url();
    sp_cap_t socket = ask();
    uint32_t size = 0;               /* of the body, without the header */
    uint32_t low = 1, high = 0;      /* the checksum of the body */
    uint32_t in_line = 0;            /* bytes of the header's current line */
    char *in_status = status;        /* end of the copy of the first line, which stops where `status` is full */
    int in_body = 0;
    int32_t count;
    while ((count = sp_net_recv(socket, buffer, sizeof buffer, SILENCE_MS)) > 0) {
        const uint8_t *at = buffer, *behind = buffer + count;
        while (at < behind && !in_body) {
            uint8_t c = *at++;
            if (c == '\n') {
                in_body = !in_line;
                in_line = 0;
                in_status = status + STATUS_MAX;
            } else if (c != '\r') {
                if (in_status < status + STATUS_MAX)
                    *in_status++ = (char)c;
                in_line++;
            }
        }
        size += (uint32_t)(behind - at);
        while (at < behind)
            high += low += *at++;
        low %= 65521; /* no overflow in between: 1,024 bytes add less than 2^28 */
        high %= 65521;
    }
    if (count < 0)
        fail("receiving failed, error -", count);
    sp_net_close(socket);
    if (!in_body)
        fail("no HTTP answer", 0);
    end = (char *)buffer;
    add(status);
    add(", ");
    add_number(size);
    add(" bytes, Adler-32 ");
    add_number(high << 16 | low);
    sp_log(SP_LOG_INFO, buffer, (uint32_t)(end - (char *)buffer));
}
