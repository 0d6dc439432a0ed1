#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Are these photos of a street: the sky light, the rest of it darker, and do two noises make two photos?

    check-street.py LABELS.png PHOTO.png OTHER.png

Needs nothing but Python. The label map is larger than the photos by a whole factor.
"""

import itertools
import struct
import sys
import zlib

SKY, BUILDING, ROAD, TREE, CAR = 0, 1, 3, 5, 8


def paeth(a, b, c):
    nearest = min(abs(b - c), abs(a - c), abs(a + b - 2 * c))
    return a if abs(b - c) == nearest else b if abs(a - c) == nearest else c


def read_png(path):
    """-> rows of pixels, each a tuple of its bytes"""
    data = open(path, "rb").read()
    place, packed = 8, b""
    while place < len(data):
        length, kind = struct.unpack(">I4s", data[place : place + 8])
        body = data[place + 8 : place + 8 + length]
        if kind == b"IHDR":
            width, height, depth, color = struct.unpack(">IIBB", body[:10])
        elif kind == b"IDAT":
            packed += body
        place += length + 12
    assert depth == 8 and color in (2, 3), path
    size = 3 if color == 2 else 1
    raw, above, rows = zlib.decompress(packed), [0] * (width * size), []
    for y in range(height):
        line = raw[y * (width * size + 1) : (y + 1) * (width * size + 1)]
        row = []
        for i, byte in enumerate(line[1:]):
            a, c = (row[i - size], above[i - size]) if i >= size else (0, 0)
            row.append((byte + (0, a, above[i], (a + above[i]) // 2, paeth(a, above[i], c))[line[0]]) & 255)
        above = row
        rows.append([tuple(row[i : i + size]) for i in range(0, len(row), size)])
    return rows


labels, photo, other = map(read_png, sys.argv[1:])
factor = len(labels) // len(photo)
light = {}
for y, x in itertools.product(range(len(photo)), range(len(photo[0]))):
    light.setdefault(labels[y * factor][x * factor][0], []).append(sum(photo[y][x]) / 3)
means = {label: sum(values) / len(values) for label, values in light.items()}
pairs = [(a, b) for one, two in zip(photo, other) for p, q in zip(one, two) for a, b in zip(p, q)]
difference = sum(abs(a - b) for a, b in pairs) / len(pairs)
print(
    "light:", " ".join(f"{label}: {mean:.0f}" for label, mean in sorted(means.items())), f"difference: {difference:.1f}"
)
assert means[SKY] > 180, "the sky is dark"
for label in (BUILDING, ROAD, TREE, CAR):
    assert 20 < means[label] < means[SKY] - 40, f"label {label} is as light as the sky, or black"
assert means[TREE] < means[ROAD] + 40, "trees are light"
assert 1 < difference < 60, "two noises make the same picture, or two without resemblance"
