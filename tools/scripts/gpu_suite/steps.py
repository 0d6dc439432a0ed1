# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The list of steps: correctness first, PyTorch last."""

import checks
import kernels
import plans
import pytorch
import speed
import training_run
from runner import Step

# Their limits add up to less than run's --limit, those of --short to less than two minutes.
STEPS = (
    Step("versions", "versions and device", 10, checks.versions, short=10),
    Step("smoke", "smoke: one case, a synchronization after each step", 10, checks.smoke, correctness=True, short=20),
    Step("golden", "golden cases", 40, checks.golden, correctness=True, short=25),
    Step(
        "conformance",
        "every kind of step against plain loops",
        50,
        kernels.conformance,
        correctness=True,
        on_emulator=False,
    ),
    Step("kernels", "kernels against recorded sums", 20, kernels.recorded_sums, correctness=True),
    Step("run", "a training run, stopped and resumed", 20, training_run.training_run, correctness=True),
    Step("sanitizer", "compute-sanitizer", 40, kernels.sanitizer, correctness=True, on_emulator=False),
    Step("ceilings", "the device's ceilings", 20, speed.ceilings, on_emulator=False),
    Step("plans", "plans for convolutions", 60, plans.plans, short=25),
    Step("sampling", "sampling", 45, speed.sampling, on_emulator=False, short=25),
    Step("training", "training", 45, speed.training, on_emulator=False),
    Step("pytorch", "PyTorch on the same weights", 175, pytorch.compare, on_emulator=False),
)
