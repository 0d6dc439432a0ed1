// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/targets/c/c_kernels.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"

#include <cstdlib>
#include <dlfcn.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace dpsims::c {

namespace {

const CodeImage &textOf(const CompiledModel &model) {
  for (const CodeImage &image : model.images)
    if (image.format == "c")
      return image;
  fail(ErrorCode::Incompatible, model.path, ": has no code in the format c: compile it again with --target c");
}

// A folder of our own, removed with the files that are made in it.
struct Folder {
  Folder() {
    if (!mkdtemp(name))
      fail(ErrorCode::Io, name, ": cannot be made: ", systemError());
  }
  ~Folder() {
    for (const std::string &file : {text, library})
      unlink(file.c_str());
    rmdir(name);
  }
  Folder(const Folder &) = delete;
  Folder &operator=(const Folder &) = delete;

  char name[32] = "/tmp/dpsims-c-XXXXXX";
  std::string text, library;
};

// The compiler may add in any order: sums in parts are nearer to the truth than one term after the other.
bool compile(const std::string &text, const std::string &library) {
  const char *const arguments[] = {DPSIMS_C_COMPILER,
                                   "-std=gnu17",
                                   "-O2",
                                   "-ftree-vectorize",
                                   "-fassociative-math",
                                   "-fno-signed-zeros",
                                   "-fno-trapping-math",
                                   "-fwrapv",
                                   "-fPIC",
                                   "-shared",
                                   "-w",
                                   "-o",
                                   library.c_str(),
                                   text.c_str(),
                                   "-lm",
                                   nullptr};
  pid_t process = 0;
  int status = 0;
  return posix_spawnp(&process, arguments[0], nullptr, nullptr, const_cast<char *const *>(arguments), environ) == 0 &&
         waitpid(process, &status, 0) == process && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace

Kernels::Kernels(const CompiledModel &model) : path(model.path) {
  const CodeImage &image = textOf(model);
  Folder folder;
  folder.text = joinPath(folder.name, "kernels.c");
  folder.library = joinPath(folder.name, "kernels.so");
  writeFile(folder.text, image.code.data, image.code.size);
  if (!compile(folder.text, folder.library))
    fail(ErrorCode::InvalidData, path, ": " DPSIMS_C_COMPILER " does not compile its kernels");
  library = dlopen(folder.library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    fail(ErrorCode::InvalidData, path, ": cannot load its kernels: ", dlerror());
}

Kernels::~Kernels() { dlclose(library); }

KernelFunction Kernels::find(const std::string &name) const {
  void *function = dlsym(library, name.c_str());
  if (!function)
    fail(ErrorCode::InvalidData, path, ": its code has no kernel ", quoted(name),
         "; the file is damaged, or its compiler has a bug");
  return reinterpret_cast<KernelFunction>(function);
}

} // namespace dpsims::c
