// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/evaluate/distance_score.h"

#include "runtime/base/error.h"

#include <array>
#include <cmath>

namespace dpsims {

DistanceScore::DistanceScore(const ProgramFiles &files, const DeviceOptions &options, bool between)
    : program(files, {"first", "second"}, options), between(between) {
  const HostTensor &distance = program.output("distance");
  if (distance.type != ElementType::F32 || distance.shape != Shape{int64_t(program.batch())})
    fail(ErrorCode::Incompatible, program.model().path, ": \"distance\" is ", elementTypeName(distance.type), " ",
         shapeText(distance.shape), ", expected F32 (", program.batch(), ")");
}

void DistanceScore::add(const Picture &picture) {
  if (!between) {
    if (picture.photo.width != picture.image.width || picture.photo.height != picture.image.height)
      fail(ErrorCode::Incompatible, picture.path, ": has ", picture.image.width, " x ", picture.image.height,
           " pixels, its photo ", picture.photo.width, " x ", picture.photo.height, ": LPIPS needs one size");
    addPair({picture.path, picture.image, picture.photo, 1});
    return;
  }
  if (!group.empty() && group[0].name != picture.name)
    closeGroup();
  group.push_back(picture);
}

void DistanceScore::closeGroup() {
  if (group.size() == 1)
    fail(group[0].path, ": is the only picture of its label map, and diversity compares two or more");
  const double pairs = double(group.size() * (group.size() - 1)) / 2;
  for (size_t i = 0; i < group.size(); ++i)
    for (size_t j = i + 1; j < group.size(); ++j)
      addPair({group[j].path, group[i].image, group[j].image, 1 / pairs});
  group.clear();
}

void DistanceScore::addPair(Pair pair) {
  pending.push_back(std::move(pair));
  if (pending.size() == program.batch())
    flush();
}

void DistanceScore::flush() {
  if (pending.empty())
    return;
  for (size_t slot = 0; slot < pending.size(); ++slot) {
    program.set(0, slot, pending[slot].first, pending[slot].name);
    program.set(1, slot, pending[slot].second, pending[slot].name);
  }
  program.run();
  const float *distances = program.output("distance").buffer.as<float>();
  for (size_t slot = 0; slot < pending.size(); ++slot) {
    if (!std::isfinite(distances[slot]))
      fail(ErrorCode::InvalidData, pending[slot].name, ": its distance is ", distances[slot], ": the weights of ",
           program.model().path, " are damaged, or of another network");
    sum += pending[slot].weight * double(distances[slot]);
    weights += pending[slot].weight;
  }
  pending.clear();
}

void DistanceScore::finish() {
  if (!group.empty())
    closeGroup();
  flush();
}

void DistanceScore::merge(Communicator &ranks) {
  finish();
  const std::array<double, 2> own = {sum, weights};
  std::vector<std::array<double, 2>> all(size_t(ranks.size()));
  ranks.allGather(own.data(), sizeof own, all.data());
  sum = weights = 0;
  for (const auto &[theirSum, theirWeights] : all) {
    sum += theirSum;
    weights += theirWeights;
  }
}

double DistanceScore::mean() {
  finish();
  if (weights == 0)
    fail("LPIPS has no pictures to compare");
  return sum / weights;
}

} // namespace dpsims
