// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What the configuration says about training.

// Focal class-balanced cross entropy (adversarial), patch InfoNCE (contrastive), hinge on two noises (diversity),
// LabelMix; a weight of 0 leaves a part out.
dpsims.network @Loss<focal_gamma: float = 2.0, contrastive_weight: float = 100.0, contrastive_temperature: float = 0.3,
                     contrastive_patches: int = 128, contrastive_segments: string = "labels",
                     diversity_weight: float = 10.0, diversity_margin: float = 0.5, diversity_on: string = "features",
                     labelmix_weight: float = 0.0>() {
  assert contains(["labels", "instances"], contrastive_segments),
    "contrastive_segments = {contrastive_segments}: labels or instances"
  assert contains(["features", "image"], diversity_on), "diversity_on = {diversity_on}: features or image"
  return
}

// Adam and the exponential moving average of the generator; clip_norm 0 does not clip.
dpsims.network @Optimizer<lr: float = 1.0e-3, betas: list = [0.0, 0.99], eps: float = 1.0e-8, clip_norm: float = 0.0,
                          ema_decay: float = 0.9999>() {
  assert len(betas) == 2, "betas = {betas} must have 2 entries"
  return
}
