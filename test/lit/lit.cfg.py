# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Tests of the language, the passes, the models and the tools: RUN lines in .mlir and .test files.
import os
import shutil
import sys

import lit.formats

config.name = "dpsims"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = [
    "Inputs",
    "benchmarks",
    "compiler",
    "conformance",
    "cudnn",
    "data",
    "editors",
    "emulator",
    "golden",
    "kernel-sums",
    "lit",
    "onnx",
    "tools",
    "unit",
]
config.test_source_root = os.path.join(config.dpsims_source_dir, "test")
config.test_exec_root = config.dpsims_exec_dir


def find_ptxas():
    """Where dpsims-opt and dpsims-compile find ptxas, or None."""
    in_path = shutil.which("ptxas")
    if in_path:
        return in_path
    homes = [os.environ.get("CUDA_HOME"), os.environ.get("CUDA_PATH"), "/usr/local/cuda"]
    for home in filter(None, homes):
        path = os.path.join(home, "bin", "ptxas")
        if os.access(path, os.X_OK):
            return path
    return None


ptxas = find_ptxas()
if ptxas:
    config.available_features.add("ptxas")
    cuda_home = os.path.dirname(os.path.dirname(os.path.realpath(ptxas)))
    if os.path.exists(os.path.join(cuda_home, "include", "cuda.h")):
        config.available_features.add("cuda-toolkit")

# dpsims-run takes the emulated GPU in place of a real one: DPSIMS_CUDA_LIBRARY_DIR=%emulated.
emulated = os.path.join(os.path.dirname(config.dpsims_tools_dir), "lib", "emulated")
if os.path.exists(os.path.join(emulated, "libdpsims-cuda.so")):
    config.available_features.add("emulated-gpu")
config.substitutions.append(("%emulated", emulated))

if config.has_onnx:
    config.available_features.add("onnx")

if shutil.which("mpirun") and os.path.exists(
    os.path.join(os.path.dirname(config.dpsims_tools_dir), "lib", "libdpsims-mpi.so")
):
    config.available_features.add("mpirun")


# Without these instructions there is no choice of convolutions to measure.
def processor_has(*features):
    with open("/proc/cpuinfo") as file:
        return set(features) <= set(file.read().split())


if processor_has("avx512f", "avx512bw", "avx512vl"):
    config.available_features.add("winograd")

if shutil.which("nvim"):
    config.available_features.add("neovim")

if shutil.which("patch"):
    config.available_features.add("patch")

# The build's tools come first, then FileCheck, not, count and mlir-tblgen of the LLVM that it was built with.
path = [config.dpsims_tools_dir, config.llvm_tools_dir, os.environ.get("PATH", "")]
config.environment["PATH"] = os.pathsep.join(path)
config.environment["XDG_CACHE_HOME"] = os.path.join(config.dpsims_exec_dir, "cache")
for name in ("CUDA_HOME", "CUDA_PATH", "OMP_NUM_THREADS", "ASAN_OPTIONS", "UBSAN_OPTIONS"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

config.substitutions.append(("%configs", os.path.join(config.dpsims_source_dir, "models", "configs")))
config.substitutions.append(("%models", os.path.join(config.dpsims_source_dir, "models")))
config.substitutions.append(("%golden", os.path.join(config.dpsims_source_dir, "test", "golden")))
config.substitutions.append(("%data", os.path.join(config.dpsims_source_dir, "test", "data")))
# How often ranks are killed, and how long their run is.
nightly = os.environ.get("DPSIMS_NIGHTLY", "0") != "0"
if nightly:
    config.available_features.add("nightly")  # of tests that take minutes
config.substitutions.append(("%rank_kills", "20" if nightly else "3"))
config.substitutions.append(("%rank_steps", "90" if nightly else "10"))
config.substitutions.append(("%python", sys.executable))
config.substitutions.append(("%source", config.dpsims_source_dir))
config.substitutions.append(("%bin", config.dpsims_tools_dir))
config.substitutions.append(("%mlir_include", config.mlir_include_dir))
