# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Whether there is a GPU: asked of the driver, before anything is built."""

import ctypes
import os

from suite import SuiteError

NO_GPU = "there is no GPU to run on: {}; --emulated DIR makes a dry run without one"


def error_text(library, status):
    text = ctypes.c_char_p()
    library.cuGetErrorString(status, ctypes.byref(text))
    return text.value.decode() if text.value else f"error {status}"


def require_gpu():
    """SuiteError: the driver is missing, or has no GPU for this process."""
    try:
        library = ctypes.CDLL("libcuda.so.1")
    except OSError:
        raise SuiteError(NO_GPU.format("NVIDIA's driver, libcuda.so.1, is not installed")) from None
    count = ctypes.c_int()
    status = library.cuInit(0) or library.cuDeviceGetCount(ctypes.byref(count))
    if status or not count.value:
        visible = os.environ.get("CUDA_VISIBLE_DEVICES")
        hidden = "" if visible is None else f" (CUDA_VISIBLE_DEVICES is '{visible}')"
        raise SuiteError(NO_GPU.format(f"the driver says {error_text(library, status or 100)}{hidden}"))
