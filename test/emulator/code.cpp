// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads the containers that code for a GPU comes in.

#include "test/emulator/gpu.h"
#include "test/emulator/modules.h"

#include <cstring>
#include <elf.h>

namespace dpsims::emulated {

namespace {

constexpr uint32_t fatBinaryMagic = 0xBA55ED50;

// As in CUDA's header fatbinary_section.h and the output of cuobjdump: entries of PTX or ELF after one header.
struct FatHeader {
  uint32_t magic;
  uint16_t version, headerBytes;
  uint64_t bytes; // of the entries
};

struct FatEntry {
  uint16_t kind, flags; // kind 1: PTX, 2: ELF
  uint32_t headerBytes;
  uint64_t bytes;
};

template <typename T> T read(const unsigned char *from) {
  T value;
  std::memcpy(&value, from, sizeof(value));
  return value;
}

// The chip of ".target sm_90a".
int targetOf(const std::string &text) {
  size_t at = text.find(".target sm_");
  return at == std::string::npos ? 0 : std::atoi(text.c_str() + at + std::strlen(".target sm_"));
}

} // namespace

Code::Code(const void *image) {
  const auto *bytes = static_cast<const unsigned char *>(image);
  if (std::memcmp(bytes, ELFMAG, SELFMAG) == 0)
    addElf(bytes);
  else if (read<uint32_t>(bytes) == fatBinaryMagic)
    addFatBinary(bytes);
  else
    addPtx(reinterpret_cast<const char *>(bytes));
}

void Code::addPtx(const std::string &text) {
  int target = targetOf(text), chip = gpu().options.chip;
  if (target == 0)
    throw CudaError(cudaErrorInvalidKernelImage, "the code is neither PTX nor machine code");
  if (target > chip)
    throw CudaError(cudaErrorNoKernelImageForDevice,
                    "PTX for sm_" + std::to_string(target) + " on sm_" + std::to_string(chip));
  try {
    modules.push_back(ptx::Module::parse(text));
  } catch (const ptx::Fault &fault) {
    throw CudaError(cudaErrorInvalidPtx, fault.what());
  }
  for (const auto &[name, kernel] : modules.back()->kernels())
    kernels[name] = {name, &kernel, target};
}

// A kernel is a section .text.NAME; the chip is in the header's flags.
void Code::addElf(const unsigned char *image) {
  auto header = read<Elf64_Ehdr>(image);
  uint32_t flags = header.e_flags;
  int chip = static_cast<int>(header.e_ident[EI_ABIVERSION] >= 8 ? flags >> 8 & 0xFF : flags & 0xFF);
  auto section = [&](size_t index) { return read<Elf64_Shdr>(image + header.e_shoff + index * header.e_shentsize); };
  const unsigned char *names = image + section(header.e_shstrndx).sh_offset;
  const std::string prefix = ".text.";
  for (size_t i = 0; i < header.e_shnum; ++i) {
    std::string name = reinterpret_cast<const char *>(names + section(i).sh_name);
    if (name.rfind(prefix, 0) == 0)
      kernels.insert({name.substr(prefix.size()), {name.substr(prefix.size()), nullptr, chip}});
  }
}

void Code::addFatBinary(const unsigned char *image) {
  auto header = read<FatHeader>(image);
  const unsigned char *at = image + header.headerBytes, *end = at + header.bytes;
  while (at < end) {
    auto entry = read<FatEntry>(at);
    const unsigned char *content = at + entry.headerBytes;
    if (entry.kind == 1)
      addPtx(std::string(reinterpret_cast<const char *>(content), entry.bytes).c_str()); // ends at its null
    at = content + entry.bytes;
  }
}

const Code::Kernel *Code::find(const std::string &name) const {
  auto found = kernels.find(name);
  return found == kernels.end() ? nullptr : &found->second;
}

// Machine code runs on its chip and on later ones of the same major number.
void requireRunnable(const Code::Kernel &kernel) {
  if (kernel.ptx)
    return;
  int chip = gpu().options.chip;
  if (kernel.chip / 10 != chip / 10 || kernel.chip > chip)
    throw CudaError(cudaErrorNoKernelImageForDevice);
  throw CudaError(cudaErrorNotSupported, "machine code cannot be emulated, only PTX: choose another chip");
}

} // namespace dpsims::emulated
