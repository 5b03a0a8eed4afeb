/* modhostfs.c - gives tasks that are not trusted access to the files below one directory of a POSIX host.
 *
 * A path starts at the directory's descriptor and only goes down, and no name in it may be a symbolic link. So a task reaches
 * no file outside, whatever the directory contains and whatever process changes it meanwhile. Only regular files are
 * opened: opening a FIFO may block, and opening a device may have side effects. Results are counts or error codes of the ABI;
 * descriptors are small integers.
 *
 * Invariants: no function waits for anything but the host's file system; none but `names` allocates on the
 * Python heap, and none raises except for arguments of the wrong type.
 */
#include "py/obj.h"
#include "py/runtime.h"

#if defined(__unix__) && !defined(ESP_PLATFORM)

#include "../common/abi_table.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__linux__) && __has_include(<linux/openat2.h>)
#include <linux/openat2.h>
#include <sys/syscall.h>
#endif

#define OPEN_WRITE 2      /* flags of open, the same as those of sp_fs_open */
#define OPEN_CREATE 4
#define OPEN_DIRECTORY 32

#define HOSTFS_NAME_MAX 63             /* bytes of a name, from the ABI */
#define HOSTFS_PATH_MAX 2048           /* bytes: 16 nested directories with names of 63 bytes, and the ABI's longest path below them */
#define HOSTFS_SIZE_MAX 0x3fffffff     /* the ABI's largest offset; a small integer on every machine */

static mp_obj_t small(mp_int_t value) { return MP_OBJ_NEW_SMALL_INT(value); }

/* Converts the errno of a failed call to an error code of the ABI. */
static int32_t failure(int number) {
    switch (number) {
        case ENOENT:
        case ENOTDIR: return ABI_ERR_NOTFOUND;
        case EEXIST:
        case EISDIR: return ABI_ERR_EXISTS;
        case EACCES:
        case EPERM:
        case EROFS:
        case ELOOP: return ABI_ERR_DENIED;
        case ENOSPC:
        case EDQUOT: return ABI_ERR_NOSPACE;
        case EMFILE:
        case ENFILE: return ABI_ERR_QUOTA;
        case ENAMETOOLONG:
        case EFBIG: return ABI_ERR_TOOBIG;
        case ENOMEM: return ABI_ERR_NOMEM;
        case EBUSY:
        case ETXTBSY: return ABI_ERR_BUSY;
        default: return ABI_ERR_IO;
    }
}

/* Like openat, but repeats the call after a signal. Never waits for a peer, never acquires a controlling terminal, follows no link. */
static int open_at(int directory, const char *name, int flags) {
    int descriptor;
    do {
        descriptor = openat(directory, name, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0666);
    } while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

/* Returns the size of the first name of a path, or an error if a task may not use that name. */
static int32_t name_size(const char *path, const char *end) {
    const char *slash = memchr(path, '/', (size_t)(end - path));
    size_t size = (size_t)((slash ? slash : end) - path);
    if (size > HOSTFS_NAME_MAX) return ABI_ERR_TOOBIG;
    if (size == 0 || memchr(path, 0, size) || (size <= 2 && !memcmp(path, "..", size))) return ABI_ERR_INVAL;
    return (int32_t)size;
}

/* Follows a path of directories one name at a time. Returns a new descriptor of the last directory, or an error. */
static int32_t walk(int root, const char *path) {
    int directory = open_at(root, ".", O_RDONLY | O_DIRECTORY);
    while (directory >= 0 && *path) {
        char name[HOSTFS_NAME_MAX + 1];
        size_t size = strcspn(path, "/");
        memcpy(name, path, size);
        name[size] = 0;
        path += size + (path[size] == '/');
        int next = open_at(directory, name, O_RDONLY | O_DIRECTORY);
        int number = errno;
        struct stat status;
        /* Linux returns ENOTDIR for a link too; a task gets DENIED for it. */
        if (next < 0 && number == ENOTDIR && fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(status.st_mode))
            number = ELOOP;
        close(directory);
        directory = next;
        errno = number;
    }
    return directory < 0 ? failure(errno) : directory;
}

/* Like walk(), in one system call if the host has openat2. The charge of a host call does not grow with the depth of the path. */
static int32_t descend(int root, const char *path) {
#if defined(SYS_openat2) && defined(RESOLVE_BENEATH)
    struct open_how how = {
        .flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
    };
    long directory = *path ? syscall(SYS_openat2, root, path, &how, sizeof how) : -1;
    if (directory >= 0) return (int32_t)directory;
#endif
    return walk(root, path); /* also after an error, to find the error code */
}

/* Opens the directory that contains the last name of `path`, and copies that name. Returns a new descriptor, or an error below 0. */
static int32_t parent_of(int root, const char *path, size_t length, char *name) {
    const char *end = path + length, *last = path;
    for (const char *at = path;; at = last) {
        int32_t size = name_size(at, end);
        if (size < 0) return size;
        last = at + size + 1;
        if (last > end) {
            char above[HOSTFS_PATH_MAX];
            size_t length_above = (size_t)(at - path);
            if (length_above >= sizeof above) return ABI_ERR_TOOBIG;
            memcpy(above, path, length_above);
            above[length_above > 0 ? length_above - 1 : 0] = 0; /* without the trailing slash */
            memcpy(name, at, (size_t)size);
            name[size] = 0;
            return descend(root, above);
        }
    }
}

/* Returns the kind of `name`: 0 a regular file, 1 a directory, else an error. */
static int32_t kind_at(int directory, const char *name, struct stat *status) {
    if (fstatat(directory, name, status, AT_SYMLINK_NOFOLLOW) != 0) return failure(errno);
    if (S_ISREG(status->st_mode)) return status->st_size > HOSTFS_SIZE_MAX ? ABI_ERR_TOOBIG : 0;
    return S_ISDIR(status->st_mode) ? 1 : ABI_ERR_DENIED;
}

/* root(path) -> descriptor of the root directory, or an error. This call follows links, because the path is the user's own. */
static mp_obj_t hostfs_root(mp_obj_t path) {
    int descriptor = open(mp_obj_str_get_str(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return small(descriptor < 0 ? failure(errno) : descriptor);
}
static MP_DEFINE_CONST_FUN_OBJ_1(hostfs_root_obj, hostfs_root);

/* kind(root, path) -> 0 a file, 1 a directory, or an error. */
static mp_obj_t hostfs_kind(mp_obj_t root, mp_obj_t path_object) {
    size_t length;
    const char *path = mp_obj_str_get_data(path_object, &length);
    char name[HOSTFS_NAME_MAX + 1];
    struct stat status;
    int32_t directory = parent_of(mp_obj_get_int(root), path, length, name);
    if (directory < 0) return small(directory);
    int32_t kind = kind_at(directory, name, &status);
    close(directory);
    return small(kind);
}
static MP_DEFINE_CONST_FUN_OBJ_2(hostfs_kind_obj, hostfs_kind);

/* Opens or creates one regular file. Returns a descriptor or an error. */
static int32_t open_file(int directory, const char *name, int flags) {
    struct stat status;
    int how = flags & OPEN_WRITE ? O_RDWR : O_RDONLY;
    if (flags & OPEN_CREATE) {
        how |= O_CREAT | O_EXCL;
    } else {
        int32_t kind = kind_at(directory, name, &status); /* checked before, since opening a device may have side effects */
        if (kind != 0) return kind > 0 ? ABI_ERR_EXISTS : kind;
    }
    int descriptor = open_at(directory, name, how);
    if (descriptor < 0) return failure(errno);
    if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)) return descriptor; /* and after: the name may be another file now */
    close(descriptor);
    return ABI_ERR_DENIED;
}

/* open(root, path, flags) -> descriptor of a regular file, or an error. CREATE: the file must not exist yet. DIRECTORY: makes a
 * directory, opens nothing and returns 0. */
static mp_obj_t hostfs_open(mp_obj_t root, mp_obj_t path_object, mp_obj_t flags_object) {
    size_t length;
    const char *path = mp_obj_str_get_data(path_object, &length);
    int flags = mp_obj_get_int(flags_object);
    char name[HOSTFS_NAME_MAX + 1];
    int32_t directory = parent_of(mp_obj_get_int(root), path, length, name);
    if (directory < 0) return small(directory);
    int32_t result;
    if (flags & OPEN_DIRECTORY) result = mkdirat(directory, name, 0777) == 0 ? 0 : failure(errno);
    else result = open_file(directory, name, flags);
    close(directory);
    return small(result);
}
static MP_DEFINE_CONST_FUN_OBJ_3(hostfs_open_obj, hostfs_open);

/* read(descriptor, offset, buffer, n) -> bytes read, or an error. */
static mp_obj_t hostfs_read(size_t count, const mp_obj_t *arguments) {
    (void)count;
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(arguments[2], &buffer, MP_BUFFER_WRITE);
    size_t n = (size_t)mp_obj_get_int(arguments[3]);
    ssize_t done;
    do {
        done = pread(mp_obj_get_int(arguments[0]), buffer.buf, n < buffer.len ? n : buffer.len, mp_obj_get_int(arguments[1]));
    } while (done < 0 && errno == EINTR);
    return small(done < 0 ? failure(errno) : done);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(hostfs_read_obj, 4, 4, hostfs_read);

/* write(descriptor, offset, buffer, n) -> bytes written, or an error. */
static mp_obj_t hostfs_write(size_t count, const mp_obj_t *arguments) {
    (void)count;
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(arguments[2], &buffer, MP_BUFFER_READ);
    size_t n = (size_t)mp_obj_get_int(arguments[3]);
    ssize_t done;
    do {
        done = pwrite(mp_obj_get_int(arguments[0]), buffer.buf, n < buffer.len ? n : buffer.len, mp_obj_get_int(arguments[1]));
    } while (done < 0 && errno == EINTR);
    return small(done < 0 ? failure(errno) : done);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(hostfs_write_obj, 4, 4, hostfs_write);

/* size(descriptor) -> bytes of the file, or an error. */
static mp_obj_t hostfs_size(mp_obj_t descriptor) {
    struct stat status;
    if (fstat(mp_obj_get_int(descriptor), &status) != 0) return small(failure(errno));
    return small(status.st_size > HOSTFS_SIZE_MAX ? HOSTFS_SIZE_MAX : status.st_size);
}
static MP_DEFINE_CONST_FUN_OBJ_1(hostfs_size_obj, hostfs_size);

/* truncate(descriptor) -> 0 or an error: empties the file. */
static mp_obj_t hostfs_truncate(mp_obj_t descriptor) { return small(ftruncate(mp_obj_get_int(descriptor), 0) == 0 ? 0 : failure(errno)); }
static MP_DEFINE_CONST_FUN_OBJ_1(hostfs_truncate_obj, hostfs_truncate);

/* close(descriptor) -> None. */
static mp_obj_t hostfs_close(mp_obj_t descriptor) {
    close(mp_obj_get_int(descriptor));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(hostfs_close_obj, hostfs_close);

/* names(root, path) -> list of (name as bytes, size or -1 for a directory), or an error. Path "": the root itself. Omits entries
 * that a task could not open. */
static mp_obj_t hostfs_names(mp_obj_t root_object, mp_obj_t path_object) {
    size_t length;
    const char *path = mp_obj_str_get_data(path_object, &length);
    char name[HOSTFS_NAME_MAX + 1] = ".";
    int root = mp_obj_get_int(root_object);
    int32_t parent = length ? parent_of(root, path, length, name) : open_at(root, ".", O_RDONLY | O_DIRECTORY);
    if (parent < 0) return small(length ? parent : failure(errno));
    int directory = open_at(parent, name, O_RDONLY | O_DIRECTORY);
    int number = errno;
    close(parent);
    if (directory < 0) return small(failure(number));
    DIR *stream = fdopendir(directory);
    if (!stream) {
        close(directory);
        return small(ABI_ERR_NOMEM);
    }
    mp_obj_t result = MP_OBJ_NULL;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {      /* a MemoryError must not leak the descriptor */
        struct dirent *entry;
        struct stat status;
        result = mp_obj_new_list(0, NULL);
        while ((entry = readdir(stream)) != NULL) {
            size_t size = strlen(entry->d_name);
            if (size > HOSTFS_NAME_MAX || !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
            int32_t kind = kind_at(directory, entry->d_name, &status);
            if (kind < 0) continue;
            mp_obj_t pair[] = { mp_obj_new_bytes((const byte *)entry->d_name, size), small(kind ? -1 : status.st_size) };
            mp_obj_list_append(result, mp_obj_new_tuple(2, pair));
        }
        nlr_pop();
        closedir(stream);
        return result;
    }
    closedir(stream);
    nlr_jump(nlr.ret_val);
}
static MP_DEFINE_CONST_FUN_OBJ_2(hostfs_names_obj, hostfs_names);

static const mp_rom_map_elem_t hostfs_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_hostfs) },
    { MP_ROM_QSTR(MP_QSTR_root), MP_ROM_PTR(&hostfs_root_obj) },
    { MP_ROM_QSTR(MP_QSTR_kind), MP_ROM_PTR(&hostfs_kind_obj) },
    { MP_ROM_QSTR(MP_QSTR_open), MP_ROM_PTR(&hostfs_open_obj) },
    { MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&hostfs_read_obj) },
    { MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&hostfs_write_obj) },
    { MP_ROM_QSTR(MP_QSTR_size), MP_ROM_PTR(&hostfs_size_obj) },
    { MP_ROM_QSTR(MP_QSTR_truncate), MP_ROM_PTR(&hostfs_truncate_obj) },
    { MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&hostfs_close_obj) },
    { MP_ROM_QSTR(MP_QSTR_names), MP_ROM_PTR(&hostfs_names_obj) },
};
static MP_DEFINE_CONST_DICT(hostfs_globals, hostfs_globals_table);

const mp_obj_module_t hostfs_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&hostfs_globals,
};
MP_REGISTER_MODULE(MP_QSTR_hostfs, hostfs_module);

#endif
