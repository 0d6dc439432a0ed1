#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes the golden cases from the PyTorch reference, test/reference.

    make.py [--out DIR] [CASE ...]     (all cases of cases.json without CASE)

What the reference needs must be installed: test/reference/requirements.txt. For each case the script writes
CASE/inputs.safetensors and CASE/expected.safetensors beside cases.json, or below DIR, computed in f64 and rounded to
f32. Weights are not stored: both sides make them by the rule of README.md (here `formula_weights`, in C++
make-weights.cpp). Of a large tensor of a training case only a digest is stored (README.md; compare.cpp).
"""

import argparse
import json
import pathlib
import sys

import numpy
import torch
from safetensors.torch import save_file
from torch.nn import functional

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "reference"))

import dpsims_torch  # noqa: E402
import tolerance  # noqa: E402
from dpsims_torch import programs  # noqa: E402

MASK = (1 << 64) - 1


def fail(message):
    sys.exit(f"make.py: error: {message}")


def name_seed(name):
    """FNV-1a of the name, 64 bits."""
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = ((h ^ byte) * 0x100000001B3) & MASK
    return h


def sequence(name, count):
    """SplitMix64 of the name's seed: `count` numbers of 64 bits."""
    z = numpy.arange(1, count + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
    z += numpy.uint64(name_seed(name))
    z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return z ^ (z >> numpy.uint64(31))


def uniform(name, count):
    """`count` doubles in [-1, 1), multiples of 2^-23."""
    return (sequence(name, count) >> numpy.uint64(40)).astype(numpy.float64) / 2.0**23 - 1.0


def digest(name, values):
    """16 sums of the values with random signs, as long as the values in the mean."""
    values = values.double().flatten().numpy()
    bits = sequence(name, values.size) >> numpy.uint64(48)
    signs = [((bits >> numpy.uint64(k)) & numpy.uint64(1)).astype(numpy.float64) * 2 - 1 for k in range(16)]
    return torch.tensor([float(s @ values) / 4 for s in signs])


def plain(name, shape):
    """A weight that depends on its own name and shape only."""
    last = name.rsplit(".", 1)[-1]
    s = uniform(name, int(numpy.prod(shape)))
    if len(shape) > 1:
        value = s * (4.5 / numpy.prod(shape[1:])) ** 0.5
    elif last == "running_var":
        value = 1.0 + 0.25 * s
    elif last == "weight":
        value = 1.0 + 0.2 * s
    elif last == "gamma":
        value = 0.2 + 0.1 * s
    else:  # biases, running means
        value = 0.1 * s
    return value.astype(numpy.float32).reshape(shape)


def singular(name, weight):
    """u and v of a weight seen as (out, rest), after 16 power iterations from the formula's u."""
    matrix = weight.astype(numpy.float64).reshape(weight.shape[0], -1)
    u = uniform(name, matrix.shape[0])
    for _ in range(16):
        v = matrix.T @ u
        v /= numpy.linalg.norm(v)
        u = matrix @ v
        u /= numpy.linalg.norm(u)
    return u.astype(numpy.float32), v.astype(numpy.float32)


def formula_weights(shapes):
    """{name: array} for {name: shape}."""
    out = {}
    for name, shape in shapes.items():
        path, _, last = name.rpartition(".")
        if last in ("u", "v"):
            weight = f"{path}.weight"
            out[name] = singular(f"{path}.u", plain(weight, shapes[weight]))[last == "v"]
        else:
            out[name] = plain(name, shape)
    return out


def fill(net, names=None):
    """Gives a network the formula's weights; `names` maps its own names to those that the formula takes, or to None
    where the network's own value stays."""
    names, state = names or {}, net.state_dict()
    filled = [k for k in state if not k.endswith("num_batches_tracked") and names.get(k, k)]
    shapes = {names.get(k, k): tuple(state[k].shape) for k in filled}
    made = formula_weights(shapes)
    net.load_state_dict(
        {k: torch.from_numpy(made[names.get(k, k)]) if names.get(k, k) in made else v for k, v in state.items()}
    )


def random_image(batch, size, seed):
    """Structure at several scales, in [-1, 1]."""
    noises = programs.noise_in_cells(batch, size, (16, 4, 1), torch.Generator().manual_seed(seed))
    return sum(noise / 3 for noise in noises).clamp(-1, 1)


def generator_case(config, batch, seed):
    section = dpsims_torch.GeneratorConfig(
        config["num_classes"], tuple(config["image_size"]), **config.get("generator", {})
    )
    net = dpsims_torch.Generator(section).eval()
    fill(net)
    random = torch.Generator().manual_seed(seed)
    labels = programs.random_labels(batch, section.image_size, section.num_classes, 4, random)
    inputs = {
        "labels": labels,
        "z": torch.randn(batch, section.noise_dim, generator=torch.Generator().manual_seed(seed + 1)),
    }
    if section.instance_edges:
        inputs["instances"] = labels * 3 + (torch.arange(section.image_size[1], dtype=torch.int32) // 6)

    def run(dtype):
        return {"image": net.to(dtype)(labels, inputs["z"].to(dtype), inputs.get("instances"))}

    return inputs, run


def discriminator_case(config, batch, seed):
    section = dict(config.get("discriminator", {}))
    backbone = dpsims_torch.backbone(section.pop("backbone"), config["image_size"])
    section = dpsims_torch.DiscriminatorConfig(config["num_classes"], **section)
    net = dpsims_torch.Discriminator(section, backbone).train()
    fill(net, dpsims_torch.file_names(backbone, "backbone."))
    inputs = {"image": random_image(batch, tuple(config["image_size"]), seed)}
    return inputs, lambda dtype: {"logits": net.to(dtype)(inputs["image"].to(dtype))}


def features_case(config, batch, seed):
    backbone = dpsims_torch.backbone(config["discriminator"]["backbone"], config["image_size"])
    fill(backbone, dpsims_torch.file_names(backbone))
    net = dpsims_torch.Discriminator(dpsims_torch.DiscriminatorConfig(config["num_classes"]), backbone).eval()
    inputs = {"image": random_image(batch, tuple(config["image_size"]), seed)}

    def run(dtype):
        return {f"tap{i}": t for i, t in enumerate(net.to(dtype).features(inputs["image"].to(dtype)))}

    return inputs, run


def random_bytes(batch, size, seed):
    """The same as files have them, (batch, height, width, 3)."""
    return ((random_image(batch, tuple(size), seed) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).contiguous()


def planes(images):
    """(N, H, W, 3) bytes as (N, 3, H, W) from 0 to 255."""
    return images.permute(0, 3, 1, 2).double()


def fid_network():
    """pytorch-fid's network with the formula's weights."""
    import pytorch_fid.inception
    import torchvision

    def weights(*_, **__):
        net = torchvision.models.inception_v3(num_classes=1008, aux_logits=False, init_weights=False)
        fill(net)
        return net.state_dict()

    pytorch_fid.inception.load_state_dict_from_url = weights
    return pytorch_fid.inception.InceptionV3([3]).eval()


def inception_case(config, batch, seed):
    net = fid_network()
    inputs = {"image": random_bytes(batch, config["image_size"], seed)}

    def run(dtype):
        return {"features": net.to(dtype)((planes(inputs["image"]) / 255).to(dtype))[0][:, :, 0, 0]}

    return inputs, run


def lpips_network(kind):
    """The package lpips's network of a kind with the formula's weights, under torchvision's names."""
    import lpips

    net = lpips.LPIPS(pretrained=False, net=kind, pnet_rand=True, verbose=False).eval()
    names = {}
    for name in net.state_dict():
        first, _, rest = name.partition(".")
        names[name] = {
            "net": "features." + rest.partition(".")[2],
            "lins": "lin" + rest,
            "scaling_layer": None,
        }.get(first, name)
    fill(net, names)
    return net


def lpips_case(kind):
    def case(config, batch, seed):
        net = lpips_network(kind)
        inputs = {k: random_bytes(batch, config["image_size"], seed + i) for i, k in enumerate(("first", "second"))}

        def run(dtype):
            images = [(planes(image) / 127.5 - 1).to(dtype) for image in inputs.values()]
            return {"distance": net.to(dtype)(*images).flatten()}

        return inputs, run

    return case


def resampling_case(config, batch, seed):
    inputs = {"image": random_image(batch, tuple(config["image_size"]), seed)}
    made = formula_weights({"two.weight": (5, 3, 3, 3), "two.bias": (5,), "far.weight": (4, 3, 5, 5)})

    def run(dtype):
        x = inputs["image"].to(dtype)
        w = {k: torch.from_numpy(v).to(dtype) for k, v in made.items()}
        return {
            "mean": functional.avg_pool2d(x, 3, 2, 1),
            "inside": functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False),
            "windows": functional.adaptive_avg_pool2d(x, (5, 3)),
            "edges": functional.interpolate(x, size=(17, 9), mode="bilinear"),
            "corners": functional.interpolate(x, size=(17, 9), mode="bilinear", align_corners=True),
            "smooth": functional.interpolate(x, size=(5, 23), mode="bilinear", antialias=True),
            "two": functional.conv2d(x, w["two.weight"], w["two.bias"], padding=2, dilation=2),
            "far": functional.conv2d(x, w["far.weight"], padding=6, dilation=3),
        }

    return inputs, run


def segmentation_case(kind):
    def case(config, batch, seed):
        import segmentation

        net = segmentation.NETWORKS[kind](config["num_classes"], **config[kind]).eval()
        fill(net, {name: None for name in net.state_dict() if name.endswith(segmentation.FIXED)})
        inputs = {"image": random_bytes(batch, config["image_size"], seed)}
        return inputs, lambda dtype: {"logits": net.to(dtype)(planes(inputs["image"]).to(dtype))}

    return case


def training_networks(config):
    """What a configuration describes, both networks with the formula's weights."""
    training = dpsims_torch.from_config(config)
    generator, discriminator = training[:2]
    fill(generator, {k: "generator." + k for k in generator.state_dict()})
    files = dpsims_torch.file_names(discriminator.backbone, "backbone.")
    fill(discriminator, {k: "discriminator." + files.get(k, k) for k in discriminator.state_dict()})
    return training


def training_inputs(config, case, seed, training):
    """One step's inputs, the image in f16, and the names of those that the program takes."""
    generator, discriminator, loss, _ = training
    x = programs.make_inputs(config, case["batch"], seed, training)
    x["image"] = x["image"].half().float()
    g, d = (case["program"] in (p, "train") for p in ("generator_gradients", "discriminator_gradients"))
    segments = g and bool(loss.contrastive_weight) and loss.contrastive_segments == "instances"
    taken = {
        "labels": True,
        "instances": generator.config.instance_edges or segments,
        "z1": g,
        "z2": g and loss.diversity_weight,
        "z3": d,
        "labelmix_choice": d and loss.labelmix_weight,
        "image": d or loss.contrastive_weight or discriminator.config.conditioning_statistics == "real",
        **{f"patch_index{i}": g and loss.contrastive_weight for i in range(4)},
    }
    return x, [k for k, used in taken.items() if used]


def small(name, tensor):
    """An input in the smallest type that holds it."""
    if name == "image":
        return tensor.half()
    fits = not tensor.is_floating_point() and int(tensor.min()) >= 0 and int(tensor.max()) < 256
    return tensor.to(torch.uint8) if fits else tensor


def best_training(config, case, first):
    """-> error and output where f32 alone is the furthest off, steps, the names of their inputs, what is expected: of
    the first seed for which f32 alone is well within the tolerances."""
    training = training_networks(config)
    best = None
    for seed in range(first, first + 400, 100):
        made = [training_inputs(config, case, seed + i, training) for i in range(case.get("steps", 1))]
        steps, keys = [x for x, _ in made], made[0][1]
        exact, single = (
            programs.compute(case["program"], training, steps, dtype) for dtype in (torch.float64, torch.float32)
        )
        if case["program"] == "train" and training.optimizer.lr > 1e-4:  # Adam's first steps are signs: chaotic weights
            exact = {k: v for k, v in exact.items() if k.startswith("loss/")}
        worst, error = tolerance.compare(exact, single)[0]
        if best is None or error < best[0]:
            best = error, worst, steps, keys, exact
        if error < 0.3:
            break
    return best


# Tensors whose gradient is decided by rounding: see compare.cpp.
KINKS = {"discriminator-gradients-scratch-resnet18": "gradient/discriminator.backbone.conv1.weight"}


def make_training(name, case, first, folder):
    """As `make` for a program of training."""
    config = json.loads((HERE / name / "config.json").read_text())
    error, worst, steps, keys, exact = best_training(config, case, first)
    gradients = tolerance.case_tolerance(worst, error)
    is_train = case["program"] == "train"
    inputs = {k: torch.stack([x[k] for x in steps]) if is_train else steps[0][k] for k in keys}
    expected = {k: v for k, v in exact.items() if v.numel() <= 64}
    expected.update({"digest/" + k: digest(k, v) for k, v in exact.items() if v.numel() > 64})
    print(f"{name}: f32 alone is at {error:.2g} of the tolerance ({worst}); gradients: {gradients:.1e}")
    save_file({k: small(k, v).contiguous() for k, v in inputs.items()}, folder / "inputs.safetensors")
    save_file(
        {k: v.float().contiguous() for k, v in expected.items()},
        folder / "expected.safetensors",
        metadata={"gradient_tolerance": str(gradients)} | ({"kinks": KINKS[name]} if name in KINKS else {}),
    )


def make(name, case, seed, folder):
    """Writes one case's files and says how exact f32 alone is on it."""
    config = json.loads((HERE / name / "config.json").read_text())
    kinds = {
        "generator": generator_case,
        "discriminator": discriminator_case,
        "features": features_case,
        "inception": inception_case,
        "lpips_alex": lpips_case("alex"),
        "lpips_vgg": lpips_case("vgg"),
        "resampling": resampling_case,
        **{kind: segmentation_case(kind) for kind in ("upernet", "drn", "deeplab")},
    }
    with torch.no_grad():
        inputs, run = kinds[case["program"]](config, case["batch"], seed)
        single, exact = run(torch.float32), run(torch.float64)
    errors = {k: float((single[k].double() - v).norm() / v.norm()) for k, v in exact.items()}
    spread = {k: float(v.std()) for k, v in exact.items()}
    print(f"{name}: f32 error {max(errors.values()):.1e}, standard deviations", *(f"{v:.3g}" for v in spread.values()))
    for file, tensors in (("inputs", inputs), ("expected", exact)):
        made = {k: (v.float() if v.is_floating_point() else v).contiguous() for k, v in tensors.items()}
        save_file(made, folder / f"{file}.safetensors")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=HERE, metavar="DIR", help="for the cases' folders")
    parser.add_argument("cases", nargs="*", metavar="CASE", help="of cases.json; default: all")
    args = parser.parse_args()
    cases = json.loads((HERE / "cases.json").read_text())
    for name in args.cases or cases:
        if name not in cases:
            fail(f"{name}: not in cases.json, which has {', '.join(cases)}")
        folder = args.out / name
        folder.mkdir(parents=True, exist_ok=True)
        writer = make_training if "steps" in cases[name] else make
        writer(name, cases[name], 17 + list(cases).index(name), folder)


if __name__ == "__main__":
    main()
