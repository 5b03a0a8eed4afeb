"""What a task does with its own capabilities: sp_cap_list, sp_cap_info, sp_cap_derive, sp_cap_drop, sp_cap_revoke, from a module."""

from services import play

BEGIN = """static uint32_t held[300] __attribute__((unused));
static struct { int32_t kind, rights; char name[64]; } info __attribute__((unused));
"""


def run(firmware, body, more="system.run(1000)\nanswer(task.result)"):
    """A task that holds a directory and a file, and what `more` makes of it. The exit code is the line of the first thing that is not so."""
    return play(firmware, """
task = add("m", [("dir", fs.make("/d", True), 7, 0), ("file", opened("/f"), 3, 0)])
""" + more, m=BEGIN + body)


def test_a_task_narrows_what_it_holds(firmware):
    assert run(firmware, """
sp_cap_t dir = FIND("dir"), file = FIND("file");
sp_cap_t reading = sp_cap_derive(file, SP_RIGHT_READ), none = sp_cap_derive(reading, 0);
NEED(reading > 0 && none > 0 && reading != none);
NEED(sp_fs_size(none) == 0 && sp_fs_read(none, held, 1, 0) == SP_ERR_DENIED && sp_fs_write(reading, held, 1, 0) == SP_ERR_DENIED);
NEED(sp_cap_derive(reading, SP_RIGHT_WRITE) == SP_ERR_DENIED && sp_cap_derive(dir, 8) == SP_ERR_DENIED && sp_cap_derive(dir, 16) == SP_ERR_INVAL);
NEED(sp_fs_write(file, "abc", 3, -1) == 3 && sp_fs_read(reading, held, 3, -1) == 0);     /* one position */
sp_cap_t narrow = sp_cap_derive(dir, SP_RIGHT_READ);
NEED(sp_fs_open(narrow, "x", 1, SP_OPEN_WRITE | SP_OPEN_CREATE) == SP_ERR_DENIED);
sp_cap_t made = sp_fs_open(dir, "x", 1, SP_OPEN_READ | SP_OPEN_WRITE | SP_OPEN_CREATE), other = sp_fs_open(narrow, "x", 1, SP_OPEN_READ);
NEED(made > 0 && other > 0);
NEED(sp_cap_drop(narrow) == 0 && sp_cap_info(narrow, &info, 0) == SP_ERR_REVOKED);
NEED(sp_fs_size(other) == 0);                            /* what was opened through it stays */
NEED(sp_cap_revoke(dir) == 2 && sp_fs_size(other) == SP_ERR_REVOKED && sp_fs_size(made) == SP_ERR_REVOKED);
NEED(sp_cap_info(dir, &info, 0) == 11);                  /* and the capability itself */
NEED(sp_cap_revoke(dir) == 0 && sp_cap_drop(dir) == 0 && sp_cap_drop(dir) == SP_ERR_REVOKED && FIND("dir") == SP_ERR_REVOKED);
NEED(sp_cap_drop(file) == 0 && sp_fs_size(reading) == 3); /* the object goes with the last one */
NEED(sp_cap_revoke(reading) == 1 && sp_fs_size(none) == SP_ERR_REVOKED && sp_fs_close(reading) == 0);
NEED(sp_cap_list(held, sizeof held) == 0);
""") == 0


def test_a_list_has_what_fits_and_tells_how_many(firmware):
    assert run(firmware, """
sp_cap_t dir = FIND("dir"), file = FIND("file");
NEED(sp_cap_list(0, 0) == 2 && sp_cap_list(held, 7) == 2 && held[0] == (uint32_t)dir && held[1] == 0);
for (int i = 0; i < 13; i++) NEED(sp_cap_derive(file, i & 3) > 0);
sp_cap_t last = sp_cap_derive(file, 0);
NEED(last > 0 && sp_cap_derive(file, 0) == SP_ERR_QUOTA);
NEED(sp_cap_list(held, sizeof held) == 16 && held[1] == (uint32_t)file && held[15] == (uint32_t)last && held[16] == 0);
NEED(sp_cap_revoke(file) == 14 && sp_cap_list(held, sizeof held) == 2);
""") == 0


def test_what_a_capability_is_stands_in_kind_rights_and_name(firmware):
    """As much as fits, never a byte more; a name is there for what the manifest granted."""
    assert run(firmware, """
sp_cap_t dir = FIND("dir"), file = FIND("file"), derived = sp_cap_derive(file, SP_RIGHT_READ);
NEED(sp_cap_info(dir, &info, sizeof info) == 11 && info.kind == SP_KIND_DIRECTORY && info.rights == 7);
NEED(info.name[0] == 'd' && info.name[1] == 'i' && info.name[2] == 'r' && info.name[3] == 0);
NEED(sp_cap_info(derived, &info, sizeof info) == 8 && info.kind == SP_KIND_FILE && info.rights == SP_RIGHT_READ);
info.kind = info.rights = -1; info.name[0] = info.name[1] = info.name[2] = 'z';
NEED(sp_cap_info(file, &info, 3) == 12 && info.kind == (int32_t)0xff000002 && info.rights == -1);
NEED(sp_cap_info(file, &info, 9) == 12 && info.kind == 2 && info.rights == 3 && info.name[0] == 'f' && info.name[1] == 'z');
""") == 0


def test_capability_calls_allocate_nothing(firmware):
    taken, calls = run(firmware, """
sp_cap_t file = FIND("file");
for (;;) {
    sp_cap_t a = sp_cap_derive(file, 1), b = sp_cap_derive(a, 1);
    sp_cap_list(held, sizeof held);
    sp_cap_info(b, &info, sizeof info);
    sp_cap_drop(a);
    sp_cap_revoke(file);
}
""", """
measure(50)
gc.collect()
gc.disable()
calls = task.calls()
answer([measure(300) - measure(100), task.calls() - calls])
""")
    assert taken == 0 and calls > 50
