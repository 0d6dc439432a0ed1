#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes the pictures and the scores that `dpsims-run evaluate` is compared with: test/golden/evaluation.

Scores are those of pytorch-fid and lpips, on networks with the weights of make.py, which needs pillow here too. Label
maps and the pictures that a segmenter of pure colors reads are drawn by hand.
"""

import json

import lpips
import make
import numpy
import torch
from PIL import Image
from pytorch_fid import fid_score

FOLDER = make.HERE / "evaluation"
SIZE = (32, 32)
NAMES = ("boat", "hill", "lake", "road", "tree", "wall")


def picture(name):
    """Structure at several scales, each picture with a light of its own."""
    seed = make.name_seed(name) % 1000003
    image = make.random_image(1, SIZE, seed)[0]
    light = torch.rand(3, 1, 1, generator=torch.Generator().manual_seed(seed)) * 1.2 - 0.6
    return ((image * 0.8 + light).clamp(-1, 1) * 127.5 + 127.5).round().byte().permute(1, 2, 0).numpy()


def write(folder, names):
    (FOLDER / folder).mkdir(parents=True, exist_ok=True)
    for name in names:
        Image.fromarray(picture(f"{folder}/{name}")).save(FOLDER / folder / f"{name}.png", optimize=True)


def features(folder, net):
    return fid_score.get_activations(sorted((FOLDER / folder).glob("*.png")), net, batch_size=5)


def distance(net, a, b):
    pair = [lpips.im2tensor(lpips.load_image(str(FOLDER / f"{name}.png"))) for name in (a, b)]
    return float(net(*pair))


def write_maps():
    """Maps of 2 x 4 pixels, 255 ignored; pictures that show them, and some that show 6 of 7 pixels right."""
    colors = numpy.array([[255, 0, 0], [0, 255, 0], [0, 0, 255]], dtype=numpy.uint8)
    labels = numpy.array([[0, 0, 1, 1], [0, 2, 2, 255]], dtype=numpy.uint8)
    wrong = numpy.array([[0, 1, 1, 1], [0, 2, 2, 0]], dtype=numpy.uint8)
    for folder, pixels in (("labels", labels), ("right", colors[labels % 3]), ("wrong", colors[wrong])):
        (FOLDER / folder).mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(FOLDER / folder / "a.png")


def main():
    write_maps()
    write("samples", [f"{name}_{i}" for name in NAMES for i in range(2)])
    write("photos", NAMES)
    net = make.fid_network()
    a, b = features("samples", net), features("photos", net)
    moments = [f(x) for x in (a, b) for f in (lambda x: x.mean(axis=0), lambda x: numpy.cov(x, rowvar=False))]
    with torch.no_grad():
        alex, vgg = make.lpips_network("alex"), make.lpips_network("vgg")
        scores = {
            "fid": float(fid_score.calculate_frechet_distance(*moments)),
            "diversity": numpy.mean([distance(alex, f"samples/{n}_0", f"samples/{n}_1") for n in NAMES]),
            "lpips": numpy.mean([distance(vgg, f"samples/{n}_{i}", f"photos/{n}") for n in NAMES for i in range(2)]),
        }
    numpy.savez_compressed(FOLDER / "small.npz", mu=moments[0][:3], sigma=moments[1][:3, :3])
    (FOLDER / "scores.json").write_text(json.dumps(scores, indent=2) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(2)
    main()
