#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes faulty copies of a model, its weights and label maps, each wrong in one way.

    make-bad-files.py MODEL WEIGHTS FOLDER

Needs nothing but Python.
"""

import json
import os
import struct
import sys
import zlib


def write(name, data):
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data)


def safetensors(header, data):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def weights(data):
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    body = data[8 + length :]
    name = sorted(key for key in header if key != "__metadata__")[0]

    def changed(**fields):
        return dict(header, **{name: dict(header[name], **fields)})

    shape, (begin, end) = header[name]["shape"], header[name]["data_offsets"]
    last = max((key for key in header if key != "__metadata__"), key=lambda key: header[key]["data_offsets"][1])
    rest = {key: value for key, value in header.items() if key != last}
    write("missing.safetensors", safetensors(rest, body[: header[last]["data_offsets"][0]]))
    extra = {"dtype": "F32", "shape": [2], "data_offsets": [len(body), len(body) + 8]}
    write("extra.safetensors", safetensors(dict(header, color=extra), body + bytes(8)))
    write("misshaped.safetensors", safetensors(changed(shape=[1] + shape), body))
    write("beyond.safetensors", safetensors(changed(data_offsets=[len(body), len(body) + end - begin]), body))
    write("sizes.safetensors", safetensors(changed(shape=[2 * shape[0]] + shape[1:]), body))
    write("negative.safetensors", safetensors(changed(shape=[-1] + shape[1:]), body))
    write("type.safetensors", safetensors(changed(dtype="F33"), body))
    write("long-header.safetensors", struct.pack("<Q", 1 << 60) + data[8:])
    write("no-json.safetensors", safetensors(b"{" * 40, body))
    write("cut.safetensors", data[: len(data) // 2])
    write("empty.safetensors", b"")


def model(data):
    write("cut.dpsims", data[: len(data) // 2])
    middle = len(data) // 2
    write("changed.dpsims", data[:middle] + bytes([data[middle] ^ 0x55]) + data[middle + 1 :])
    write("text.dpsims", b"this is not a model\n" * 100)
    write("empty.dpsims", b"")


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, rows, depth=8, color=0):
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))
        + chunk(b"IDAT", pixels)
        + chunk(b"IEND", b"")
    )


def labels():
    rows = [bytes((x + y) % 5 for x in range(64)) for y in range(64)]
    good = png(64, 64, rows)
    write("labels.png", good)
    write("labels16.png", png(64, 64, [b"".join(bytes([0, value]) for value in row) for row in rows], depth=16))
    wrong = [bytearray(row) for row in rows]
    wrong[7][3] = 77
    write("ids.png", png(64, 64, [bytes(row) for row in wrong]))
    write("color.png", png(64, 64, [bytes((1, 2, 3)) * 64] * 64, color=2))
    write("cut.png", good[: len(good) - 40])
    write("huge.png", png(100000, 100000, [b""]))
    write("text.png", b"this is not a picture\n")
    write("empty.png", b"")
    damaged = bytearray(good)
    damaged[60] ^= 0xFF
    write("damaged.png", bytes(damaged))


folder = sys.argv[3]
os.makedirs(folder, exist_ok=True)
with open(sys.argv[1], "rb") as file:
    model(file.read())
with open(sys.argv[2], "rb") as file:
    weights(file.read())
labels()
