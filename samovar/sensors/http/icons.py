"""What lies under /icons/: the names that Apache's package installs, small pictures of our own. Pure."""

import re
import struct
import zlib

SIZE = (20, 22)  # of Apache's icons
NAMES = re.compile(
    r"(a|alert\.black|alert\.red|back|ball\.gray|ball\.red|binary|binhex|blank|bomb|box1|box2|broken|burst|c|"
    r"comp\.blue|comp\.gray|compressed|continued|dir|diskimg|down|dvi|f|folder|folder\.open|folder\.sec|forward|"
    r"generic|generic\.red|generic\.sec|hand\.right|hand\.up|image1|image2|image3|index|layout|left|link|movie|p|"
    r"patch|pdf|portal|ps|quill|right|screw1|screw2|script|sound1|sound2|sphere1|sphere2|tar|tex|text|transfer|"
    r"unknown|up|uu|uuencoded|world1|world2)\.(gif|png)"
)
LOGOS = {"debian": ("openlogo-75.png", (50, 61), (206, 0, 86)), "ubuntu": ("ubuntu-logo.png", (200, 50), (233, 84, 32))}

Rows = list[bytes]


def picture(name: str, os_id: str) -> tuple[bytes, bytes] | None:
    """Media type and bytes of ``/icons/<name>``, None where there is no such file."""
    logo, size, colour = LOGOS.get(os_id, LOGOS["debian"])
    if name == logo:
        return b"image/png", png(ring(size), size, colour)
    found = NAMES.fullmatch(name)
    if found is None:
        return None
    stem, kind = found.groups()
    shade = zlib.crc32(stem.encode())
    ink = (shade & 0x7F, shade >> 8 & 0x7F, shade >> 16 & 0x7F)
    rows = [bytes(SIZE[0])] * SIZE[1] if stem == "blank" else sheet(shade)
    return (b"image/png", png(rows, SIZE, ink)) if kind == "png" else (b"image/gif", gif(rows, SIZE, ink))


def sheet(shade: int) -> Rows:
    """A sheet of paper with some lines on it; 1 is ink."""
    width, height = SIZE
    rows = []
    for y in range(height):
        edge = y in (1, height - 2)
        row = bytearray(width)
        for x in range(3, width - 3):
            line = y % 4 == 1 and 5 < x < 8 + (shade >> y) % 7
            row[x] = edge or x in (3, width - 4) or line
        rows.append(bytes(row) if 0 < y < height - 1 else bytes(width))
    return rows


def ring(size: tuple[int, int]) -> Rows:
    """An open ring in the middle of the field."""
    width, height = size
    outer = min(size) / 2 - 2
    rows = []
    for y in range(height):
        dy = y - height / 2
        squares = [((x - width / 2) ** 2 + dy * dy, x > width / 2 and dy > 0) for x in range(width)]
        rows.append(bytes((outer * 0.7) ** 2 < square < outer**2 and not gap for square, gap in squares))
    return rows


def png(rows: Rows, size: tuple[int, int], ink: tuple[int, int, int]) -> bytes:
    """Two colours, 0 is transparent (RFC 2083)."""
    header = struct.pack(">IIBBBBB", *size, 8, 3, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    chunks = ((b"IHDR", header), (b"PLTE", b"\xff\xff\xff" + bytes(ink)), (b"tRNS", b"\0"), (b"IDAT", data))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*one) for one in (*chunks, (b"IEND", b"")))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def gif(rows: Rows, size: tuple[int, int], ink: tuple[int, int, int]) -> bytes:
    """Two colours, 0 is transparent; LZW with a table that is cleared before its codes grow (GIF89a)."""
    bits = count = 0
    for place, pixel in enumerate(b"".join(rows)):
        codes = (4, pixel) if place % 2 == 0 else (pixel,)  # 4 clears; codes stay three bits wide
        for code in codes:
            bits |= code << count
            count += 3
    bits |= 5 << count  # end of information
    data = bits.to_bytes((count + 10) // 8, "little")
    blocks = b"".join(bytes([len(part)]) + part for part in (data[n : n + 255] for n in range(0, len(data), 255)))
    screen = struct.pack("<HHBBB", *size, 0x80, 0, 0) + b"\xff\xff\xff" + bytes(ink)
    image = b"!\xf9\x04\x01\0\0\0\0," + struct.pack("<HHHHB", 0, 0, *size, 0) + b"\x02"
    return b"GIF89a" + screen + image + blocks + b"\0;"
