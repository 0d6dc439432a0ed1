#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Draws street.png: a label map of a street with CamVid's eleven classes.

    draw-street.py OUTPUT.png [SIZE]

An indexed PNG: the indices are the class ids, the colors are for people. Needs nothing but Python.
"""

import struct
import sys
import zlib

SKY, BUILDING, POLE, ROAD, PAVEMENT, TREE, SIGN, FENCE, CAR, PEDESTRIAN, BICYCLIST = range(11)
COLORS = [
    (128, 128, 128),
    (128, 0, 0),
    (192, 192, 128),
    (128, 64, 128),
    (0, 0, 192),
    (128, 128, 0),
    (192, 128, 128),
    (64, 64, 128),
    (64, 0, 128),
    (64, 64, 0),
    (0, 128, 192),
]


class Canvas:
    """A square of ids; coordinates go from 0 to 1, y downwards. What is drawn later covers what was there."""

    def __init__(self, size):
        self.size = size
        self.rows = [bytearray([SKY] * size) for _ in range(size)]

    def fill(self, label, inside):
        for y in range(self.size):
            for x in range(self.size):
                if inside((x + 0.5) / self.size, (y + 0.5) / self.size):
                    self.rows[y][x] = label

    def box(self, label, left, top, right, bottom):
        self.fill(label, lambda x, y: left <= x < right and top <= y < bottom)

    def ellipse(self, label, cx, cy, rx, ry):
        self.fill(label, lambda x, y: ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1)

    def ground(self, label, horizon, vanishing, left, right):
        """The strip of ground from (left, right) at the bottom to one point on the horizon."""

        def inside(x, y):
            if y < horizon:
                return False
            depth = (y - horizon) / (1 - horizon)
            return vanishing + (left - vanishing) * depth <= x < vanishing + (right - vanishing) * depth

        self.fill(label, inside)


def street(size):
    c = Canvas(size)
    horizon, vanishing = 0.48, 0.52
    # Houses on both sides, lower with the distance.
    for left, top, right in [(0.0, 0.10, 0.17), (0.17, 0.19, 0.28), (0.28, 0.27, 0.37), (0.37, 0.36, 0.44)]:
        c.box(BUILDING, left, top, right, 0.62)
    for left, top, right in [(0.84, 0.05, 1.0), (0.73, 0.16, 0.84), (0.64, 0.28, 0.73), (0.59, 0.37, 0.64)]:
        c.box(BUILDING, left, top, right, 0.62)
    c.box(TREE, 0.44, 0.43, 0.59, 0.50)
    # Road between pavements.
    c.fill(PAVEMENT, lambda x, y: y >= horizon + 0.02 + 0.18 * abs(x - vanishing))
    c.ground(ROAD, horizon, vanishing, -0.25, 1.20)
    c.box(FENCE, 0.86, 0.56, 1.0, 0.67)
    # Trees, poles, signs.
    c.box(POLE, 0.215, 0.40, 0.235, 0.66)
    c.ellipse(TREE, 0.225, 0.33, 0.095, 0.125)
    c.box(POLE, 0.775, 0.45, 0.790, 0.64)
    c.ellipse(TREE, 0.78, 0.38, 0.065, 0.095)
    c.box(POLE, 0.105, 0.22, 0.118, 0.74)
    c.box(SIGN, 0.118, 0.24, 0.165, 0.31)
    c.box(POLE, 0.655, 0.36, 0.663, 0.58)
    c.box(SIGN, 0.635, 0.34, 0.683, 0.39)
    # Cars: a body, a cabin.
    c.box(CAR, 0.54, 0.60, 0.72, 0.70)
    c.ellipse(CAR, 0.63, 0.60, 0.070, 0.055)
    c.box(CAR, 0.405, 0.525, 0.465, 0.560)
    c.ellipse(CAR, 0.435, 0.525, 0.024, 0.022)
    # People.
    for x, foot, height in [(0.06, 0.85, 0.22), (0.90, 0.74, 0.16), (0.335, 0.60, 0.09)]:
        c.box(PEDESTRIAN, x - 0.13 * height, foot - 0.78 * height, x + 0.13 * height, foot)
        c.ellipse(PEDESTRIAN, x, foot - 0.88 * height, 0.09 * height, 0.12 * height)
    c.ellipse(BICYCLIST, 0.30, 0.78, 0.030, 0.042)
    c.ellipse(BICYCLIST, 0.36, 0.78, 0.030, 0.042)
    c.box(BICYCLIST, 0.31, 0.66, 0.345, 0.76)
    c.ellipse(BICYCLIST, 0.328, 0.645, 0.017, 0.024)
    return c.rows


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(rows):
    size = len(rows)
    header = struct.pack(">IIBBBBB", size, size, 8, 3, 0, 0, 0)
    palette = bytes(value for color in COLORS for value in color)
    pixels = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows), 9)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"PLTE", palette)
        + chunk(b"IDAT", pixels)
        + chunk(b"IEND", b"")
    )


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit("draw-street.py: error: usage: draw-street.py OUTPUT.png [SIZE]")
    with open(sys.argv[1], "wb") as file:
        file.write(png(street(int(sys.argv[2]) if len(sys.argv) == 3 else 256)))


if __name__ == "__main__":
    main()
