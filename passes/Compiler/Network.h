// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What messages between devices take, by latency and bandwidth.

#ifndef DPSIMS_PASSES_COMPILER_NETWORK_H
#define DPSIMS_PASSES_COMPILER_NETWORK_H

#include <cstdint>

namespace dpsims {

struct Link {
  double latency = 0;   ///< seconds from where a message begins to where it arrives, if it is empty
  double bandwidth = 0; ///< bytes a second, in each direction
};

/// Devices in nodes.
struct Network {
  int64_t devicesPerNode = 1;
  Link inside;  ///< of a device, to others of its node
  Link between; ///< of a node, to others: what its devices have together
};

/// Of a collective: what it takes however few bytes there are, and what the bytes add.
struct CollectiveTime {
  double latency = 0, transfer = 0; ///< seconds
  double seconds() const { return latency + transfer; }
};

/// An all-reduce of so many bytes by the algorithms that there are, and by the fastest at each level.
struct AllReduceTime {
  CollectiveTime ring, tree, best;
};

/// Among p members of one link a ring takes 2 (p - 1) messages of a p-th of the bytes each; a pipelined double tree
/// 2 ceil(log2 p) messages' latency, and every byte travels twice. Several nodes reduce inside, then all nodes among
/// each other, and hand the result on inside: the sum of both levels. No time for one device.
AllReduceTime allReduceTime(const Network &network, int64_t devices, double bytes);

/// Bytes from which on latency is a tenth of the transfer at most: the smallest such power of two, 4 KiB to 1 GiB.
int64_t bucketBytes(const Network &network, int64_t devices);

} // namespace dpsims

#endif
