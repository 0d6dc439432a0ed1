// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// TensorBoard's event files: numbers and pictures by step. A file is a list of records (TFRecord: length, masked
// CRC-32C of it, bytes, masked CRC-32C of them), a record a protocol buffer "Event".

#ifndef DPSIMS_RUNTIME_TRAIN_EVENT_FILE_H
#define DPSIMS_RUNTIME_TRAIN_EVENT_FILE_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dpsims {

/// CRC-32C (Castagnoli).
uint32_t crc32c(const void *data, size_t size);

/// The record that holds `event`.
std::string eventRecord(std::string_view event);

class EventFile {
public:
  /// Begins a file of its own in `directory`, which is made. TensorBoard then drops what older files there say of
  /// steps from `firstStep` on. Error: it cannot be written.
  EventFile(const std::string &directory, uint64_t firstStep);
  ~EventFile();
  EventFile(const EventFile &) = delete;
  EventFile &operator=(const EventFile &) = delete;

  /// Numbers of one step by name.
  void scalars(uint64_t step, const std::vector<std::pair<std::string, float>> &values);

  /// A picture; `png` is the file's bytes.
  void image(uint64_t step, const std::string &name, int width, int height, const std::vector<uint8_t> &png);

private:
  void write(const std::string &event);

  std::string path;
  int descriptor = -1;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_EVENT_FILE_H
