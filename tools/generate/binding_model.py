"""The common part of the bindings of all languages: which calls are methods of which kind, their names, their comments.

All languages use one model: a kind of object is a type, a call on an object is a method, an ambient call is a function. The
generator knows only how a language spells types, errors and comments. The hand-written part of a language stands beside the
generated file.
"""

import re
from collections.abc import Iterator

from abi_source import Table

# The kind of the capability that a call answers, where it is always the same kind.
GIVES = {"sp_fs_open": "FILE", "sp_net_connect": "SOCKET", "sp_mem_derive": "MEMORY"}
# Kinds that sp_cap_create makes.
CREATES = ("ENDPOINT", "NOTIFICATION", "MUTEX", "SEMAPHORE", "MEMORY", "TIMER")
# Calls without a method or function of their own name: each type has its find and create, and the end of the program is hand-written.
APART = ("sp_cap_find", "sp_cap_create", "sp_exit")
# Other names for these calls: "yield" is reserved in most languages, and every type already has a "derive".
OTHER_WORDS = {"yield": "yield_now", "mem_derive": "part"}
# Arguments that name another capability.
OTHERS = {"endpoint": "ENDPOINT", "notification": "NOTIFICATION"}


def methods(abi: Table, kind: str) -> list[Table]:
    """The calls on objects of this kind; calls on any object have the kind ANY."""
    return [call for call in abi["call"] if call["name"] not in APART and kind in call["needs"]["kinds"]]


def all_methods(abi: Table, kind: str) -> list[Table]:
    """These calls and the calls on any object, for a language whose types do not inherit."""
    return sorted(methods(abi, kind) + methods(abi, "ANY"), key=lambda call: int(call["number"]))


def functions(abi: Table) -> list[Table]:
    """The ambient calls."""
    return [call for call in abi["call"] if call["name"] not in APART and not call["needs"]["kinds"]]


def gives(call: Table, same: str) -> str:
    """The type of the capability that the call answers. `same`: the type it is called on, which is the answer of all other calls."""
    return kind_name(GIVES[call["name"]]) if call["name"] in GIVES else same


def constants(abi: Table) -> Iterator[tuple[str, list[tuple[str, int, str]]]]:
    """(group, [(name, value, text)]) of kinds, rights and all other constants."""
    for group in ("kind", "right"):
        yield group.upper(), [(one["name"], 1 << one["bit"], one["text"]) for one in abi[group]]
    for group in abi["constant"]:
        yield group["group"], group["values"]


def is_number(group: str) -> bool:
    """True where the constants of that group are numbers, not bits of a mask."""
    return group in ("KIND", "LOG", "CLOCK")


def rest(call: Table) -> list[Table]:
    """The arguments beside the object that it is called on."""
    return [a for a in call["argument"] if a["kind"] != "cap"]


def word(call: Table) -> str:
    """sp_fs_read -> read, sp_sleep_until -> sleep_until."""
    name: str = call["name"][3:]
    if name in OTHER_WORDS:
        return OTHER_WORDS[name]
    return name.split("_", 1)[1] if call["needs"]["kinds"] else name


def answers_nothing(call: Table) -> bool:
    """True where the call always answers 0 when it succeeds."""
    return call["result"] == "i32" and re.search(r"Returns 0(\.|,(?! or)| once| where)", " ".join(call["text"].split())) is not None


def camel(text: str, first: bool = False) -> str:
    """sleep_until -> sleepUntil, or SleepUntil."""
    joined = "".join(part.capitalize() for part in text.lower().split("_"))
    return joined if first else joined[:1].lower() + joined[1:]


def kind_name(name: str) -> str:
    return camel(name, True)


# Words for the error names that are several words or an abbreviation.
ERRORS = {
    "BADCAP": "BadCapability",
    "INVAL": "Invalid",
    "NOTFOUND": "NotFound",
    "NOMEM": "NoMemory",
    "TOOBIG": "TooBig",
    "NOSPACE": "NoSpace",
}


def error_name(name: str) -> str:
    return ERRORS.get(name, camel(name, True))


def comment(call: Table, mark: str, indent: str = "") -> list[str]:
    """The call's text, its arguments and errors, as comment lines."""
    lines, line = [], ""
    texts = [call["text"], *(f"`{a['name']}`: {a['text']}" for a in rest(call))]
    if call["errors"]:
        texts.append(f"Errors: {', '.join(map(error_name, call['errors']))}.")
    for text in texts:
        for each in text.split():
            if len(line) + len(each) > 110:
                lines.append(line)
                line = ""
            line += (" " if line else "") + each
        lines.append(line)
        line = ""
    return [f"{indent}{mark} {each}" for each in lines]
