// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/weights/safetensors.h"

#include "runtime/base/error.h"
#include "runtime/weights/safetensors_limits.h"

#include <algorithm>
#include <cstring>

#include <nlohmann/json.hpp>

namespace dpsims {

SafetensorsWriter::SafetensorsWriter(std::string path) : path(std::move(path)) {}

void SafetensorsWriter::setMetadata(const std::string &key, const std::string &value) { strings[key] = value; }

void SafetensorsWriter::add(const std::string &name, ElementType type, const Shape &shape, const void *data) {
  add(name, type, shape, [data](uint64_t offset, void *dst, size_t size) {
    std::memcpy(dst, static_cast<const char *>(data) + offset, size);
  });
}

void SafetensorsWriter::add(const std::string &name, ElementType type, const Shape &shape, Source source) {
  const uint64_t size = uint64_t(byteSize(type, shape));
  if (name == "__metadata__" || shape.size() > maxRank)
    fail(path, ": a tensor ", quoted(name), " ", shapeText(shape), " cannot be stored");
  if (!items.emplace(name, Item{name, type, shape, size, std::move(source)}).second)
    fail(path, ": the tensor ", quoted(name), " is there already");
}

uint64_t SafetensorsWriter::totalBytes() const {
  uint64_t total = 0;
  for (const auto &[name, item] : items)
    total += item.size;
  return total;
}

std::string SafetensorsWriter::header(const std::vector<const Item *> &order) const {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  if (!strings.empty())
    json["__metadata__"] = strings;
  // ordered_json looks every key up; its object is a vector of pairs, and appending keeps this linear.
  auto &object = json.get_ref<nlohmann::ordered_json::object_t &>();
  uint64_t offset = 0;
  for (const Item *item : order) {
    nlohmann::ordered_json entry;
    entry["dtype"] = elementTypeName(item->type);
    entry["shape"] = item->shape;
    entry["data_offsets"] = {offset, offset + item->size};
    object.push_back({item->name, std::move(entry)});
    offset += item->size;
  }
  std::string text = json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  // Tensors then begin at a multiple of 8 bytes.
  text.append((8 - text.size() % 8) % 8, ' ');
  if (text.size() > maxHeader)
    fail(path, ": too many tensors for a safetensors file: the header would have ", text.size(), " bytes");
  return text;
}

void SafetensorsWriter::write(const std::function<void(uint64_t)> &progress) {
  std::vector<const Item *> order;
  for (const auto &[name, item] : items)
    order.push_back(&item);
  // Large elements first: every tensor is then aligned to its element.
  std::stable_sort(order.begin(), order.end(),
                   [](const Item *a, const Item *b) { return elementSize(a->type) > elementSize(b->type); });
  const std::string text = header(order);
  const uint64_t length = text.size();
  AtomicFile file(path);
  file.write(&length, sizeof length);
  file.write(text);
  std::vector<uint8_t> chunk;
  for (const Item *item : order) {
    for (uint64_t offset = 0; offset < item->size; offset += chunkBytes) {
      chunk.resize(size_t(std::min<uint64_t>(chunkBytes, item->size - offset)));
      item->source(offset, chunk.data(), chunk.size());
      file.write(chunk.data(), chunk.size());
      if (progress)
        progress(chunk.size());
    }
  }
  file.commit();
}

} // namespace dpsims
