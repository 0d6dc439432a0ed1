#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Makes a Python environment with the packages of a list (from PyPI) in the folder, unless it is there; prints its Python.
#
#   python-environment.sh REQUIREMENTS.txt FOLDER
set -eu

requirements=$1 environment=$2/environment
# The marker is made last: an environment that pip did not finish is made again.
if ! cmp -s "$requirements" "$environment/complete"; then
  python3 -m venv --clear "$environment"
  "$environment/bin/pip" install -q --disable-pip-version-check -r "$requirements" >&2
  cp "$requirements" "$environment/complete"
fi
echo "$environment/bin/python"
