// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/data/dataset.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/data/shapes.h"
#include "runtime/image/orientation.h"
#include "runtime/image/photo.h"

#include <algorithm>
#include <filesystem>
#include <map>

namespace dpsims {

namespace {

namespace fs = std::filesystem;

const char splitMark[] = "{split}";

//===-------------------------------------------------------------------------------------------------------------===//
// Patterns
//===-------------------------------------------------------------------------------------------------------------===//

std::string replaceAll(std::string text, const std::string &what, const std::string &by) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

/// The folders before the first star: "a/b" of "a/b/*_x/*.png".
std::string fixedFolder(const std::string &pattern) {
  const size_t slash = pattern.rfind('/', pattern.find('*'));
  return slash == std::string::npos ? "" : pattern.substr(0, slash);
}

/// The pattern with the stars' texts, which `name` has between its slashes; `ending` where the pattern has none.
std::string fillStars(std::string pattern, const std::string &name, const char *ending) {
  if (pattern.back() == '*')
    pattern += ending;
  size_t at = 0;
  for (size_t begin = 0, end; begin <= name.size() && (at = pattern.find('*', at)) != std::string::npos;
       begin = end + 1) {
    end = std::min(name.find('/', begin), name.size());
    pattern.replace(at, 1, name.substr(begin, end - begin));
    at += end - begin;
  }
  return pattern;
}

/// Is it an error other than that there is no such thing?
bool isFailure(const std::error_code &error) {
  return error && error != std::errc::no_such_file_or_directory && error != std::errc::not_a_directory;
}

bool isFolder(const std::string &path) {
  std::error_code error;
  const bool result = fs::is_directory(path, error);
  if (isFailure(error))
    fail(path, ": cannot read the directory: ", error.message(), "; check --data and the patterns of data");
  return result;
}

bool fileExists(const std::string &path) {
  std::error_code error;
  const bool result = fs::exists(path, error);
  if (isFailure(error))
    fail(path, ": cannot look for the file: ", error.message(), "; check --data and the patterns of data");
  return result;
}

/// Names of a folder's files, or of its folders, without hidden ones; none if there is no such folder.
std::vector<std::string> namesIn(const std::string &directory, bool folders) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    const std::string name = entry->path().filename().string();
    if (name[0] != '.' && (folders ? entry->is_directory(ignored) : entry->is_regular_file(ignored)))
      names.push_back(name);
  }
  if (isFailure(error))
    fail(directory, ": cannot read the directory: ", error.message());
  return names;
}

/// Where the ending of a picture's name begins; npos if the name has none.
size_t pictureEnding(const std::string &name) {
  const size_t dot = name.rfind('.');
  if (dot == std::string::npos)
    return dot;
  std::string ending = name.substr(dot + 1);
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return ending == "png" || ending == "jpg" || ending == "jpeg" ? dot : std::string::npos;
}

/// Finds the files of a pattern.
class Finder {
public:
  Finder(const std::string &pattern, std::vector<std::string> &problems) : problems(problems) {
    find(pattern[0] == '/' ? "/" : "", pattern[0] == '/' ? pattern.substr(1) : pattern, "");
  }

  std::map<std::string, std::string> paths; // by what the stars stand for

private:
  void find(const std::string &directory, const std::string &pattern, const std::string &name) {
    const size_t slash = pattern.find('/');
    const std::string part = pattern.substr(0, slash);
    const std::string rest = slash == std::string::npos ? "" : pattern.substr(slash + 1);
    const size_t star = part.find('*');
    if (star == std::string::npos) {
      const std::string path = joinPath(directory, part);
      if (slash != std::string::npos)
        find(path, rest, name);
      else if (fileExists(path))
        add(name, path);
      return;
    }
    const std::string before = part.substr(0, star), after = part.substr(star + 1);
    const bool isLast = slash == std::string::npos;
    for (const std::string &entry : namesIn(directory.empty() ? "." : directory, !isLast)) {
      size_t end = entry.size() - std::min(entry.size(), after.size());
      if (isLast && after.empty())
        end = pictureEnding(entry);
      else if (entry.compare(end, std::string::npos, after) != 0)
        continue;
      if (end == std::string::npos || end < star || entry.compare(0, star, before) != 0)
        continue;
      const std::string found = name + (name.empty() ? "" : "/") + entry.substr(star, end - star);
      if (isLast)
        add(found, joinPath(directory, entry));
      else
        find(joinPath(directory, entry), rest, found);
    }
  }

  void add(const std::string &name, const std::string &path) {
    auto [entry, fresh] = paths.emplace(name, path);
    if (fresh)
      return;
    problems.push_back(std::max(entry->second, path) + ": has the name of " + std::min(entry->second, path) +
                       "; remove one of them");
    entry->second = std::min(entry->second, path);
  }

  std::vector<std::string> &problems;
};

//===-------------------------------------------------------------------------------------------------------------===//
// Folders
//===-------------------------------------------------------------------------------------------------------------===//

/// A layout in a folder, for a split.
Layout resolve(const Layout &layout, const DataConfiguration &configuration, const DatasetOptions &options) {
  auto known = configuration.splits.find(options.split);
  const std::string &folder = known == configuration.splits.end() ? options.split : known->second;
  auto path = [&](const std::string &pattern) {
    return pattern.empty() ? "" : joinPath(options.directory, replaceAll(pattern, splitMark, folder));
  };
  return {path(layout.images), path(layout.labels), path(layout.instances)};
}

bool foldersExist(const Layout &layout) {
  return isFolder(fixedFolder(layout.images)) && isFolder(fixedFolder(layout.labels));
}

/// The first layout whose folders exist, null if none do.
const Layout *findLayout(const DataConfiguration &configuration, const DatasetOptions &options) {
  for (const Layout &layout : configuration.layouts)
    if (foldersExist(resolve(layout, configuration, options)))
      return &layout;
  return nullptr;
}

[[noreturn]] void failNoLayout(const DataConfiguration &configuration, const DatasetOptions &options) {
  requireDirectory(options.directory);
  std::string looked;
  for (const Layout &layout : configuration.layouts) {
    const Layout resolved = resolve(layout, configuration, DatasetOptions{"", options.split, false});
    looked += (looked.empty() ? "" : "; or ") + fixedFolder(resolved.images) + " and " + fixedFolder(resolved.labels);
  }
  fail(options.directory, ": is no data set ", quoted(configuration.dataset), " with a split ", quoted(options.split),
       ": looked in it for the folders ", looked, "; check --data, the split and data.dataset of ",
       configuration.origin);
}

/// Reads a picture. The message of a damaged one gets the way out, which its decoder cannot know.
template <typename Read> auto readPicture(Read read) {
  try {
    return read();
  } catch (const Error &error) {
    const std::string message = error.what();
    for (const char *damage : {": damaged PNG: ", ": cannot decode the JPEG: ", ": it is empty", " of no picture"})
      if (message.find(damage) != std::string::npos)
        fail(message, "; fetch it again, or leave it out");
    throw;
  }
}

class FolderDataset final : public Dataset {
public:
  struct Files {
    std::string name, image, labels, instances;
  };

  FolderDataset(const DataConfiguration &configuration, bool instances, std::vector<Files> files)
      : Dataset(configuration, instances), examples(std::move(files)) {
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
    requireSize(from.labels, example.labels, from.image, example);
    if (hasInstances()) {
      example.instances = readPicture([&] { return readInstances(from.instances); });
      requireSize(from.instances, example.instances, from.image, example);
    }
    return example;
  }

private:
  void requireSize(const std::string &path, const LabelMap &map, const std::string &imagePath,
                   const Example &example) const {
    const RgbImage &image = example.image;
    if (map.width == image.width && map.height == image.height)
      return;
    const bool turnPhotos = configuration().turnPhotos;
    std::string orientation, wayOut = "make them of one size, the map without blending ids";
    if (swapsSides(example.orientation)) {
      orientation = turnPhotos ? ", turned by its EXIF orientation " : " as stored, without its EXIF orientation ";
      orientation += std::to_string(example.orientation);
      if (map.width == image.height && map.height == image.width)
        wayOut = turnPhotos ? "they agree if it is not turned: set data.orientation to \"stored\", or turn the map too"
                            : "they agree if it is turned: set data.orientation to \"exif\", or turn the map back";
    }
    fail(path, ": the map has ", map.width, " x ", map.height, " pixels, but its image ", imagePath, " ", image.width,
         " x ", image.height, orientation, "; ", wayOut);
  }

  std::vector<Files> examples;
  LabelFolder folder;
};

using Files = FolderDataset::Files;

/// Pairs the files of a layout by name. Files without a partner are problems.
std::vector<Files> matchFiles(const Layout &layout, bool instances, std::vector<std::string> &problems) {
  const Finder images(layout.images, problems), labels(layout.labels, problems);
  std::map<std::string, std::string> instancePaths;
  if (instances)
    instancePaths = Finder(layout.instances, problems).paths;
  std::vector<Files> files;
  for (const auto &[name, image] : images.paths) {
    const auto label = labels.paths.find(name);
    const auto instance = instancePaths.find(name);
    if (label == labels.paths.end())
      problems.push_back(image + ": has no label map: " + fillStars(layout.labels, name, ".png") +
                         " does not exist; add it, or remove the image");
    else if (instances && instance == instancePaths.end())
      problems.push_back(image + ": has no instance map: " + fillStars(layout.instances, name, ".png") +
                         " does not exist; add it, or remove the image and its label map");
    else
      files.push_back({name, image, label->second, instances ? instance->second : ""});
  }
  for (const auto &[name, label] : labels.paths)
    if (!images.paths.count(name))
      problems.push_back(label + ": has no image: " + fillStars(layout.images, name, ".jpg or .png") +
                         " does not exist; add it, or remove the label map");
  if (images.paths.empty() && labels.paths.empty())
    fail(fixedFolder(layout.images), ": has no pictures: no file is called ", layout.images,
         "; put .png or .jpg files there, or change --data, the split or data.images");
  return files;
}

/// The split of files that are not in folders by split.
void keepSplit(std::vector<Files> &files, const DataConfiguration &configuration, const std::string &split) {
  const bool validation = split == "val";
  if (!validation && split != "train")
    fail(configuration.origin, ": data has no split ", quoted(split),
         ": its paths have no \"{split}\", so there are train and val");
  const size_t every = size_t(configuration.holdout);
  if (files.size() < every) // too few to hold one out
    return;
  std::vector<Files> kept;
  for (size_t i = 0; i < files.size(); ++i)
    if ((i % every == every - 1) == validation)
      kept.push_back(std::move(files[i]));
  files = std::move(kept);
}

void requireInstances(const DataConfiguration &configuration, const Layout &layout) {
  const std::string wayOut = "; name their files in data.instances, or turn generator.instance_edges off and "
                             "loss.contrastive_segments to labels";
  if (layout.instances.empty())
    fail(configuration.origin, ": the model reads instance maps, but the data set ", quoted(configuration.dataset),
         " has none", wayOut);
  if (!isFolder(fixedFolder(layout.instances)))
    fail(fixedFolder(layout.instances), ": no such folder, but the model reads instance maps", wayOut);
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
    requireInstances(configuration, resolved);
  std::vector<std::string> found;
  std::vector<Files> files = matchFiles(resolved, options.instances, found);
  if (problems)
    for (const std::string &problem : found)
      problems->push_back(Error(problem).what()); // one line, whatever the names
  else if (found.size() > 1)
    fail(found[0], " (and ", found.size() - 1, " more of the kind: dpsims-run data lists them)");
  else if (!found.empty())
    fail(found[0]);
  if (layout->images.find(splitMark) == std::string::npos)
    keepSplit(files, configuration, options.split);
  return std::make_unique<FolderDataset>(configuration, options.instances, std::move(files));
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
  return layout && (layout->images.find(splitMark) != std::string::npos || split == "train" || split == "val");
}

} // namespace dpsims
