"""Checks the serial port of a board: it exists and may be opened, or the program ends with what to do."""

import os
import sys


def ports() -> list[tuple[str, str]]:
    """List of (device, description) of the serial ports that could be a board's."""
    from serial.tools import list_ports

    return [(port.device, port.description) for port in sorted(list_ports.comports()) if port.vid is not None]


def checked(port: str, found: list[tuple[str, str]] | None = None) -> str:
    """Returns the port if the user may open it. Otherwise ends the program with what to do.

    port: its path, or "" where the user gave none. found: a list in the form of `ports`, for tests.
    """
    if not port or not os.path.exists(port):
        found = ports() if found is None else found
        lines = [f"no port {port}" if port else "which board? PORT= says where it is, as in: make flash PORT=/dev/ttyACM0"]
        if found:
            lines += ["ports found:", *(f"  {device}  {description}" for device, description in found)]
        else:
            lines.append("no board found: is it plugged in, with a cable that has wires for data?")
        sys.exit("\n".join(lines))
    if not os.access(port, os.R_OK | os.W_OK):
        sys.exit(f"{port}: permission denied. Serial ports belong to the group dialout; join it and log in again:\n"
                 "  sudo usermod -aG dialout $USER")  # fmt: skip
    return port
