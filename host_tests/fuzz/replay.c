/* replay.c - plays inputs of the fuzzer without the fuzzer: for compilers that have none, and for `make test`.
 *
 * usage: replay FILE... - prints how many were played; a finding ends the process as it ends the fuzzer.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv) {
    static uint8_t data[1 << 20];
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        if (!file) {
            perror(argv[i]);
            return 2;
        }
        size_t size = fread(data, 1, sizeof data, file);
        fclose(file);
        fprintf(stderr, "\r%s ", argv[i]); /* the last one, where it crashes */
        LLVMFuzzerTestOneInput(data, size);
    }
    fprintf(stderr, "\n");
    printf("%d\n", argc - 1);
    return 0;
}
