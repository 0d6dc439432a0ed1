#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Runs agreement.py in a Python environment of its own, which is made in the folder unless it is there.
#
#   agreement.sh FOLDER [CASE...]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
python=$("$here/../python-environment.sh" "$here/requirements.txt" "$1")
exec "$python" "$here/agreement.py" "$@"
