"""The board's flash: the partition table by ESP-IDF's rules, images for this chip and no other, esptool as the second judge."""

import shutil
import subprocess
import sys

import pytest
from machines import ROOT


import board_image  # noqa: E402

CSV = (ROOT / "firmware" / "boards" / "SOVELMA_C3" / "partitions.csv").read_text()
ESPTOOL = [str(ROOT / "build" / "venv" / "bin" / "python"), "-m", "esptool"]
CC = "riscv64-unknown-elf-gcc"

# An application with wasm3 and without Bluetooth, measured; the frozen kernel and HAL come on top.
MEASURED_APP = 0x194B40
KERNEL = 80 * 1024


def test_the_partition_table():
    entries = {label: (kind, subtype, offset, size) for label, kind, subtype, offset, size in board_image.read_csv(CSV)}
    assert set(entries) == {"nvs", "otadata", "phy_init", "ota_0", "ota_1", "mod_0", "mod_1", "vfs"}
    for one, two in (("ota_0", "ota_1"), ("mod_0", "mod_1")):
        assert entries[one][3] == entries[two][3] and entries[one][2] + entries[one][3] == entries[two][2]
        assert entries[one][2] % 0x10000 == entries[two][2] % 0x10000 == 0      # a page of the chip's memory map
    assert entries["ota_0"][3] == 0x1B0000 >= MEASURED_APP + KERNEL
    assert entries["vfs"][2] + entries["vfs"][3] == board_image.FLASH_BYTES
    assert entries["otadata"][3] == 0x2000 and entries["nvs"][3] >= 0x3000     # what ESP-IDF asks of them
    assert entries["mod_0"][:2] == (1, 0x8F)


@pytest.mark.parametrize("old, new, reason", [
    ("0x1c0000", "0x1b0000", "where another one lies"), ("0x370000, 0x20000", "0x370000, 0x20800", "erased in"),
    ("0x10000,  0x1b0000", "0x11000,  0x1af000", "erased in"), ("0x3b0000, 0x50000", "0x3b0000, 0x60000", "the flash at 0x400000"),
    ("mod_1, ", "mod_0, ", "twice"), ("nvs,     0x9000", "nvs,     0x8000", "where another one lies"),
])  # fmt: skip
def test_a_wrong_table_is_noticed(old, new, reason):
    assert old in CSV
    with pytest.raises(ValueError, match=reason):
        board_image.read_csv(CSV.replace(old, new))


def test_the_table_as_bytes():
    """Entry by entry as ESP-IDF documents them; one that is damaged is no table."""
    entries = board_image.read_csv(CSV)
    data = board_image.table(entries)
    assert len(data) == 0xC00 and board_image.read_table(data) == entries
    assert data[:32] == b"\xaa\x50\x01\x02" + (0x9000).to_bytes(4, "little") + (0x4000).to_bytes(4, "little") + b"nvs".ljust(16, b"\0") + bytes(4)
    for at in (5, 40, 32 * 8 + 20):
        broken = bytearray(data)
        broken[at] ^= 1
        with pytest.raises(ValueError):
            board_image.read_table(bytes(broken))
    with pytest.raises(ValueError):
        board_image.read_table(b"\xff" * 0xC00)


def test_the_hal_s_fake_has_this_table():
    sys.path.insert(0, str(ROOT / "host_tests" / "board" / "fakes"))
    try:
        text = (ROOT / "host_tests" / "board" / "fakes" / "esp32.py").read_text()
        layout = {}
        exec(text[text.index("LAYOUT = "):text.index("contents = ")], layout)
    finally:
        sys.path.pop(0)
    there = {label: (kind, subtype, offset, size) for label, kind, subtype, offset, size in board_image.read_csv(CSV)}
    assert layout["LAYOUT"] == {label: there[label] for label in layout["LAYOUT"]}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Makes an image for the ESP32-C3: made(name, address of code, address of constants) -> path."""
    if not shutil.which(CC):
        pytest.skip(f"no {CC}: apt-get install gcc-riscv64-unknown-elf")
    directory = tmp_path_factory.mktemp("image")
    (directory / "app.c").write_text("const int table[64] = {1}; int start(void) { return table[3]; }")

    def make(name, code, constants):
        elf, binary = directory / f"{name}.elf", directory / f"{name}.bin"
        subprocess.run([CC, "-march=rv32imc", "-mabi=ilp32", "-nostdlib", f"-Wl,-Ttext={code:#x}",
                        f"-Wl,--section-start=.rodata={constants:#x}", "-Wl,-estart", directory / "app.c", "-o", elf], check=True)  # fmt: skip
        result = subprocess.run([*ESPTOOL, "--chip", "esp32c3", "elf2image", "--flash_mode", "dio", "-o", binary, elf],
                                capture_output=True, text=True)  # fmt: skip
        assert result.returncode == 0, result.stdout + result.stderr
        return binary

    return make


@pytest.fixture(scope="module")
def image(made):
    """A firmware: code and constants in mapped flash."""
    return made("app", 0x42000020, 0x3C010020)


def test_an_image_of_this_chip_is_taken_and_no_other(image):
    told = subprocess.run([*ESPTOOL, "--chip", "esp32c3", "image_info", "--version", "2", image], capture_output=True, text=True)
    assert told.returncode == 0 and "ESP32-C3" in told.stdout, told.stdout
    data = image.read_bytes()
    board_image.check_image("firmware", data, 0x1B0000)
    for chip in (0, 2, 9, 13):                          # ESP32, S2, S3, C6
        other = bytearray(data)
        other[12:14] = chip.to_bytes(2, "little")
        with pytest.raises(ValueError, match="another chip"):
            board_image.check_image("firmware", bytes(other))
    with pytest.raises(ValueError, match="its slot has 100"):
        board_image.check_image("firmware", data, 100)
    for junk in (b"", b"\xe9", b"MZ" + data[2:]):
        with pytest.raises(ValueError, match="not an image"):
            board_image.check_image("firmware", junk)


def test_what_is_flashed_does_not_overlap(image, made, tmp_path):
    """esptool joins bootloader, table and firmware at their offsets into one image."""
    (tmp_path / "table.bin").write_bytes(board_image.table(board_image.read_csv(CSV)))
    joined = tmp_path / "all.bin"
    bootloader = made("bootloader", 0x403CE000, 0x3FCD5000)
    result = subprocess.run([*ESPTOOL, "--chip", "esp32c3", "merge_bin", "-o", joined, "--flash_size", "4MB", "--fill-flash-size", "4MB",
                           "0x0", bootloader, "0x8000", tmp_path / "table.bin", "0x10000", image], capture_output=True, text=True)  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    data = joined.read_bytes()
    assert len(data) == board_image.FLASH_BYTES
    assert board_image.read_table(data[0x8000:0x8C00]) == board_image.read_csv(CSV)
    offset = next(entry[3] for entry in board_image.read_csv(CSV) if entry[0] == "ota_0")
    assert data[offset:offset + image.stat().st_size] == image.read_bytes()
