#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes a small data set of five classes in CamVid's folders: FOLDER/good, and FOLDER/bad with every kind of fault.

    make-data-set.py FOLDER

Needs nothing but Python.
"""
import os
import struct
import sys
import zlib

GREY, RGB, INDEXED, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, colour, pixel, depth=8):
    """`pixel(x, y)` gives the bytes of one pixel."""
    rows = b"".join(b"\0" + b"".join(bytes(pixel(x, y)) for x in range(width)) for y in range(height))
    palette = chunk(b"PLTE", bytes(range(0, 240))) if colour == INDEXED else b""
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)) +
            palette + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def photo(width=80, height=64):
    return png(width, height, RGB, lambda x, y: (3 * x, 3 * y, 100))


def labels(width=80, height=64, ids=5):
    return png(width, height, GREY, lambda x, y: ((x // 8 + y // 8) % ids,))


def write(path, data):
    path = os.path.join(sys.argv[1], path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def add(folder, name, image, label):
    if image is not None:
        write("%s/img/%s.png" % (folder, name), image)
    if label is not None:
        write("%s/label/%s.png" % (folder, name), label)


def good():
    kinds = {
        "grey": png(80, 64, GREY, lambda x, y: (x + y,)),
        "grey16": png(80, 64, GREY, lambda x, y: (x + y, 77), 16),
        "grey-alpha": png(80, 64, GREY_ALPHA, lambda x, y: (x + y, x)),
        "indexed": png(80, 64, INDEXED, lambda x, y: (x % 80,)),
        "rgb": photo(),
        "rgb16": png(80, 64, RGB, lambda x, y: (x, 0, y, 0, 100, 0), 16),
        "rgba": png(80, 64, RGBA, lambda x, y: (3 * x, 3 * y, 100, x)),
        "small": photo(30, 20),
    }
    for name, image in kinds.items():
        add("good/train", name, image, labels(30, 20) if name == "small" else labels(ids=4))
    add("good/val", "rgb", photo(), labels())


def bad():
    add("bad/train", "good", photo(), labels())
    add("bad/train", "no-label", photo(), None)
    add("bad/train", "no-image", None, labels())
    add("bad/train", "size", photo(), labels(80, 63))
    add("bad/train", "ids", photo(), labels(ids=9))
    add("bad/train", "empty", b"", labels())
    add("bad/train", "cut", photo()[:200], labels())
    add("bad/train", "text", b"this is no picture\n", labels())
    add("bad/train", "jpeg", b"\xff\xd8\xff\xe0\x00\x10JFIF\0\1\1\0\0\1\0\1\0\0", labels())
    add("bad/train", "colour", photo(), photo())
    add("bad/train", "alpha", photo(), png(80, 64, GREY_ALPHA, lambda x, y: (1, 255)))


good()
bad()
