"""Finds the Debian mirror of this machine, and runs a private apt that reads from it.

The private apt uses the machine's mirror, keyring and proxy settings. It neither
reads packages from the system's apt state nor writes to it. It therefore works
without root and without a configured deb-src line.

Invariants: nothing outside the private directory is written, no hook of the
system's apt configuration runs, and unsigned or wrongly signed archives are
refused.
"""

import glob
import os
import re
import shlex
import subprocess
from typing import Any

# An entry of the apt sources: types, uris, suites, components, signed_by.
Entry = dict[str, Any]

ARCHIVE_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

# A sources entry is a Debian mirror when it has one of these suites. This leaves out
# third-party repositories, which have suites of their own.
DEBIAN_SUITES = {
    "stable", "oldstable", "oldoldstable", "testing", "unstable", "sid",
    "bullseye", "bookworm", "trixie", "forky", "duke",
}  # fmt: skip

# apt options that say how to reach the mirror. The private apt uses no other option of
# the system's configuration (hooks, caches, pins, cleaning after update).
COPIED_OPTIONS = re.compile(
    r"^Acquire::(?:(?:http|https|ftp)::|Retries\b|ForceIPv[46]\b|Check-Valid-Until\b|Check-Date\b|Queue-Mode\b)"
    r'[^ ]* "[^"]*";$'
)


def parse_one_line(text: str) -> list[Entry]:
    """Entries of a sources.list file: dicts with types, uris, suites, components, signed_by."""
    entries = []
    for line in text.splitlines():
        match = re.match(r"\s*(deb|deb-src)\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)", line)
        if match:
            kind, options, uri, suite, components = match.groups()
            signed_by = re.search(r"signed-by=(\S+)", options or "", re.IGNORECASE)
            entries.append(
                {
                    "types": [kind],
                    "uris": [uri],
                    "suites": [suite],
                    "components": components.split(),
                    "signed_by": signed_by.group(1) if signed_by else "",
                }
            )
    return entries


def parse_deb822(text: str) -> list[Entry]:
    """Entries of a .sources file, in the same form; disabled ones are left out."""
    entries = []
    for stanza in re.split(r"\n\s*\n", text):
        fields = {}
        name = None
        for line in stanza.splitlines():
            if line.startswith("#"):
                continue
            if line[:1] in " \t" and name:
                fields[name] += "\n" + line
            elif ":" in line:
                name, _, value = line.partition(":")
                name = name.strip().lower()
                fields[name] = value.strip()
        if "uris" in fields and fields.get("enabled", "yes").lower() not in ("no", "false", "0"):
            entries.append(
                {
                    "types": fields.get("types", "").split(),
                    "uris": fields["uris"].split(),
                    "suites": fields.get("suites", "").split(),
                    "components": fields.get("components", "").split(),
                    "signed_by": fields.get("signed-by", ""),
                }
            )
    return entries


def read_entries(etc: str = "/etc/apt") -> list[Entry]:
    """All entries of the machine's apt sources below `etc`, in apt's own order."""
    entries = []
    for path in [f"{etc}/sources.list", *sorted(glob.glob(f"{etc}/sources.list.d/*"))]:
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                text = file.read()
        except OSError:
            continue
        if path.endswith(".list"):
            entries += parse_one_line(text)
        elif path.endswith(".sources"):
            entries += parse_deb822(text)
    return entries


def mirrors(entries: list[Entry]) -> list[tuple[str, str | None]]:
    """(uri, signed_by) of every Debian main mirror among `entries`, best first, without repeats."""
    found = []
    for entry in entries:
        suites = {suite.split("-")[0].split("/")[0] for suite in entry["suites"]}
        is_security = all("security" in suite or "/updates" in suite for suite in entry["suites"])
        if not suites & DEBIAN_SUITES or is_security or "main" not in entry["components"]:
            continue
        for uri in entry["uris"]:
            place = (uri, entry["signed_by"])
            if not uri.startswith("cdrom:") and place not in found:
                found.append(place)
    return found


def system_options() -> list[str]:
    """The system's apt settings that say how to reach a mirror, as configuration lines."""
    dump = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True).stdout
    return [line for line in dump.splitlines() if COPIED_OPTIONS.match(line)]


class PrivateApt:
    """A private apt-get below `directory` that sees the sources of one suite of one mirror.

    directory: absolute path; it is created. uri, signed_by: in the form of `mirrors`.
    """

    def __init__(self, directory: str, uri: str, signed_by: str | None, suite: str) -> None:
        self.directory = directory
        for name in ("lists/partial", "cache/archives/partial", "empty", "sources"):
            os.makedirs(os.path.join(directory, name), exist_ok=True)
        if not signed_by and os.path.exists(ARCHIVE_KEYRING):
            signed_by = ARCHIVE_KEYRING
        stanza = f"Types: deb-src\nURIs: {uri}\nSuites: {suite}\nComponents: main\n"
        if signed_by:
            stanza += f"Signed-By: {signed_by}\n"
        self._write("sources/debian.sources", stanza)
        # Dir::Etc itself stays the system's directory, because auth.conf there has a mirror's credentials.
        options = [
            'Dir::Etc::Main "/dev/null";',
            f'Dir::Etc::Parts "{directory}/empty";',
            'Dir::Etc::SourceList "/dev/null";',
            f'Dir::Etc::SourceParts "{directory}/sources";',
            'Dir::Etc::Preferences "/dev/null";',
            f'Dir::Etc::PreferencesParts "{directory}/empty";',
            f'Dir::State "{directory}";',
            f'Dir::State::Lists "{directory}/lists";',
            'Dir::State::Status "/dev/null";',
            f'Dir::Cache "{directory}/cache";',
            f'Dir::Log "{directory}";',
            # As root, apt would switch to a user that may not write below a private directory.
            'APT::Sandbox::User "root";',
            'APT::Get::AllowUnauthenticated "false";',
            'Acquire::AllowInsecureRepositories "false";',
            'Acquire::AllowWeakRepositories "false";',
            'Acquire::Languages "none";',
            'Acquire::GzipIndexes "true";',
            *system_options(),
        ]
        self._write("apt.conf", "\n".join(options) + "\n")

    def _write(self, name: str, text: str) -> None:
        with open(os.path.join(self.directory, name), "w", encoding="utf-8") as file:
            file.write(text)

    def get(self, *arguments: str, cwd: str | None = None) -> int:
        """Runs apt-get with `arguments`, its progress on our output; returns its exit code. Blocks."""
        environment = dict(os.environ, APT_CONFIG=os.path.join(self.directory, "apt.conf"), LC_ALL="C.UTF-8")
        print("+ apt-get " + shlex.join(arguments), flush=True)
        return subprocess.run(["apt-get", *arguments], cwd=cwd, env=environment).returncode
