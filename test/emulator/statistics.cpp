// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/emulator/statistics.h"

#include <sstream>

namespace dpsims::emulated {

std::string Statistics::text() const {
  std::ostringstream out;
  auto line = [&](const char *what, uint64_t count) { out << "emulated GPU: " << what << ": " << count << '\n'; };
  auto copies = [&](const char *what, const Copies &copies) {
    out << "emulated GPU: " << what << ": " << copies.count << " of " << copies.bytes << " bytes\n";
  };
  line("kernel launches", launchCalls);
  line("library calls", libraryCalls);
  line("graph launches", graphLaunches);
  line("kernels run", kernelsRun);
  line("library calls run", libraryCallsRun);
  line("synchronizations", synchronizations);
  line("waits", waits);
  copies("copies to the device", toDevice);
  copies("copies to the host", toHost);
  copies("copies on the device", onDevice);
  copies("fills", fills);
  line("instructions", kernels.instructions);
  return out.str();
}

} // namespace dpsims::emulated
