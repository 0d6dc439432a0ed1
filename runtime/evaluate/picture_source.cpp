// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/evaluate/picture_source.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/data/file_finder.h"
#include "runtime/image/photo.h"

#include <algorithm>

namespace dpsims {

namespace {

using Paths = std::map<std::string, std::string>;

/// "a" and 12 of "a_12"; false if the name has no number.
bool splitNumber(const std::string &name, std::string &base, uint32_t &number) {
  const size_t at = name.find_last_not_of("0123456789");
  if (at == std::string::npos || at + 1 == name.size() || name[at] != '_' || name.size() - at > 9)
    return false;
  base = name.substr(0, at);
  number = uint32_t(std::stoul(name.substr(at + 1)));
  return true;
}

class FolderSource : public PictureSource {
public:
  explicit FolderSource(const FolderOptions &options) : options(options) {
    for (const auto &[name, path] : listPictures(options.pictures))
      add(name, path);
    std::sort(files.begin(), files.end(),
              [](const File &a, const File &b) { return std::tie(a.name, a.sample) < std::tie(b.name, b.sample); });
    findPartners(options.photos, "photo", &File::photo);
    findPartners(options.labels, "label map", &File::labels);
    std::vector<std::string> maps;
    for (const File &file : files)
      if (!file.labels.empty())
        maps.push_back(file.labels);
    if (!maps.empty())
      options.reader->look(maps);
    total = files.size();
    keepShare();
  }

  bool next(Picture &picture) override {
    if (at == files.size())
      return false;
    const File &file = files[at++];
    picture = {file.name, file.path, file.sample, file.index, readPicture(file.path), {}, {}};
    if (!file.photo.empty())
      picture.photo = readPicture(file.photo);
    if (!file.labels.empty())
      picture.labels = options.reader->labels(file.labels, picture.image.height, picture.image.width).map;
    return true;
  }

  int64_t size() const override { return int64_t(total); }

private:
  struct File {
    std::string name, whole, path; // the label map's name, the picture's own
    uint32_t sample = 0;
    uint64_t index = 0; // among the files of all shares
    std::string photo, labels;
  };

  // Pictures of one label map stay together.
  void keepShare() {
    std::vector<File> kept;
    size_t map = 0;
    for (size_t i = 0; i < files.size(); ++i) {
      map += i > 0 && files[i].name != files[i - 1].name;
      files[i].index = i;
      if (options.share.has(map))
        kept.push_back(files[i]);
    }
    files = std::move(kept);
  }

  void add(const std::string &name, const std::string &path) {
    File file;
    file.name = file.whole = name;
    file.path = path;
    if (options.numbered && !splitNumber(name, file.name, file.sample))
      fail(path,
           ": is not named NAME_0, NAME_1, ..., so there is no telling which label map it shows; sample --samples "
           "2 names pictures so");
    files.push_back(std::move(file));
  }

  // A partner has the picture's name, or without the number that `sample --samples` adds.
  void findPartners(const std::string &folder, const char *kind, std::string File::*member) {
    if (folder.empty())
      return;
    const Paths partners = listPictures(folder);
    for (File &file : files) {
      auto found = partners.find(file.whole);
      std::string base;
      uint32_t number;
      if (found == partners.end() && splitNumber(file.whole, base, number))
        found = partners.find(base);
      if (found == partners.end())
        fail(ErrorCode::NotFound, file.path, ": ", folder, " has no ", kind, " of that name; it has ",
             partners.begin()->first, partners.size() > 1 ? ", ..." : "", ": the folders must match");
      file.*member = found->second;
    }
  }

  const FolderOptions options;
  std::vector<File> files;
  size_t total = 0, at = 0;
};

class SamplerSource : public PictureSource {
public:
  explicit SamplerSource(DatasetSampler &sampler) : sampler(sampler) {}

  bool next(Picture &picture) override {
    DatasetSampler::Sample sample;
    if (!sampler.next(sample))
      return false;
    picture = {sample.name,
               "the sample of " + sample.name,
               sample.number,
               sample.index,
               std::move(sample.image),
               std::move(sample.photo),
               std::move(sample.labels)};
    return true;
  }

  int64_t size() const override { return sampler.size(); }

private:
  DatasetSampler &sampler;
};

} // namespace

std::map<std::string, std::string> listPictures(const std::string &folder) {
  requireDirectory(folder);
  FoundFiles found = findFiles(folder, "*");
  if (found.paths.empty() && found.problems.empty())
    found = findFiles(folder, "*/*");
  if (!found.problems.empty())
    fail(ErrorCode::InvalidData, found.problems.front());
  if (found.paths.empty())
    fail(ErrorCode::NotFound, folder, ": has no pictures (PNG or JPEG)");
  return std::move(found.paths);
}

RgbImage readPicture(const std::string &path) { return readPhoto(path).image; }

std::unique_ptr<PictureSource> openFolder(const FolderOptions &options) {
  return std::make_unique<FolderSource>(options);
}

std::unique_ptr<PictureSource> openSampler(DatasetSampler &sampler) { return std::make_unique<SamplerSource>(sampler); }

} // namespace dpsims
