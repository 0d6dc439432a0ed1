// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/data/dataset.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/data/file_finder.h"
#include "runtime/data/holdout.h"
#include "runtime/data/shapes.h"
#include "runtime/data/split_list.h"
#include "runtime/image/orientation.h"
#include "runtime/image/photo.h"

#include <algorithm>
#include <map>
#include <set>

namespace dpsims {

namespace {

const char splitMark[] = "{split}";

std::string replaceAll(std::string text, const std::string &what, const std::string &by) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

/// A layout of a split.
Layout resolve(const Layout &layout, const DataConfiguration &configuration, const DatasetOptions &options) {
  auto known = configuration.splits.find(options.split);
  const std::string &folder = known == configuration.splits.end() ? options.split : known->second;
  auto path = [&](const std::string &pattern) { return replaceAll(pattern, splitMark, folder); };
  return {path(layout.images), path(layout.labels), path(layout.instances)};
}

bool foldersExist(const Layout &layout, const std::string &directory) {
  return isFolder(fixedFolder(directory, layout.images)) && isFolder(fixedFolder(directory, layout.labels));
}

/// The first layout whose folders exist, null if none do.
const Layout *findLayout(const DataConfiguration &configuration, const DatasetOptions &options) {
  for (const Layout &layout : configuration.layouts)
    if (foldersExist(resolve(layout, configuration, options), options.directory))
      return &layout;
  return nullptr;
}

[[noreturn]] void failNoLayout(const DataConfiguration &configuration, const DatasetOptions &options) {
  requireDirectory(options.directory);
  std::string looked;
  for (const Layout &layout : configuration.layouts) {
    const Layout resolved = resolve(layout, configuration, options);
    looked +=
        (looked.empty() ? "" : "; or ") + fixedFolder("", resolved.images) + " and " + fixedFolder("", resolved.labels);
  }
  fail(ErrorCode::NotFound, options.directory, ": is not a data set ", quoted(configuration.dataset), " with a split ",
       quoted(options.split), ": looked in it for the folders ", looked,
       "; check --data, the split and data.dataset of ", configuration.origin);
}

/// Reads a picture. The message of a damaged one gets the way out, which its decoder cannot know.
template <typename Read> auto readPicture(Read read) {
  try {
    return read();
  } catch (const Error &error) {
    const std::string message = error.what();
    for (const char *damage : {": damaged PNG: ", ": cannot decode the JPEG: ", ": it is empty", " of no picture"})
      if (message.find(damage) != std::string::npos)
        fail(error.code(), message, "; fetch it again, or leave it out");
    throw;
  }
}

class FolderDataset final : public Dataset {
public:
  struct Files {
    std::string name, image, labels, instances;
  };

  FolderDataset(const DataConfiguration &configuration, bool instances, std::vector<Files> files,
                std::vector<std::string> unused)
      : Dataset(configuration, instances), examples(std::move(files)), others(std::move(unused)) {
    std::vector<std::string> maps;
    for (const Files &one : examples)
      maps.push_back(one.labels);
    folder = lookAtLabels(configuration, maps);
  }

  size_t size() const override { return examples.size(); }
  std::string name(size_t index) const override { return examples[index].name; }
  std::string path(size_t index) const override { return examples[index].image; }
  std::vector<std::string> files(size_t index) const override {
    return {examples[index].image, examples[index].labels, examples[index].instances};
  }
  std::vector<std::string> unused() const override { return others; }

  Example read(size_t index) const override {
    const Files &from = examples[index];
    Example example;
    Photo photo = readPicture([&] { return readPhoto(from.image); });
    example.orientation = photo.orientation;
    example.image =
        configuration().turnPhotos ? turned(std::move(photo.image), photo.orientation) : std::move(photo.image);
    ReadLabels labels = readPicture([&] { return readLabels(configuration(), folder, from.labels); });
    example.labels = std::move(labels.map);
    example.reading = labels.reading;
    example.ignored = std::move(labels.ignored);
    fit(from.labels, example.labels, from.image, example);
    if (hasInstances()) {
      example.instances = readPicture([&] { return readInstances(configuration(), from.instances); });
      fit(from.instances, example.instances, from.image, example);
    }
    return example;
  }

private:
  // Maps are often stored at a fraction of the photo's size.
  void fit(const std::string &path, LabelMap &map, const std::string &imagePath, Example &example) const {
    const RgbImage &image = example.image;
    if (map.width == image.width && map.height == image.height)
      return;
    if (int64_t(map.width) * image.height != int64_t(map.height) * image.width)
      failSize(path, map, imagePath, example);
    map = resizeNearest(map, image.height, image.width);
    example.resized = true;
  }

  [[noreturn]] void failSize(const std::string &path, const LabelMap &map, const std::string &imagePath,
                             const Example &example) const {
    const RgbImage &image = example.image;
    const bool turnPhotos = configuration().turnPhotos;
    std::string orientation, wayOut = "make them of one size, the map without blending ids";
    if (swapsSides(example.orientation)) {
      orientation = turnPhotos ? ", turned by its EXIF orientation " : " as stored, without its EXIF orientation ";
      orientation += std::to_string(example.orientation);
      if (map.width == image.height && map.height == image.width)
        wayOut = turnPhotos ? "they agree if it is not turned: set data.orientation to \"stored\", or turn the map too"
                            : "they agree if it is turned: set data.orientation to \"exif\", or turn the map back";
    }
    fail(ErrorCode::InvalidData, path, ": the map has ", map.width, " x ", map.height, " pixels, but its image ",
         imagePath, " ", image.width, " x ", image.height, orientation, "; ", wayOut);
  }

  std::vector<Files> examples;
  std::vector<std::string> others;
  LabelFolder folder;
};

using Files = FolderDataset::Files;

/// The files of a layout.
class Matcher {
public:
  Matcher(const Layout &layout, const std::string &directory, bool instances, bool skipsUnpaired)
      : layout(layout), directory(directory), skipsUnpaired(skipsUnpaired), images(find(layout.images)),
        labels(find(layout.labels)) {
    if (instances)
      instanceMaps = find(layout.instances);
    dropMaps(instances);
    for (const auto &[name, image] : images.paths)
      match(name, image, instances);
    for (const auto &[name, label] : labels.paths)
      if (!images.paths.count(name) && skipsUnpaired)
        labels.used.erase(label);
      else if (!images.paths.count(name))
        problems.push_back(label + ": has no image: " + partner(layout.images, name, ".jpg or .png") +
                           " does not exist; add it, or remove the label map");
    if (images.paths.empty() && labels.paths.empty() && problems.empty())
      failEmpty();
  }

  std::vector<std::string> unused() const {
    std::vector<std::string> result;
    std::set<std::string> seen;
    for (const FoundFiles *found : {&images, &labels, &instanceMaps})
      seen.insert(found->seen.begin(), found->seen.end());
    for (const std::string &path : seen)
      if (!images.used.count(path) && !labels.used.count(path) && !instanceMaps.used.count(path))
        result.push_back(path);
    return result;
  }

  std::vector<Files> files;
  std::vector<std::string> problems; // files without a partner among them

private:
  FoundFiles find(const std::string &pattern) {
    FoundFiles found = findFiles(directory, pattern);
    problems.insert(problems.end(), found.problems.begin(), found.problems.end());
    return found;
  }

  // Where maps are beside photos, a pattern of photos may have their names too.
  void dropMaps(bool instances) {
    std::set<std::string> maps = labels.used;
    if (instances)
      maps.insert(instanceMaps.used.begin(), instanceMaps.used.end());
    else if (!layout.instances.empty() && isFolder(fixedFolder(directory, layout.instances)))
      maps.merge(findFiles(directory, layout.instances).used);
    for (auto image = images.paths.begin(); image != images.paths.end();)
      image = maps.count(image->second) ? images.paths.erase(image) : std::next(image);
  }

  void match(const std::string &name, const std::string &image, bool instances) {
    const auto label = labels.paths.find(name), instance = instanceMaps.paths.find(name);
    const bool hasLabels = label != labels.paths.end();
    const bool hasAll = hasLabels && (!instances || instance != instanceMaps.paths.end());
    if (!hasAll && skipsUnpaired) {
      images.used.erase(image);
      if (hasLabels)
        labels.used.erase(label->second);
      return;
    }
    if (!hasLabels)
      problems.push_back(image + ": has no label map: " + partner(layout.labels, name, ".png") + " does not exist; " +
                         sameNumber(name) + "add it, or remove the image, or set data.unpaired to \"skip\"");
    else if (!hasAll)
      problems.push_back(image + ": has no instance map: " + partner(layout.instances, name, ".png") +
                         " does not exist; add it, or remove the image and its label map");
    else
      files.push_back({name, image, label->second, instances ? instance->second : ""});
  }

  // "7" and "00007" are not taken for partners, but may be meant so.
  std::string sameNumber(const std::string &name) {
    const auto digits = [](const std::string &text) {
      const bool isNumber = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
      return isNumber ? text.substr(std::min(text.find_first_not_of('0'), text.size() - 1)) : "";
    };
    if (labelsByNumber.empty())
      for (const auto &[other, label] : labels.paths)
        labelsByNumber.emplace(digits(other), label);
    const std::string number = digits(name);
    const auto found = labelsByNumber.find(number);
    return number.empty() || found == labelsByNumber.end()
               ? ""
               : found->second + " has the same number: rename it to be its map, ";
  }

  [[noreturn]] void failEmpty() const {
    const std::string others = describeUnused(unused(), unusedReason(skipsUnpaired));
    fail(ErrorCode::NotFound, fixedFolder(directory, layout.images), ": has no pictures: no file is called ",
         joinPath(directory, layout.images),
         "; put .png or .jpg files there, or change --data, the split or data.images", others.empty() ? "" : "; ",
         others);
  }

  std::string partner(const std::string &pattern, const std::string &name, const char *ending) const {
    return joinPath(directory, fillStars(pattern, name, ending));
  }

  const Layout &layout;
  const std::string &directory;
  const bool skipsUnpaired;
  FoundFiles images, labels, instanceMaps;
  std::map<std::string, std::string> labelsByNumber; // made when one is missed
};

/// The split of files that are listed.
void keepListed(std::vector<Files> &files, const DataConfiguration &configuration, const DatasetOptions &options) {
  const auto list = configuration.lists.find(options.split);
  if (list == configuration.lists.end())
    fail(ErrorCode::NotFound, configuration.origin, ": data.lists has no split ", quoted(options.split),
         "; add it there");
  std::set<std::string> known;
  for (const Files &one : files)
    known.insert(one.name);
  const std::set<std::string> listed = readSplitList(joinPath(options.directory, list->second), known);
  files.erase(std::remove_if(files.begin(), files.end(), [&](const Files &one) { return !listed.count(one.name); }),
              files.end());
}

/// The split of files that are not in folders by split.
void keepSplit(std::vector<Files> &files, const DataConfiguration &configuration, const std::string &split) {
  const bool validation = split == "val";
  if (!validation && split != "train")
    fail(ErrorCode::NotFound, configuration.origin, ": data has no split ", quoted(split),
         ": its paths have no \"{split}\", so there are train and val");
  if (files.size() < size_t(configuration.holdout)) // too few to hold one out
    return;
  std::vector<std::string> names;
  for (const Files &one : files)
    names.push_back(one.name);
  const std::vector<bool> isValidation = heldOut(names, configuration.holdout);
  std::vector<Files> kept;
  for (size_t i = 0; i < files.size(); ++i)
    if (isValidation[i] == validation)
      kept.push_back(std::move(files[i]));
  files = std::move(kept);
}

void requireInstances(const DataConfiguration &configuration, const Layout &layout, const std::string &directory) {
  const std::string wayOut = "; name their files in data.instances, or turn generator.instance_edges off and "
                             "loss.contrastive_segments to labels";
  if (layout.instances.empty())
    fail(ErrorCode::Incompatible, configuration.origin, ": the model reads instance maps, but the data set ",
         quoted(configuration.dataset), " has none", wayOut);
  const std::string folder = fixedFolder(directory, layout.instances);
  if (!isFolder(folder))
    fail(ErrorCode::NotFound, folder, ": no such folder, but the model reads instance maps", wayOut);
}

std::unique_ptr<Dataset> openFolders(const DataConfiguration &configuration, const DatasetOptions &options,
                                     std::vector<std::string> *problems) {
  if (options.directory.empty())
    fail("give the folder of the data set ", quoted(configuration.dataset), " with --data");
  const Layout *layout = findLayout(configuration, options);
  if (!layout)
    failNoLayout(configuration, options);
  const Layout resolved = resolve(*layout, configuration, options);
  if (options.instances)
    requireInstances(configuration, resolved, options.directory);
  Matcher matcher(resolved, options.directory, options.instances, configuration.skipsUnpaired);
  if (problems)
    for (const std::string &problem : matcher.problems)
      problems->push_back(oneLine(problem)); // one line, whatever the names
  else if (matcher.problems.size() > 1)
    fail(ErrorCode::InvalidData, matcher.problems[0], " (and ", matcher.problems.size() - 1,
         " more of the kind: dpsims-run data lists them)");
  else if (!matcher.problems.empty())
    fail(ErrorCode::InvalidData, matcher.problems[0]);
  std::vector<Files> files = std::move(matcher.files);
  if (!configuration.lists.empty())
    keepListed(files, configuration, options);
  else if (layout->images.find(splitMark) == std::string::npos)
    keepSplit(files, configuration, options.split);
  return std::make_unique<FolderDataset>(configuration, options.instances, std::move(files), matcher.unused());
}

} // namespace

std::unique_ptr<Dataset> Dataset::open(const DataConfiguration &configuration, const DatasetOptions &options,
                                       std::vector<std::string> *problems) {
  if (configuration.layouts.empty())
    return openShapes(configuration, options);
  return openFolders(configuration, options, problems);
}

bool hasSplit(const DataConfiguration &configuration, const std::string &directory, const std::string &split) {
  if (configuration.layouts.empty())
    return configuration.shapes.pictures.count(split) != 0;
  const Layout *layout = findLayout(configuration, DatasetOptions{directory, split, false});
  if (!configuration.lists.empty())
    return layout && configuration.lists.count(split) != 0;
  return layout && (layout->images.find(splitMark) != std::string::npos || split == "train" || split == "val");
}

} // namespace dpsims
