#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Two hosts on one machine, for mpirun: network namespaces, joined by a cable of a given speed. As root, with iproute2.
#
#   two-hosts.sh RATE COMMAND...    COMMAND on both, one rank each, by TCP; RATE as tc says it (1gbit), or "none"
#
# Open MPI starts ranks by this script in place of ssh.
set -eu

# What Open MPI calls: HOST COMMAND...
if [ "${DPSIMS_TWO_HOSTS-}" ] && [ "$1" = 10.77.0.2 ]; then
  shift
  # shellcheck disable=SC2016 # of the inner shell
  exec ip netns exec dpsims-b unshare --uts sh -c 'hostname dpsims-b; exec sh -c "$*"' sh "$@"
fi

rate=$1
shift
self=$(cd "$(dirname "$0")" && pwd)/${0##*/}
trap 'ip netns del dpsims-a 2>/dev/null || true; ip netns del dpsims-b 2>/dev/null || true' EXIT
ip netns add dpsims-a
ip netns add dpsims-b
ip link add veth-a netns dpsims-a type veth peer name veth-b netns dpsims-b
for side in a b; do
  number=$([ "$side" = a ] && echo 1 || echo 2)
  ip -n "dpsims-$side" addr add "10.77.0.$number/24" dev "veth-$side"
  ip -n "dpsims-$side" link set "veth-$side" up
  ip -n "dpsims-$side" link set lo up
  [ "$rate" = none ] ||
    ip netns exec "dpsims-$side" tc qdisc add dev "veth-$side" root tbf rate "$rate" burst 256k latency 50ms
done
export DPSIMS_TWO_HOSTS=1 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
ip netns exec dpsims-a mpirun -n 2 -H 10.77.0.1,10.77.0.2 --mca plm_rsh_agent "$self" --mca btl tcp,self \
  --mca btl_tcp_if_include 10.77.0.0/24 --mca oob_tcp_if_include 10.77.0.0/24 "$@"
