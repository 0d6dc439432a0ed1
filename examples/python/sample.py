#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Photos of a label map side by side, and of the same map after an edit.

    sample.py LABELS.png PHOTOS.png [MODEL.dpsims WEIGHTS.safetensors]

Without a model: camvid-128, which comes with the package.
"""

import argparse

import numpy as np

import dpsims


def main():
    parser = argparse.ArgumentParser(description="Photos of a label map, side by side.")
    parser.add_argument("labels")
    parser.add_argument("photos")
    parser.add_argument("model", nargs="*", default=["camvid-128"], help="MODEL.dpsims WEIGHTS.safetensors")
    arguments = parser.parse_args()

    model = dpsims.load(*arguments.model)
    labels = model.read_labels(arguments.labels)
    names = [one.name for one in model.classes]
    for id, pixels in zip(*np.unique(labels, return_counts=True)):
        print(f"{names[id] if id >= 0 else 'no class'}: {pixels / labels.size:.1%}")

    photos = model.sample(labels, seed=range(3), name="street")
    edited = labels.copy()
    edited[: len(edited) // 4] = 0  # whatever class that is
    photos = [*photos, model.sample(edited, seed=0, name="street")]
    dpsims.write_png(arguments.photos, np.concatenate(photos, axis=1))


if __name__ == "__main__":
    main()
