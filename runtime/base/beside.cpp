// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/beside.h"

#include <dlfcn.h>
#include <unistd.h>

namespace dpsims {

// The folder of the running program, empty if the system does not say.
static std::string programFolder() {
  char path[4096];
  ssize_t length = readlink("/proc/self/exe", path, sizeof(path));
  if (length <= 0 || length == static_cast<ssize_t>(sizeof(path)))
    return {};
  std::string program(path, static_cast<size_t>(length));
  return program.substr(0, program.rfind('/'));
}

// The folder of the shared library that this is a part of, as libdpsims.so; empty if the loader does not say.
static std::string ownFolder() {
  Dl_info own;
  const bool isKnown = dladdr(reinterpret_cast<const void *>(&programFolder), &own) && own.dli_fname;
  const std::string path = isKnown ? own.dli_fname : "";
  return path.empty() || path[0] != '/' ? std::string() : path.substr(0, path.rfind('/'));
}

std::string besideProgram(const std::string &file) {
  for (const std::string &folder : {ownFolder(), programFolder()})
    for (const char *place : {"/../lib/", "/../lib/dpsims/", "/"})
      if (const std::string path = folder + place + file; !folder.empty() && access(path.c_str(), R_OK) == 0)
        return path;
  return {};
}

} // namespace dpsims
