# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Where the CUDA libraries are: the toolkit's folders, then those of PyTorch's wheels."""

import glob
import os
import subprocess
import sys

# What libdpsims-cuda.so needs, and what cuDNN opens to compile kernels at run time.
LIBRARIES = ("libcublasLt", "libcudnn", "libnvrtc")


def toolkit_folders():
    homes = [
        os.environ.get("CUDA_HOME"),
        os.environ.get("CUDA_PATH"),
        "/usr/local/cuda",
        *sorted(glob.glob("/usr/local/cuda-*"), reverse=True),
    ]
    return [os.path.join(home, "lib64") for home in homes if home]


def wheel_folders(python):
    """-> site-packages/nvidia/*/lib of `python`, whose packages are where PyTorch has its libraries."""
    ask = "import sys; print('\\n'.join(path for path in sys.path if path))"
    try:
        paths = subprocess.run([python, "-c", ask], capture_output=True, text=True, timeout=20).stdout.splitlines()
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [folder for path in paths for folder in sorted(glob.glob(os.path.join(path, "nvidia", "*", "lib")))]


def wanted(needed):
    """-> patterns of file names. `needed`: what a packed suite was linked with, whose major versions it must have."""
    versions = dict(name.split(".so.", 1) for name in needed if ".so." in name)
    versions.setdefault("libnvrtc", versions.get("libcublasLt", "*"))  # both count as CUDA does
    return [f"{name}.so.{versions[name]}" if name in versions else f"{name}.so*" for name in LIBRARIES]


def library_path(python=sys.executable, needed=()):
    """-> the value of LD_LIBRARY_PATH: what was set, then the first folder that has each library."""
    places = toolkit_folders() + wheel_folders(python)
    found = [folder for folder in os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep) if folder]
    for pattern in wanted(needed):
        for folder in found + places:
            if glob.glob(os.path.join(folder, pattern)):
                found += [] if folder in found else [folder]
                break
    return os.pathsep.join(found)
