// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/cuda_library.h"

#include "runtime/base/beside.h"
#include "runtime/base/error.h"
#include "runtime/base/file.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <fstream>
#include <glob.h>
#include <link.h>
#include <unistd.h>

namespace dpsims {

namespace {

constexpr const char *libraryName = "libdpsims-cuda.so";

// In the order in which they need each other.
constexpr const char *cudaLibraries[] = {DPSIMS_CUBLASLT_LIBRARY, DPSIMS_CUDNN_LIBRARY};

std::string variable(const char *name) {
  const char *value = std::getenv(name);
  return value ? value : "";
}

// The folders that a pattern with wildcards means, sorted; those that are there already only once.
void addMatches(const std::string &pattern, std::vector<std::string> &folders) {
  glob_t matches;
  if (glob(pattern.c_str(), GLOB_ONLYDIR, nullptr, &matches) == 0)
    for (size_t i = 0; i < matches.gl_pathc; ++i)
      if (std::find(folders.begin(), folders.end(), matches.gl_pathv[i]) == folders.end())
        folders.push_back(matches.gl_pathv[i]);
  globfree(&matches);
}

std::string fileOf(void *library) {
  link_map *map = nullptr;
  return dlinfo(library, RTLD_DI_LINKMAP, &map) == 0 && map->l_name ? map->l_name : "";
}

// A file cut short would end the program where the loader touches what is not there: its section headers come last.
bool isCutShort(const std::string &path) {
  Elf64_Ehdr header;
  std::ifstream file(path, std::ios::binary);
  if (!file.read(reinterpret_cast<char *>(&header), sizeof(header)))
    return false; // the loader's to say
  file.seekg(0, std::ios::end);
  const uint64_t size = static_cast<uint64_t>(file.tellg());
  return std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 &&
         header.e_shoff + uint64_t(header.e_shnum) * header.e_shentsize > size;
}

// Never closed: the device's code must outlive everything made with it.
void *open(const std::string &path) { return dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL); }

CudaLibraryFile load(const std::string &name, const std::vector<std::string> &folders) {
  CudaLibraryFile file{name, "", ""};
  void *library = dlopen(name.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (!library)
    file.error = dlerror();
  for (size_t i = 0; !library && i < folders.size(); ++i)
    if (const std::string path = joinPath(folders[i], name); access(path.c_str(), R_OK) == 0) {
      library = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL);
      if (!library)
        file.error = dlerror();
    }
  if (library)
    file = {name, fileOf(library), ""};
  return file;
}

} // namespace

std::vector<std::string> cudaLibraryFolders() {
  std::vector<std::string> folders;
  for (const std::string &toolkit : {variable("CUDA_HOME"), variable("CUDA_PATH"), std::string("/usr/local/cuda")})
    for (const char *place : {"/lib64", "/lib"})
      if (!toolkit.empty())
        addMatches(toolkit + place, folders);
  const std::string home = variable("HOME");
  for (const std::string &environment :
       {variable("VIRTUAL_ENV"), variable("CONDA_PREFIX"), home.empty() ? home : home + "/.local",
        std::string("/usr/local"), std::string("/usr")})
    for (const char *place : {"/lib/python3*/site-packages", "/lib/python3*/dist-packages"})
      if (!environment.empty())
        addMatches(environment + place + "/nvidia/*/lib", folders);
  return folders;
}

// Once loaded by path a library serves everyone who asks for it by name.
std::vector<CudaLibraryFile> loadCudaLibraries() {
  const std::vector<std::string> folders = cudaLibraryFolders();
  std::vector<CudaLibraryFile> files;
  for (const char *name : cudaLibraries)
    files.push_back(load(name, folders));
  return files;
}

std::string findCudaLibrary() {
  if (const std::string folder = variable(cudaLibraryVariable); !folder.empty())
    return joinPath(folder, libraryName);
  const std::string path = besideProgram(libraryName);
  return path.empty() ? libraryName : path;
}

std::string wrongFolder() {
  const std::string folder = variable(cudaLibraryVariable);
  if (folder.empty() || access(findCudaLibrary().c_str(), F_OK) == 0)
    return {};
  return std::string(cudaLibraryVariable) + " is " + quoted(folder) + ", where there is no " + libraryName +
         ": correct it, or unset it";
}

DeviceLibrary loadCudaLibrary() {
  const std::string path = findCudaLibrary();
  if (isCutShort(path))
    fail(ErrorCode::InvalidData, path, ": is damaged: its end is missing; build or install it again");
  void *library = open(path);
  if (!library) {
    loadCudaLibraries();
    library = open(path);
  }
  if (!library) {
    const char *error = dlerror();
    const std::string reason = error ? error : "no reason given", wrong = wrongFolder();
    throw CudaLibraryMissing(textOf("the CUDA libraries cannot be loaded (", reason,
                                    "): ", wrong.empty() ? "install them" : wrong,
                                    "; dpsims-run info --devices tells where they are looked for"),
                             reason);
  }
  void *table = dlsym(library, DPSIMS_DEVICE_LIBRARY_SYMBOL);
  if (!table)
    fail(ErrorCode::Incompatible, path, ": is of another dpsims-run than this one: build or install both together");
  return DeviceLibrary(*reinterpret_cast<dpsims_device_library_function>(table)(), path);
}

void pretendCudaDriver() {
  const std::string path = besideProgram("dpsims/libcuda.so.1");
  if (path.empty() || !dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL))
    fail(ErrorCode::Unavailable,
         "the stand-in for the CUDA driver, lib/dpsims/libcuda.so.1, is missing beside dpsims-run: install it again");
}

} // namespace dpsims
