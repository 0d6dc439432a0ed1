#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Runs schema_test.py in a Python environment of its own, which is made in the folder unless it is there.
#
#   schema.sh FOLDER DPSIMS-RUN MAKE-MODEL OPENAPI.json
set -eu

here=$(cd "$(dirname "$0")" && pwd)
python=$("$here/../python-environment.sh" "$here/requirements.txt" "$1")
shift
exec "$python" "$here/schema_test.py" "$(dirname "$python")/schemathesis" "$@"
