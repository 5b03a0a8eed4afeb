/* features.c - finds the first feature in the section target_features that the runtime does not support (contract in scan.h). */
#include "scan.h"

#include <stddef.h>
#include <string.h>

/* The features that a module may demand, by their names in LLVM. */
static const char *const has[] = { "mutable-globals", "sign-ext", "nontrapping-fptoint", "bulk-memory", "bulk-memory-opt", "multivalue",
    "call-indirect-overlong", "extended-const", "reference-types" };

static bool is_had(const uint8_t *name, size_t length) {
    for (size_t i = 0; i < sizeof has / sizeof *has; i++)
        if (strlen(has[i]) == length && !memcmp(has[i], name, length)) return true;
    return false;
}

bool sov_missing_feature(const uint8_t *wasm, uint32_t size, const char **name, uint32_t *name_length) {
    struct sov_bytes section = sov_custom_section(wasm, size, "target_features", 15);
    const uint8_t *at = section.start;
    if (!at || at == section.end) return false;
    /* The count and the lengths of names are small, so each number is one byte. */
    for (uint8_t count = *at++; count && section.end - at >= 2; count--) {
        bool wanted = *at++ != '-';
        uint32_t length = *at++;
        if (length > 0x7f || length > (size_t)(section.end - at)) break;
        bool plain = length > 0;
        for (uint32_t i = 0; i < length; i++) plain &= at[i] > ' ' && at[i] < 0x7f;
        if (wanted && plain && !is_had(at, length)) {
            *name = (const char *)at;
            *name_length = length;
            return true;
        }
        at += length;
    }
    return false;
}
