#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Runs schema_test.py in a Python environment of its own, which is made in the folder unless it is there.
#
#   schema.sh FOLDER DPSIMS-RUN MAKE-MODEL OPENAPI.json
set -eu

here=$(cd "$(dirname "$0")" && pwd)
folder=$1
shift
environment=$folder/environment
# The marker is made last: an environment that pip did not finish is made again.
if [ ! -f "$environment/complete" ] || ! cmp -s "$here/requirements.txt" "$environment/complete"; then
  python3 -m venv --clear "$environment"
  "$environment/bin/pip" install -q --disable-pip-version-check -r "$here/requirements.txt"
  cp "$here/requirements.txt" "$environment/complete"
fi
exec "$environment/bin/python" "$here/schema_test.py" "$environment/bin/schemathesis" "$@"
