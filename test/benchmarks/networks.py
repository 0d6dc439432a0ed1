# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The reference's networks with a file's weights, and inputs for them, as the benchmarks run them."""

import pathlib
import sys

REFERENCE = pathlib.Path(__file__).resolve().parents[1] / "reference"
PROGRAMS = ("generator", "features", "train")


def load_reference(folder=REFERENCE):
    """-> the module dpsims_torch of that folder."""
    sys.path.insert(0, str(folder))
    import dpsims_torch

    return dpsims_torch


def relative_error(expected, actual):
    return float((actual.double() - expected.double()).norm() / expected.double().norm())


def fold_spectral_norm(reference, net):
    """Spectrally normalized convs -> plain ones, as an inference engine would have them."""
    import torch

    for module in net.modules():
        for name, child in module.named_children():
            if isinstance(child, reference.SNConv2d):
                matrix = child.weight.reshape(child.weight.shape[0], -1)
                sigma = torch.dot(child.u, matrix @ child.v)
                out, within, kernel, _ = child.weight.shape
                plain = torch.nn.Conv2d(within, out, kernel, child.stride, child.pad, bias=child.bias is not None)
                plain.weight.copy_(child.weight / sigma)
                if child.bias is not None:
                    plain.bias.copy_(child.bias)
                setattr(module, name, plain)


def load_weights(net, names, path):
    """`names`: the network's own names -> the file's."""
    from safetensors.torch import load_file

    made, state = load_file(path), net.state_dict()
    net.load_state_dict(
        {k: made[names.get(k, k)].reshape(v.shape) if names.get(k, k) in made else v for k, v in state.items()}
    )


def generator(reference, config, batch, weights):
    """-> the network as a function of its inputs, and the inputs by name in its order."""
    import torch

    height, width = config["image_size"]
    section = reference.GeneratorConfig(config["num_classes"], (height, width), **config.get("generator", {}))
    net = reference.Generator(section)
    load_weights(net, {}, weights)
    fold_spectral_norm(reference, net)
    cells = torch.randint(0, section.num_classes, (batch, -(-height // 16), -(-width // 16)), dtype=torch.int32)
    labels = cells.repeat_interleave(16, 1).repeat_interleave(16, 2)[:, :height, :width].contiguous()
    inputs = {"labels": labels, "z": torch.randn(batch, section.noise_dim)}
    if section.instance_edges:
        inputs["instances"] = labels.clone()
    return net.eval(), inputs


def features(reference, config, batch, weights):
    """The same of the discriminator's backbone, which makes a list of taps."""
    import torch

    name = config.get("discriminator", {}).get("backbone", reference.DEFAULT_BACKBONE)
    backbone = reference.backbone(name, config["image_size"])
    load_weights(backbone, reference.file_names(backbone), weights)

    class Features(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.backbone = backbone
            self.register_buffer("mean", torch.tensor(backbone.mean).view(1, 3, 1, 1))
            self.register_buffer("std", torch.tensor(backbone.std).view(1, 3, 1, 1))

        def forward(self, image):
            return self.backbone(((image + 1) / 2 - self.mean) / self.std)

    return Features().eval(), {"image": torch.rand(batch, 3, *config["image_size"]) * 2 - 1}


def keep_spectral_norm_wide(reference):
    """torch.dot, unlike what autocast gives it, takes no two types: the norms stay f32."""
    import torch

    def forward(self, x):
        with torch.autocast("cpu", enabled=False):
            weight = self.weight / torch.dot(self.u, self.matrix() @ self.v)
        return torch.nn.functional.conv2d(x, weight, self.bias, self.stride, self.pad)

    reference.SNConv2d.forward = forward


class TrainingIterations:
    """The reference's trainer on inputs like those of a data set, in channels-last."""

    def __init__(self, reference, config, batch, device="cpu", compiled=False):
        import torch
        from dpsims_torch import programs

        torch.manual_seed(1)
        training = reference.from_config(config)
        for seed, net in enumerate(training[:2], 1):
            reference.initialize(net, seed)
            net.to(device, memory_format=torch.channels_last)
            if compiled:
                net.compile()
        self.trainer = reference.Trainer(*training)
        inputs = programs.make_inputs(config, batch, 1, training)
        inputs["image"] = inputs["image"].contiguous(memory_format=torch.channels_last)
        self.batch = programs.to_batch({name: value.to(device) for name, value in inputs.items()})

    def run(self):
        self.trainer.step(self.batch)  # waits for the losses
