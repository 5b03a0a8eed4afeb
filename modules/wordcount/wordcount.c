/* Counts lines, words and bytes of the file granted as "input", as `wc` does with UTF-8 text.
 *
 * Each newline character counts as a line. A word is a run of characters between white space with at least one printable
 * character. Bytes beyond ASCII count as printable, so Unicode's own spaces do not end a word here. */
#include "sovelma_io.h"

static uint8_t buffer[1024];

__attribute__((export_name("_start"))) void start(void)
{
    sp_cap_t input = capability("input");
    if (input < 0) {
        log_text(SP_LOG_ERROR, "the manifest grants no file \"input\"");
        sp_exit(1);
    }
    int64_t lines = 0, words = 0, bytes = 0;
    int in_word = 0;
    int32_t count;
    while ((count = sp_fs_read(input, buffer, sizeof buffer, -1)) > 0) {
        bytes += count;
        for (int32_t i = 0; i < count; i++) {
            uint8_t c = buffer[i];
            if (c == '\n')
                lines++;
            if (c == ' ' || (c >= '\t' && c <= '\r')) {
                in_word = 0;
            } else if (c > ' ' && c != 0x7f) {
                words += !in_word;
                in_word = 1;
            }
        }
    }
    if (count < 0) {
        log_text(SP_LOG_ERROR, "reading failed");
        sp_exit(1);
    }
    char line[96];
    char *end = put_number(line, lines);
    end = put_text(end, " lines, ");
    end = put_number(end, words);
    end = put_text(end, " words, ");
    end = put_number(end, bytes);
    end = put_text(end, " bytes");
    sp_log(SP_LOG_INFO, line, (uint32_t)(end - line));
    sp_exit(0); /* as returning would */
}
