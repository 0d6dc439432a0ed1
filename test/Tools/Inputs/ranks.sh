#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# ranks.sh N COMMAND...: a command of N processes, on a machine of any size.
n=$1
shift
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_btl_base_warn_component_unused=0
exec mpirun --oversubscribe --bind-to none -n "$n" "$@"
