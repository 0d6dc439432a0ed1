# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The list of steps: correctness first, PyTorch last."""
import checks
import kernels
import pytorch
import speed
from runner import Step

STEPS = (
    Step("versions", "versions and device", 15, checks.versions, short=True),
    Step("smoke", "smoke: one case, a synchronisation after each step", 20, checks.smoke, correctness=True, short=True),
    Step("golden", "golden cases", 90, checks.golden, correctness=True, short=True),
    Step("conformance", "every kind of step against plain loops", 40, kernels.conformance, correctness=True,
         on_emulator=False),
    Step("kernels", "kernels against recorded sums", 30, kernels.recorded_sums, correctness=True),
    Step("sanitizer", "compute-sanitizer", 45, kernels.sanitizer, correctness=True, on_emulator=False),
    Step("ceilings", "the device's ceilings", 20, speed.ceilings, on_emulator=False),
    Step("sampling", "sampling", 60, speed.sampling, on_emulator=False, short=True),
    Step("training", "training", 60, speed.training, on_emulator=False),
    Step("pytorch", "PyTorch on the same weights", 170, pytorch.compare, on_emulator=False),
)
