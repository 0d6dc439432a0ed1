#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tests of tolerance.py; those of arrays need numpy."""

import importlib.util
import math
import unittest

import tolerance


class Allowed(unittest.TestCase):
    def test_outputs(self):
        self.assertAlmostEqual(tolerance.allowed("image", 100, 10.0, 0.0), 1e-3 + 1e-9, delta=1e-15)

    def test_losses(self):
        self.assertAlmostEqual(tolerance.allowed("loss/real", 10, 2.0, 0.0), 2e-4 + 1e-6, delta=1e-12)
        self.assertAlmostEqual(tolerance.allowed("loss/labelmix", 10, 2.0, 0.0), 2e-3 + 1e-6, delta=1e-12)
        self.assertAlmostEqual(tolerance.allowed("adversarial", 1, 2.0, 0.0), 2e-4 + 1e-6, delta=1e-12)

    def test_gradients_that_are_zero_have_a_floor(self):
        self.assertAlmostEqual(tolerance.allowed("gradient/bias", 8, 0.0, 50.0), 5e-5, delta=1e-12)
        self.assertAlmostEqual(tolerance.allowed("gradient/weight", 8, 3.0, 50.0, 2e-3), 6e-3 + 5e-5, delta=1e-12)

    def test_weights_after_training(self):
        for kind in ("after", "ema"):
            self.assertAlmostEqual(tolerance.allowed(f"{kind}/w", 4, 1.0, 0.0), 2e-3 + 2e-6, delta=1e-12)

    def test_kinks_widen_a_case(self):
        self.assertEqual(tolerance.gradient_tolerance_for(0.1), 1e-3)
        self.assertAlmostEqual(tolerance.gradient_tolerance_for(2.0), 1e-2)

    def test_kinks_of_gradients_alone_widen_a_case(self):
        self.assertEqual(tolerance.case_tolerance("gradient/w", 2.0), tolerance.gradient_tolerance_for(2.0))
        self.assertEqual(tolerance.case_tolerance("loss/real", 2.0), tolerance.GRADIENT_TOLERANCE)


@unittest.skipUnless(importlib.util.find_spec("numpy"), "needs numpy")
class Compare(unittest.TestCase):
    EXPECTED = {"image": [3.0, 4.0], "gradient/a": [30.0, 40.0], "gradient/b": [0.0, 0.0]}

    def compare(self, **changes):
        return dict(tolerance.compare(self.EXPECTED, {**self.EXPECTED, **changes}))

    def test_equal(self):
        self.assertEqual(set(self.compare().values()), {0.0})

    def test_error_is_relative_to_what_is_allowed(self):
        self.assertAlmostEqual(self.compare(image=[3.0, 4.0005])["image"], 1.0, places=3)
        self.assertAlmostEqual(self.compare(**{"gradient/b": [5e-5, 0.0]})["gradient/b"], 1.0)

    def test_worst_comes_first(self):
        rows = tolerance.compare(self.EXPECTED, {**self.EXPECTED, "image": [3.0, 5.0]})
        self.assertEqual(rows[0][0], "image")

    def test_missing_misshapen_and_not_finite(self):
        self.assertEqual(tolerance.compare(self.EXPECTED, {})[0][1], math.inf)
        self.assertEqual(self.compare(image=[3.0])["image"], math.inf)
        self.assertEqual(self.compare(image=[3.0, math.nan])["image"], math.inf)


if __name__ == "__main__":
    unittest.main()
