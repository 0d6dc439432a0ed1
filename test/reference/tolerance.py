#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How close to the reference is equal, and why.

    tolerance.py EXPECTED.safetensors ACTUAL.safetensors   prints the ten worst; exit status 1 where one fails

Forward, f32: |out - ref| <= 1e-4 |ref| for each output (norms over the tensor).

Gradients, f32: |g - ref| <= r |ref| + 1e-6 |all of the network's gradients| for each weight; the second term is for
weights whose true gradient is zero (a bias that a BatchNorm removes). r is 1e-3, or 5 times the error of the reference
itself in f32 where that is more: one activation on the other side of a ReLU's kink shows. A case has its r in the
metadata of its expected file ("gradient_tolerance").

Training is chaotic. The reference itself in f32 and f64, at a learning rate of 1e-3, differs by 1e-5 in the losses of
the second iteration and by 1e-2 in the tenth (Adam's early steps are signs). At 1e-5 ten iterations stay within 1e-5
(LabelMix 1e-4) and the weights within 4e-4. So: ten iterations at 1e-5, losses 1e-4 (LabelMix 1e-3), weights after them
2e-3; at 1e-3 the first iteration's losses 1e-4 (LabelMix 1e-3).
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Mapping

GRADIENT_TOLERANCE = 1e-3


def allowed(
    name: str, size: int, norm: float, all_gradients: float, gradient_tolerance: float = GRADIENT_TOLERANCE
) -> float:
    """The largest norm that the error of a tensor may have.

    name, size, norm: the tensor's; what kind of value it is shows in its name.
    all_gradients: the norm of all expected gradients together.
    """
    kind = name.split("/")[0]
    if kind == "gradient":
        return gradient_tolerance * norm + 1e-6 * all_gradients
    if kind in ("after", "ema"):
        return 2e-3 * norm + 1e-6 * math.sqrt(size)
    if kind == "loss" or size == 1:
        return (1e-3 if "labelmix" in name else 1e-4) * norm + 1e-6
    return 1e-4 * norm + 1e-9


def gradient_tolerance_for(own_error: float) -> float:
    """r of a case on which the reference itself in f32 is at `own_error` of the usual tolerance."""
    return max(GRADIENT_TOLERANCE, 5 * GRADIENT_TOLERANCE * own_error)


def case_tolerance(worst: str, own_error: float) -> float:
    """r of a case; `worst`: the output on which the reference itself in f32 is the furthest off, by `own_error`."""
    return gradient_tolerance_for(own_error) if worst.startswith("gradient/") else GRADIENT_TOLERANCE


def compare(
    expected: Mapping, actual: Mapping, gradient_tolerance: float = GRADIENT_TOLERANCE
) -> list[tuple[str, float]]:
    """(name, error over what is allowed) of each expected array or tensor, worst first.

    A tensor that is missing, of another size or not finite is infinitely wrong.
    """
    import numpy

    def values(array):
        return numpy.asarray(array, dtype=numpy.float64).ravel()

    norms = {name: float(numpy.linalg.norm(values(array))) for name, array in expected.items()}
    all_gradients = math.hypot(*(norm for name, norm in norms.items() if name.startswith("gradient/")))
    rows = []
    for name, array in expected.items():
        error, wanted = math.inf, values(array)
        if name in actual and (found := values(actual[name])).size == wanted.size:
            distance = float(numpy.linalg.norm(found - wanted))
            error = distance / allowed(name, wanted.size, norms[name], all_gradients, gradient_tolerance)
        rows.append((name, error if math.isfinite(error) else math.inf))
    return sorted(rows, key=lambda row: -row[1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("expected", help="the reference's outputs, safetensors; says the tolerance of gradients")
    parser.add_argument("actual", help="what is compared with them, safetensors")
    args = parser.parse_args()
    from safetensors import safe_open
    from safetensors.numpy import load_file

    with safe_open(args.expected, "numpy") as file:
        own = float((file.metadata() or {}).get("gradient_tolerance", GRADIENT_TOLERANCE))
    rows = compare(load_file(args.expected), load_file(args.actual), own)
    for name, error in rows[:10]:
        print(f"{error:10.3g} of the tolerance  {name}")
    return int(rows[0][1] > 1)


if __name__ == "__main__":
    sys.exit(main())
