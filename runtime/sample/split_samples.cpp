// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/sample/split_samples.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/base/log.h"
#include "runtime/base/progress.h"
#include "runtime/image/png.h"

#include <filesystem>

namespace dpsims {

namespace fs = std::filesystem;

static std::string pathOf(const std::string &folder, const std::string &name, uint32_t number, uint32_t samples) {
  return joinPath(folder, samples == 1 ? name + ".png" : name + "_" + std::to_string(number) + ".png");
}

// Calls `visit` with the path of each picture.
template <typename Visit>
static void forEachPicture(const DatasetSampler &sampler, const std::string &folder, const Visit &visit) {
  for (size_t map = 0; map < sampler.labelMaps(); ++map)
    for (uint32_t number = 0; number < sampler.samples(); ++number)
      visit(pathOf(folder, sampler.name(map), number, sampler.samples()));
}

// How many pictures are there. Makes their folders.
static int64_t countPictures(const DatasetSampler &sampler, const std::string &folder) {
  FileSet data;
  for (size_t map = 0; map < sampler.labelMaps(); ++map)
    for (const std::string &path : sampler.files(map))
      data.add(path);
  int64_t there = 0;
  forEachPicture(sampler, folder, [&](const std::string &path) {
    std::error_code ignored;
    if (data.contains(path))
      fail(path, ": is a file of the data set, and cannot be a picture too: choose another --output");
    there += fs::is_regular_file(path, ignored);
    makeDirectory(fs::path(path).parent_path().string());
  });
  return there;
}

// Pictures that stay must be those that this run would make.
static void checkRecord(const std::string &folder, const SampleRecord &record) {
  const std::optional<SampleRecord> earlier = SampleRecord::read(folder);
  const std::string difference = earlier ? earlier->difference(record) : "";
  const char *const wayOut = ": leave out --resume to make them again, or choose another --output";
  if (!earlier)
    fail(ErrorCode::Incompatible, folder, ": has pictures of which nothing says by what model, weights and seed",
         wayOut);
  if (!difference.empty())
    fail(ErrorCode::Incompatible, folder, ": its pictures are of an earlier run that differs in ", difference, wayOut);
}

static void removePictures(const DatasetSampler &sampler, const std::string &folder) {
  forEachPicture(sampler, folder, [](const std::string &path) {
    std::error_code ignored; // who writes the picture says what is wrong
    fs::remove(path, ignored);
  });
}

// What is there, or nothing any more; the record is of this run.
static void prepare(const DatasetSampler &sampler, const std::string &folder, const SampleRecord &record, bool resume) {
  const int64_t there = countPictures(sampler, folder);
  if (resume && there)
    checkRecord(folder, record);
  if (resume)
    note(folder, ": has ", there, " of ", sampler.size(), " pictures already, which stay");
  else
    removePictures(sampler, folder);
  record.write(folder);
}

// Pictures of the sampler's share that are not there.
static int64_t countMissing(const DatasetSampler &sampler, const std::string &folder) {
  int64_t missing = 0;
  std::error_code ignored;
  for (size_t map = 0; map < sampler.labelMaps(); ++map)
    for (uint32_t number = 0; sampler.has(map) && number < sampler.samples(); ++number)
      missing += !fs::is_regular_file(pathOf(folder, sampler.name(map), number, sampler.samples()), ignored);
  return missing;
}

void writeSamples(DatasetSampler &sampler, const std::string &folder, const SampleRecord &record, bool resume,
                  Communicator *ranks) {
  const bool isFirst = !ranks || ranks->rank() == 0;
  if (isFirst)
    prepare(sampler, folder, record, resume);
  if (char ready = 0; ranks)
    ranks->broadcast(&ready, 1, 0); // no picture is made before those of an earlier run are gone
  if (resume)
    sampler.choose([&](const std::string &name, uint32_t number) {
      std::error_code ignored;
      return !fs::is_regular_file(pathOf(folder, name, number, sampler.samples()), ignored);
    });
  Progress progress(ranks ? "sample (a share)" : "sample", countMissing(sampler, folder), "images",
                    isFirst ? Progress::standardError() : Progress::silent());
  for (DatasetSampler::Sample sample; sampler.next(sample); progress.advance())
    writeRgbPng(pathOf(folder, sample.name, sample.number, sampler.samples()), sample.image.width, sample.image.height,
                sample.image.pixels.data());
  progress.finish();
}

} // namespace dpsims
