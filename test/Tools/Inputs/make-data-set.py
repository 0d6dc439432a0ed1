#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes small data sets in CamVid's folders: FOLDER/good, of five classes; FOLDER/bad with every kind of fault;
FOLDER/turned with photos that have an EXIF orientation; FOLDER/stored and FOLDER/colors with label maps that show the
same and store it differently; FOLDER/mask and FOLDER/shifted with ids that may mean something else than they seem to;
configurations of the last four.

    make-data-set.py FOLDER

Needs nothing but Python.
"""

import base64
import json
import os
import struct
import sys
import zlib

GRAY, RGB, INDEXED, GRAY_ALPHA, RGBA = 0, 2, 3, 4, 6


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, color, pixel, depth=8, palette=bytes(range(240))):
    """`pixel(x, y)` gives the bytes of one pixel."""
    rows = b"".join(b"\0" + b"".join(bytes(pixel(x, y)) for x in range(width)) for y in range(height))
    palette = chunk(b"PLTE", palette) if color == INDEXED else b""
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))
        + palette
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def photo(width=80, height=64):
    return png(width, height, RGB, lambda x, y: (3 * x, 3 * y, 100))


def labels(width=80, height=64, ids=5):
    return png(width, height, GRAY, lambda x, y: ((x // 8 + y // 8) % ids,))


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
        "gray": png(80, 64, GRAY, lambda x, y: (x + y,)),
        "gray16": png(80, 64, GRAY, lambda x, y: (x + y, 77), 16),
        "gray-alpha": png(80, 64, GRAY_ALPHA, lambda x, y: (x + y, x)),
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
    add("bad/train", "text", b"this is not a picture\n", labels())
    add("bad/train", "jpeg", b"\xff\xd8\xff\xe0\x00\x10JFIF\0\1\1\0\0\1\0\1\0\0", labels())
    add("bad/train", "color", photo(), photo())
    add("bad/train", "alpha", photo(), png(80, 64, GRAY_ALPHA, lambda x, y: (1, 254)))


def gray_jpeg(orientation):
    """A JPEG of 16 x 8 gray pixels, with EXIF."""
    jpeg = base64.b64decode(
        b"/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAP//////////////////////////////////////////////////////////////////////////"
        b"////////////wAALCAAIABABAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AD//Z"
    )
    exif = b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 274, 3, 1, orientation, 0, 0)
    return jpeg[:2] + struct.pack(">HH", 0xFFE1, 2 + len(exif)) + exif + jpeg[2:]


def turned():
    for name, orientation, size in (("a", 1, (16, 8)), ("b", 6, (8, 16)), ("c", 8, (8, 16)), ("d", 6, (16, 8))):
        write("turned/train/img/%s.jpg" % name, gray_jpeg(orientation))
        add("turned/train", name, None, labels(*size))


def stripes(color, values, depth=8, palette=b""):
    """A map of four stripes; `values`: the bytes of each."""
    return png(80, 64, color, lambda x, y: values[y // 16], depth, palette)


def stored():
    grays = (0, 3, 5, 18)
    configure("stored", {"num_classes": 150, "data": {"remap": "minus_one", "ignore": [255]}})
    add("stored/train", "gray", photo(), stripes(GRAY, [(id,) for id in grays]))
    add("stored/train", "gray16", photo(), stripes(GRAY, [(0, id) for id in grays], 16))
    add(
        "stored/train",
        "indexed",
        photo(),
        stripes(
            INDEXED, [(3,), (2,), (1,), (0,)], palette=bytes(gray for id in reversed(grays) for gray in (id, id, id))
        ),
    )


def colors():
    classes = [(128, 128, 128), (128, 0, 0), (192, 192, 128), (128, 64, 128)]
    configure("colors", {"num_classes": 4, "data": {"palette": dict(enumerate(classes))}})
    add("colors/train", "rgb", photo(), stripes(RGB, classes))
    for name, order in (("indexed", (0, 1, 2, 3)), ("reversed", (3, 2, 1, 0))):
        palette = bytes(channel for i in order for channel in classes[i])
        add("colors/train", name, photo(), stripes(INDEXED, [(order.index(i),) for i in range(4)], palette=palette))
    add("colors/val", "ids", photo(), stripes(GRAY, [(i,) for i in range(4)]))


def doubtful():
    configure("mask", {"num_classes": 2, "data": {}})
    add("mask/train", "a", photo(), stripes(GRAY, [(0,), (255,), (0,), (255,)]))
    configure("shifted", {"num_classes": 4, "data": {"ignore": [4]}})
    configure("seen", {"num_classes": 5, "data": {"ignore": [2]}})
    add("shifted/train", "a", photo(), stripes(GRAY, [(1,), (2,), (3,), (4,)]))


def configure(name, configuration):
    configuration["image_size"] = [64, 64]
    configuration["data"].update(images="{split}/img/*", labels="{split}/label/*")
    write(name + ".json", json.dumps(configuration).encode())


good()
bad()
turned()
stored()
colors()
doubtful()
