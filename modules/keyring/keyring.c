/* Shows its capabilities, then gives most of them up: it keeps the least authority that the rest of its work needs.
 *
 * The manifest grants it the directory "data" with every right. It reads through a capability that has only the right to
 * read, so a later mistake cannot write. One call revokes everything derived from the file. */
#include "sovelma_io.h"

static void show(sp_cap_t which)
{
    struct {
        int32_t kind, rights;
        char name[64];
    } info;
    int32_t bytes = sp_cap_info(which, &info, sizeof info);
    char line[128];
    char *end = put_text(line, "kind ");
    end = put_number(end, info.kind);
    end = put_text(end, ", rights ");
    end = put_number(end, info.rights);
    end = put_text(end, bytes > 8 ? ", granted as " : ", derived or opened");
    for (int32_t i = 0; i < bytes - 8; i++)
        *end++ = info.name[i];
    sp_log(SP_LOG_INFO, line, (uint32_t)(end - line));
}

static void show_all(void)
{
    sp_cap_t held[16];
    int32_t count = sp_cap_list(held, sizeof held);
    for (int32_t i = 0; i < count && i < 16; i++)
        show(held[i]);
}

__attribute__((export_name("_start"))) int start(void)
{
    sp_cap_t data = capability("data");
    sp_cap_t file = sp_fs_open(data, "keys", 4, SP_OPEN_READ | SP_OPEN_WRITE | SP_OPEN_CREATE);
    if (file < 0 || sp_fs_write(file, "spare", 5, 0) != 5)
        return 1;

    sp_cap_t reading = sp_cap_derive(file, SP_RIGHT_READ);
    show_all();
    if (sp_fs_write(reading, "x", 1, 0) != SP_ERR_DENIED)
        return 2;

    /* Dropping the directory keeps the file opened through it; revoking the file ends everything derived from the file at once. */
    char word[8];
    if (sp_cap_drop(data) != 0 || sp_fs_read(reading, word, sizeof word, 0) != 5)
        return 3;
    if (sp_cap_revoke(file) != 1 || sp_fs_size(reading) != SP_ERR_REVOKED || sp_fs_size(file) != 5)
        return 4;
    log_text(SP_LOG_INFO, "one capability left");
    return 0;
}
