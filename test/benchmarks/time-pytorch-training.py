#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times PyTorch's training iterations on a GPU, eager in channels-last: what the GPU suite compares ours with.

    time-pytorch-training.py --config models/configs/ade20k-256.json --batch 8 --json times.json

The file has {"seconds": of each iteration after the first, "memory": bytes at the peak}.
"""

import argparse
import json
import pathlib
import time

import networks


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reference", type=pathlib.Path, default=networks.REFERENCE, help="folder of dpsims_torch")
    parser.add_argument("--config", type=pathlib.Path, required=True, help="configuration")
    parser.add_argument("--batch", type=int, default=8, help="pictures in an iteration (8)")
    parser.add_argument("--iterations", type=int, default=4, help="after one that warms up (4)")
    parser.add_argument("--tf32", action="store_true", help="let products and convolutions take TF32")
    parser.add_argument("--benchmark", action="store_true", help="let cuDNN try all of its algorithms: minutes")
    parser.add_argument("--json", type=pathlib.Path, required=True, help="where the result goes")
    return parser.parse_args()


def main():
    args = arguments()
    reference = networks.load_reference(args.reference)
    import torch

    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = args.tf32
    torch.backends.cudnn.benchmark = args.benchmark
    training = networks.TrainingIterations(reference, json.loads(args.config.read_text()), args.batch, "cuda")
    seconds = []
    for _ in range(args.iterations + 1):
        start = time.perf_counter()
        training.run()
        seconds.append(time.perf_counter() - start)
    args.json.write_text(json.dumps({"seconds": seconds[1:], "memory": torch.cuda.max_memory_allocated()}))


if __name__ == "__main__":
    main()
