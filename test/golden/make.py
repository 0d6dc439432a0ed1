#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes the golden cases from the PyTorch reference.

    make.py --reference DIR [CASE ...]     (all cases of cases.json without CASE)

DIR holds the reference, dpsims_torch.py, export.py and tolerance.py; torch, timm and safetensors must be installed.
For each case the script writes CASE/inputs.safetensors and CASE/expected.safetensors beside cases.json, computed in
f64 and rounded to f32. Weights are not stored: both sides make them by the rule of README.md (here `formula_weights`,
in C++ make-weights.cpp). Of a large tensor of a training case only a digest is stored (README.md; compare.cpp).
"""
import argparse
import json
import pathlib
import sys

import numpy
import torch
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).resolve().parent
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
    else:                                                      # biases, running means
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


def fill(net, names):
    """Gives a network the formula's weights; `names` maps its own names to those of files."""
    state = net.state_dict()
    shapes = {names.get(k, k): tuple(v.shape) for k, v in state.items() if not k.endswith("num_batches_tracked")}
    made = formula_weights(shapes)
    net.load_state_dict({k: torch.from_numpy(made[names.get(k, k)]) if names.get(k, k) in made else v
                         for k, v in state.items()})


def backbone_names(net, prefix=""):
    """A timm wrapper's names -> those of timm's files; empty for the reference's own backbones."""
    if not hasattr(net, "files_state"):
        return {}
    return dict(zip((prefix + "net." + k for k in net.net.state_dict()), (prefix + k for k in net.files_state())))


def random_image(batch, size, seed):
    """Structure at several scales, in [-1, 1]."""
    gen = torch.Generator().manual_seed(seed)
    image = torch.zeros(batch, 3, *size)
    for r in (16, 4, 1):
        coarse = torch.randn(batch, 3, -(-size[0] // r), -(-size[1] // r), generator=gen)
        image += torch.nn.functional.interpolate(coarse, size) / 3
    return image.clamp(-1, 1)


def random_labels(batch, size, classes, seed):
    """Cells of 4 x 4 pixels; one id beyond the classes is among them, to be ignored."""
    gen = torch.Generator().manual_seed(seed)
    cells = torch.randint(0, classes + 1, (batch, -(-size[0] // 4), -(-size[1] // 4)), generator=gen, dtype=torch.int32)
    return cells.repeat_interleave(4, 1).repeat_interleave(4, 2)[:, :size[0], :size[1]].contiguous()


def generator_case(reference, config, batch, seed):
    cfg = reference.GeneratorConfig(config["num_classes"], tuple(config["image_size"]), **config.get("generator", {}))
    net = reference.Generator(cfg).eval()
    fill(net, {})
    labels = random_labels(batch, cfg.image_size, cfg.num_classes, seed)
    inputs = {"labels": labels,
              "z": torch.randn(batch, cfg.noise_dim, generator=torch.Generator().manual_seed(seed + 1))}
    if cfg.instance_edges:
        inputs["instances"] = labels * 3 + (torch.arange(cfg.image_size[1], dtype=torch.int32) // 6)

    def run(dtype):
        return {"image": net.to(dtype)(labels, inputs["z"].to(dtype), inputs.get("instances"))}
    return inputs, run


def discriminator_case(reference, config, batch, seed):
    section = dict(config.get("discriminator", {}))
    backbone = reference.backbone(section.pop("backbone"), config["image_size"])
    net = reference.Discriminator(reference.DiscriminatorConfig(config["num_classes"], **section), backbone).train()
    fill(net, backbone_names(backbone, "backbone."))
    inputs = {"image": random_image(batch, tuple(config["image_size"]), seed)}
    return inputs, lambda dtype: {"logits": net.to(dtype)(inputs["image"].to(dtype))}


def features_case(reference, config, batch, seed):
    backbone = reference.backbone(config["discriminator"]["backbone"], config["image_size"])
    fill(backbone, backbone_names(backbone))
    net = reference.Discriminator(reference.DiscriminatorConfig(config["num_classes"]), backbone).eval()
    inputs = {"image": random_image(batch, tuple(config["image_size"]), seed)}

    def run(dtype):
        return {f"tap{i}": t for i, t in enumerate(net.to(dtype).features(inputs["image"].to(dtype)))}
    return inputs, run


def training_networks(reference, config):
    """Both networks with the formula's weights, and the sections of losses and of the optimiser."""
    generator, discriminator, loss, optimizer = reference.from_config(config)
    fill(generator, {k: "generator." + k for k in generator.state_dict()})
    files = backbone_names(discriminator.backbone, "backbone.")
    fill(discriminator, {k: "discriminator." + files.get(k, k) for k in discriminator.state_dict()})
    return generator, discriminator, loss, optimizer


def training_inputs(export, config, case, seed, networks):
    """One step's inputs, the image in f16, and the names of those that the program takes."""
    generator, discriminator, loss, _ = networks
    x = export.make_inputs(config, case["batch"], seed, generator, loss)
    x["image"] = x["image"].half().float()
    g, d = (case["program"] in (p, "train") for p in ("generator_gradients", "discriminator_gradients"))
    segments = g and bool(loss.contrastive_weight) and loss.contrastive_segments == "instances"
    taken = {"labels": True, "instances": generator.cfg.instance_edges or segments,
             "z1": g, "z2": g and loss.diversity_weight, "z3": d, "labelmix_choice": d and loss.labelmix_weight,
             "image": d or loss.contrastive_weight or discriminator.cfg.conditioning_statistics == "real",
             **{f"patch_index{i}": g and loss.contrastive_weight for i in range(4)}}
    return x, [k for k, used in taken.items() if used]


def small(name, tensor):
    """An input in the smallest type that holds it."""
    if name == "image":
        return tensor.half()
    fits = not tensor.is_floating_point() and int(tensor.min()) >= 0 and int(tensor.max()) < 256
    return tensor.to(torch.uint8) if fits else tensor


def make_training(reference, name, case, first):
    """As `make` for a program of training; takes the first seed for which f32 alone is well within the tolerances."""
    import export
    import tolerance
    config = json.loads((HERE / name / "config.json").read_text())
    networks = training_networks(reference, config)
    is_train = case["program"] == "train"
    best = None
    for seed in range(first, first + 400, 100):
        made = [training_inputs(export, config, case, seed + i, networks) for i in range(case.get("steps", 1))]
        steps, keys = [x for x, _ in made], made[0][1]
        exact, single = (export.compute(case["program"], *networks, steps, True, t)
                         for t in (torch.float64, torch.float32))
        if is_train and networks[3].lr > 1e-4:           # Adam's first steps are signs: the weights are chaotic
            exact = {k: v for k, v in exact.items() if k.startswith("loss/")}
        error = tolerance.compare(exact, single)[0]
        if best is None or error[1] < best[0][1]:
            best = error, steps, keys, exact
        if error[1] < 0.3:
            break
    error, steps, keys, exact = best
    gradient_tolerance = max(1e-3, 5e-3 * error[1]) if error[0].startswith("gradient/") else 1e-3
    inputs = {k: torch.stack([x[k] for x in steps]) if is_train else steps[0][k] for k in keys}
    expected = {k: v for k, v in exact.items() if v.numel() <= 64}
    expected.update({"digest/" + k: digest(k, v) for k, v in exact.items() if v.numel() > 64})
    print(f"{name}: f32 alone is at {error[1]:.2g} of the tolerance ({error[0]}); gradients: {gradient_tolerance:.1e}")
    save_file({k: small(k, v).contiguous() for k, v in inputs.items()}, HERE / name / "inputs.safetensors")
    save_file({k: v.float().contiguous() for k, v in expected.items()}, HERE / name / "expected.safetensors",
              metadata={"gradient_tolerance": str(gradient_tolerance)} | ({"kinks": KINKS[name]} if name in KINKS else {}))


# Tensors whose gradient is decided by rounding: see compare.cpp.
KINKS = {"discriminator-gradients-scratch-resnet18": "gradient/discriminator.backbone.conv1.weight"}


def make(reference, name, case, seed):
    """Writes one case's files and says how exact f32 alone is on it."""
    config = json.loads((HERE / name / "config.json").read_text())
    kinds = {"generator": generator_case, "discriminator": discriminator_case, "features": features_case}
    with torch.no_grad():
        inputs, run = kinds[case["program"]](reference, config, case["batch"], seed)
        single, exact = run(torch.float32), run(torch.float64)
    errors = {k: float((single[k].double() - v).norm() / v.norm()) for k, v in exact.items()}
    spread = {k: float(v.std()) for k, v in exact.items()}
    print(f"{name}: f32 error {max(errors.values()):.1e}, standard deviations", *(f"{v:.3g}" for v in spread.values()))
    for file, tensors in (("inputs", inputs), ("expected", exact)):
        made = {k: (v.float() if v.is_floating_point() else v).contiguous() for k, v in tensors.items()}
        save_file(made, HERE / name / f"{file}.safetensors")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reference", type=pathlib.Path, required=True, help="the folder of dpsims_torch.py")
    parser.add_argument("cases", nargs="*", metavar="CASE")
    args = parser.parse_args()
    if not (args.reference / "dpsims_torch.py").is_file():
        fail(f"{args.reference}: no dpsims_torch.py there")
    sys.path.insert(0, str(args.reference))
    import dpsims_torch
    cases = json.loads((HERE / "cases.json").read_text())
    for name in args.cases or cases:
        if name not in cases:
            fail(f"{name}: not in cases.json, which has {', '.join(cases)}")
        writer = make_training if "steps" in cases[name] else make
        writer(dpsims_torch, name, cases[name], 17 + list(cases).index(name))


if __name__ == "__main__":
    main()
