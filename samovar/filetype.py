"""What a file is, by how it begins. Reads a few kilobytes; never decodes, unpacks or runs anything."""

import re
import struct

_MACHINES = {
    2: "SPARC", 3: "Intel 80386", 4: "Motorola 68000", 8: "MIPS", 10: "MIPS", 18: "SPARC", 20: "PowerPC",
    21: "PowerPC64", 22: "S/390", 40: "ARM", 42: "SuperH", 43: "SPARC V9", 50: "IA-64", 62: "x86-64", 93: "ARC",
    94: "Xtensa", 183: "AArch64", 195: "ARC", 243: "RISC-V", 258: "LoongArch",
}  # fmt: skip
_ELF_TYPES = {1: "relocatable", 2: "executable", 3: "shared object", 4: "core"}
_PE_MACHINES = {0x14C: "Intel 80386", 0x8664: "x86-64", 0x1C0: "ARM", 0x1C4: "ARM", 0xAA64: "AArch64"}
_MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"7z\xbc\xaf\x27\x1c", "7-zip"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"!<arch>\n", "ar archive"),
    (b"%PDF-", "PDF"),
    (b"\xca\xfe\xba\xbe", "Java class or Mach-O"),
    (b"\xcf\xfa\xed\xfe", "Mach-O"),
    (b"\xfe\xed\xfa\xcf", "Mach-O"),
    (b"\x89PNG\r\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OLE document"),
    (b"\0asm", "WebAssembly"),
    (b"SQLite format 3\0", "SQLite"),
    (b"-----BEGIN ", "PEM"),
)
_INTERPRETER = re.compile(rb"#![ \t]*(?:\S*/)?(?:env(?:[ \t]+-\S+)*[ \t]+)?(?:\S*/)?([A-Za-z+_-]+)")
_SCRIPTS = {
    b"sh": "shell script", b"bash": "shell script", b"dash": "shell script", b"ash": "shell script",
    b"ksh": "shell script", b"zsh": "shell script", b"busybox": "shell script", b"perl": "Perl script",
    b"python": "Python script", b"php": "PHP script", b"ruby": "Ruby script", b"node": "JavaScript",
    b"lua": "Lua script",
}  # fmt: skip
_KEY = re.compile(rb"(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-\S+) AAAA")
_SHELL = re.compile(
    rb"(?m)^[ \t]*(?:(?:cd|export|wget|curl|tftp|ftpget|chmod|rm|mkdir|echo|unset|ulimit|iptables|for|if|while)"
    rb"[ \t][^\n]*|/bin/busybox[^\n]*)(?:;|\||&|\n|$)"
)
_HEAD = 8192


def kind(data: bytes) -> str:
    """In a few words: ``ELF 32-bit LSB MIPS executable``, ``shell script``, ``gzip``, ``text``, ``data``, ``empty``."""
    if not data:
        return "empty"
    head = data[:_HEAD]
    if head.startswith(b"\x7fELF"):
        return _elf(head)
    if head.startswith(b"MZ"):
        return _pe(head)
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if data[257:262] == b"ustar":
        return "tar"
    return _script(head) if head.startswith(b"#!") else _text(head)


def _elf(head: bytes) -> str:
    bits = {1: "32-bit", 2: "64-bit"}.get(head[4]) if len(head) >= 20 else None
    order = {1: "LSB", 2: "MSB"}.get(head[5]) if bits else None
    if order is None:
        return "ELF"
    form, machine = struct.unpack_from("<HH" if order == "LSB" else ">HH", head, 16)
    return f"ELF {bits} {order} {_MACHINES.get(machine, f'machine {machine}')} {_ELF_TYPES.get(form, 'file')}"


def _pe(head: bytes) -> str:
    start = struct.unpack_from("<I", head, 0x3C)[0] if len(head) >= 0x40 else _HEAD
    if head[start : start + 4] != b"PE\0\0" or len(head) < start + 24:
        return "DOS executable"
    machine, flags = struct.unpack_from("<H", head, start + 4)[0], struct.unpack_from("<H", head, start + 22)[0]
    name = _PE_MACHINES.get(machine, f"machine {machine}")
    return f"PE {name} {'DLL' if flags & 0x2000 else 'executable'}"


def _script(head: bytes) -> str:
    match = _INTERPRETER.match(head)
    name = match[1].rstrip(b"-_") if match else b""
    return _SCRIPTS.get(name, "script")


def _text(head: bytes) -> str:
    if b"\0" in head or not _readable(head):
        return "data"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:512].lower()
    if b"<?php" in head.lower():
        return "PHP script"
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script")):
        return "HTML"
    if start.startswith(b"<?xml"):
        return "XML"
    if _KEY.match(head):
        return "SSH public key"
    return "shell script" if _SHELL.search(head) else "text"


def _readable(head: bytes) -> bool:
    """Whether it is text in UTF-8 or another extension of ASCII: next to no control characters."""
    controls = sum(head.count(byte) for byte in _CONTROLS)
    return controls * 100 <= len(head)


_CONTROLS = [bytes([code]) for code in range(32) if code not in (9, 10, 12, 13, 27)]
