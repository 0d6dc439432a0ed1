# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the scripts' command lines share."""

import argparse
import sys


class Parser(argparse.ArgumentParser):
    """A bad flag gets one line and exit status 1, as from the tools."""

    def __init__(self, description, **keywords):
        super().__init__(description=description, formatter_class=argparse.RawDescriptionHelpFormatter, **keywords)

    def error(self, message):
        sys.exit(f"{self.prog}: error: {message}; see --help")
