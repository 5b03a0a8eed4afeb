/* Sorts the lines of the file "input" by their bytes, as `LC_ALL=C sort` does, and stores them as "sorted" in "data".
 *
 * The task needs memory for the text and four bytes for each line. Where the manifest gives too little memory, the task logs
 * an error and ends. An error that only a wrong manifest can cause is a panic. */
#include "sovelma_malloc.h"
#include "sovelma_panic.h"

static uint32_t line_length(const char *line)
{
    uint32_t length = 0;
    while (line[length] != '\n')
        length++;
    return length;
}

/* Returns a value below 0, 0 or above 0, as strcmp does. A line ends with its newline, which sorts before every other byte. */
static int32_t compare(const char *a, const char *b)
{
    for (; *a == *b && *a != '\n'; a++, b++)
        ;
    int32_t first = *a == '\n' ? -1 : (uint8_t)*a, second = *b == '\n' ? -1 : (uint8_t)*b;
    return first - second;
}

static void sift(const char **lines, uint32_t root, uint32_t count)
{
    for (uint32_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && compare(lines[child], lines[child + 1]) < 0)
            child++;
        if (compare(lines[root], lines[child]) >= 0)
            return;
        const char *line = lines[root];
        lines[root] = lines[child];
        lines[child] = line;
    }
}

static void heap_sort(const char **lines, uint32_t count)
{
    for (uint32_t root = count / 2; root > 0; root--)
        sift(lines, root - 1, count);
    for (uint32_t last = count; last > 1; last--) {
        const char *line = lines[0];
        lines[0] = lines[last - 1];
        lines[last - 1] = line;
        sift(lines, 0, last - 1);
        if (last % 64 == 0)
            sp_yield();         /* sorting takes long, so other tasks of this priority get a turn */
    }
}

/* Allocates `size` bytes. Ends the task where there is no memory. */
static void *room(uint32_t size)
{
    void *result = malloc(size);
    if (!result) {
        log_format(SP_LOG_ERROR, "no memory for %u bytes; the manifest gives %d in all", size, sp_memory_bytes());
        sp_exit(1);
    }
    return result;
}

static char *read_all(sp_cap_t input, uint32_t size)
{
    char *text = room(size + 1);
    for (uint32_t at = 0; at < size;) {
        int32_t count = sp_fs_read(input, text + at, size - at, (int32_t)at);
        check(count > 0);
        at += (uint32_t)count;
    }
    text[size] = '\n';
    return text;
}

static void write_all(sp_cap_t file, const char *bytes, uint32_t size)
{
    while (size) {
        int32_t count = sp_fs_write(file, bytes, size, -1);
        if (count < 0)
            panic("writing failed: %d", count);
        bytes += count;
        size -= (uint32_t)count;
    }
}

__attribute__((export_name("_start"))) void start(void)
{
    sp_cap_t input = capability("input");
    int32_t size = sp_fs_size(input);
    if (size < 0)
        panic("the manifest grants no file \"input\": %d", size);
    char *text = read_all(input, (uint32_t)size);
    sp_fs_close(input);
    uint32_t count = 0;
    for (int32_t i = 0; i < size; i++)
        count += text[i] == '\n';
    count += size && text[size - 1] != '\n';    /* a last line without an end */
    const char **lines = room(count * sizeof *lines);
    const char *line = text;
    for (uint32_t i = 0; i < count; i++) {
        lines[i] = line;
        line += line_length(line) + 1;
    }
    heap_sort(lines, count);
    sp_cap_t sorted = sp_fs_open(capability("data"), "sorted", 6, SP_OPEN_WRITE | SP_OPEN_CREATE | SP_OPEN_TRUNCATE);
    for (uint32_t i = 0; i < count; i++)
        write_all(sorted, lines[i], line_length(lines[i]) + 1);
    log_format(SP_LOG_INFO, "%u lines sorted", count);
}
