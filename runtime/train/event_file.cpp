// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/event_file.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace dpsims {

//===-------------------------------------------------------------------------------------------------------------===//
// Records
//===-------------------------------------------------------------------------------------------------------------===//

static std::array<uint32_t, 256> makeCrcTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit)
      value = value & 1 ? (value >> 1) ^ 0x82f63b78u : value >> 1;
    table[i] = value;
  }
  return table;
}

uint32_t crc32c(const void *data, size_t size) {
  static const std::array<uint32_t, 256> table = makeCrcTable();
  const uint8_t *bytes = static_cast<const uint8_t *>(data);
  uint32_t state = 0xffffffffu;
  for (size_t i = 0; i < size; ++i)
    state = table[(state ^ bytes[i]) & 0xff] ^ (state >> 8);
  return ~state;
}

template <typename Number> static void appendNumber(std::string &text, Number value) {
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are written as they are stored, little endian");
  text.append(reinterpret_cast<const char *>(&value), sizeof value);
}

static void appendMaskedCrc(std::string &text, const void *data, size_t size) {
  const uint32_t crc = crc32c(data, size);
  appendNumber(text, uint32_t(((crc >> 15) | (crc << 17)) + 0xa282ead8u));
}

std::string eventRecord(std::string_view event) {
  std::string record;
  const uint64_t length = event.size();
  appendNumber(record, length);
  appendMaskedCrc(record, &length, sizeof length);
  record.append(event);
  appendMaskedCrc(record, event.data(), event.size());
  return record;
}

//===-------------------------------------------------------------------------------------------------------------===//
// Protocol buffers: a field is its number and wire type, then its value.
//===-------------------------------------------------------------------------------------------------------------===//

namespace {

class Message {
public:
  Message &varint(uint32_t field, uint64_t value) {
    key(field, 0);
    append(value);
    return *this;
  }
  Message &number(uint32_t field, double value) {
    key(field, 1);
    appendNumber(bytes, value);
    return *this;
  }
  Message &number(uint32_t field, float value) {
    key(field, 5);
    appendNumber(bytes, value);
    return *this;
  }
  Message &text(uint32_t field, std::string_view value) {
    key(field, 2);
    append(value.size());
    bytes.append(value);
    return *this;
  }
  Message &message(uint32_t field, const Message &value) { return text(field, value.bytes); }

  std::string bytes;

private:
  void key(uint32_t field, uint32_t wire) { append(uint64_t(field) << 3 | wire); }
  void append(uint64_t value) {
    for (; value >= 0x80; value >>= 7)
      bytes += char(value | 0x80);
    bytes += char(value);
  }
};

// Numbers of the fields of tensorflow's event.proto and summary.proto.
enum : uint32_t { EventTime = 1, EventStep = 2, EventVersion = 3, EventSummary = 5, EventSession = 7 };
enum : uint32_t { SessionStatus = 1, SessionStart = 1 };
enum : uint32_t { SummaryValue = 1, ValueTag = 1, ValueNumber = 2, ValueImage = 4 };
enum : uint32_t { ImageHeight = 1, ImageWidth = 2, ImageColors = 3, ImageBytes = 4 };

Message event(uint64_t step) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return Message().number(EventTime, std::chrono::duration<double>(now).count()).varint(EventStep, step);
}

} // namespace

//===-------------------------------------------------------------------------------------------------------------===//
// The file
//===-------------------------------------------------------------------------------------------------------------===//

EventFile::EventFile(const std::string &directory, uint64_t firstStep) {
  makeDirectory(directory);
  // TensorBoard reads files in the order of their names.
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const std::string time = std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  path = joinPath(directory, "events.out.tfevents." + time + ".dpsims");
  descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor < 0)
    fail(ErrorCode::Io, path, ": cannot write: ", systemError());
  write(event(0).text(EventVersion, "brain.Event:2").bytes);
  if (firstStep > 0)
    write(event(firstStep).message(EventSession, Message().varint(SessionStatus, SessionStart)).bytes);
}

EventFile::~EventFile() { ::close(descriptor); }

void EventFile::scalars(uint64_t step, const std::vector<std::pair<std::string, float>> &values) {
  Message summary;
  for (const auto &[name, value] : values)
    summary.message(SummaryValue, Message().text(ValueTag, name).number(ValueNumber, value));
  write(event(step).message(EventSummary, summary).bytes);
}

void EventFile::image(uint64_t step, const std::string &name, int width, int height, const std::vector<uint8_t> &png) {
  Message image;
  image.varint(ImageHeight, uint64_t(height)).varint(ImageWidth, uint64_t(width)).varint(ImageColors, 3);
  image.text(ImageBytes, {reinterpret_cast<const char *>(png.data()), png.size()});
  const Message value = Message().text(ValueTag, name).message(ValueImage, image);
  write(event(step).message(EventSummary, Message().message(SummaryValue, value)).bytes);
}

void EventFile::write(const std::string &event) {
  const std::string record = eventRecord(event);
  const ssize_t written = ::write(descriptor, record.data(), record.size());
  if (written != ssize_t(record.size()))
    fail(ErrorCode::Io, path, ": cannot write: ", written < 0 ? systemError() : systemError(ENOSPC));
}

} // namespace dpsims
