// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/sample/sample_files.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/base/log.h"
#include "runtime/data/file_finder.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>

namespace dpsims {

namespace {

namespace fs = std::filesystem;

const char unusedReason[] = "label maps are .png, and are in one level of folders";
constexpr std::string_view labelsEnding = "_labelIds", instancesEnding = "_instanceIds";

bool endsWith(std::string_view text, std::string_view ending) {
  return text.size() >= ending.size() && text.compare(text.size() - ending.size(), ending.size(), ending) == 0;
}

/// "aachen/a" of "aachen/a.png".
std::string withoutExtension(const std::string &path) { return fs::path(path).replace_extension().string(); }

std::string stem(const std::string &path) { return fs::path(path).stem().string(); }

bool isPng(const std::string &path) {
  std::string ending = fs::path(path).extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return ending == ".png";
}

//===-------------------------------------------------------------------------------------------------------------===//
// Label maps
//===-------------------------------------------------------------------------------------------------------------===//

/// What is in the directory of label maps, relative to it.
struct Listing {
  std::vector<std::string> maps, others;
};

/// Lists one of its folders, "" or "aachen/"; the output's is passed over, which may have pictures of an earlier run.
void listFolder(const SampleOptions &options, const std::string &below, Listing &listing,
                std::vector<std::string> &folders) {
  const std::string folder = joinPath(options.labels, below);
  std::error_code error, ignored;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string file = entry->path().filename().string(), name = below + file;
    const fs::file_status status = entry->status(ignored);
    if (file[0] == '.' || (fs::is_directory(status) && fs::equivalent(entry->path(), options.output, ignored)))
      continue;
    if (fs::is_directory(status) && !entry->is_symlink(ignored)) // a link may lead in a circle
      folders.push_back(name + "/");
    else if (isPng(name) && status.type() == fs::file_type::not_found)
      fail(ErrorCode::NotFound, joinPath(options.labels, name),
           ": is a link to nothing; fetch what it names, or remove it");
    else
      (isPng(name) && fs::is_regular_file(status) ? listing.maps : listing.others).push_back(name);
  }
  if (error)
    fail(systemCode(error.value()), folder, ": cannot read the directory: ", error.message());
}

/// Takes out what Cityscapes keeps beside its label maps.
void keepLabelMaps(Listing &listing) {
  const std::set<std::string> all(listing.maps.begin(), listing.maps.end());
  auto isOfAnother = [&](const std::string &name) {
    for (const std::string ending : {"_instanceIds", "_labelTrainIds", "_color"})
      if (const std::string base = withoutExtension(name); endsWith(base, ending))
        return all.count(base.substr(0, base.size() - ending.size()).append(labelsEnding) +
                         fs::path(name).extension().string()) != 0;
    return false;
  };
  const auto others = std::stable_partition(listing.maps.begin(), listing.maps.end(),
                                            [&](const std::string &name) { return !isOfAnother(name); });
  listing.others.insert(listing.others.end(), others, listing.maps.end());
  listing.maps.erase(others, listing.maps.end());
}

Listing listLabelMaps(const SampleOptions &options) {
  Listing listing;
  std::vector<std::string> folders = {""};
  while (!folders.empty() && listing.maps.empty()) {
    std::vector<std::string> next;
    for (const std::string &folder : folders)
      listFolder(options, folder, listing, next);
    folders = std::move(next);
  }
  listing.others.insert(listing.others.end(), folders.begin(), folders.end());
  keepLabelMaps(listing);
  std::sort(listing.maps.begin(), listing.maps.end());
  std::sort(listing.others.begin(), listing.others.end());
  return listing;
}

void requireFile(const std::string &path) { InputFile file(path); }

/// `others`: what in the directory is not a label map.
std::vector<SampleFile> listInputs(const SampleOptions &options, bool isDirectory, std::vector<std::string> &others) {
  if (!isDirectory) {
    requireFile(options.labels);
    return {{options.labels, "", stem(options.labels), {}}};
  }
  const Listing listing = listLabelMaps(options);
  if (listing.maps.empty())
    fail(ErrorCode::NotFound, options.labels, ": has no label maps (*.png)", listing.others.empty() ? "" : "; ",
         describeUnused(listing.others, unusedReason));
  others = listing.others;
  std::vector<SampleFile> files;
  for (const std::string &name : listing.maps)
    files.push_back({joinPath(options.labels, name), "", withoutExtension(name), {}});
  return files;
}

//===-------------------------------------------------------------------------------------------------------------===//
// Instance maps
//===-------------------------------------------------------------------------------------------------------------===//

/// The instance map of the label map `name`.ENDING.
std::string findInstances(const std::string &directory, const SampleFile &file) {
  std::string name = file.name;
  if (endsWith(name, labelsEnding))
    name.replace(name.size() - labelsEnding.size(), labelsEnding.size(), instancesEnding);
  const std::string ending = fs::path(file.labels).extension().string();
  const std::string path = joinPath(directory, name + ending);
  std::error_code ignored;
  for (const std::string &candidate : {path, joinPath(directory, name + (ending == ".png" ? ".PNG" : ".png"))})
    if (fs::is_regular_file(candidate, ignored))
      return candidate;
  fail(ErrorCode::NotFound, path, ": no such instance map for ", file.labels);
}

void findAllInstances(const SampleOptions &options, bool needsInstances, std::vector<SampleFile> &files) {
  if (!needsInstances) {
    if (!options.instances.empty())
      fail("the model takes no instance maps (generator.instance_edges is off): leave --instances out");
    return;
  }
  if (options.instances.empty())
    fail("the model takes instance maps (generator.instance_edges is on): give --instances");
  bool isDirectory = fs::is_directory(options.instances);
  if (!isDirectory && files.size() > 1)
    fail(options.instances, ": --labels is a directory, so --instances must be one");
  for (SampleFile &file : files) {
    file.instances = isDirectory ? findInstances(options.instances, file) : options.instances;
    requireFile(file.instances);
  }
}

/// `others`: what is beside the label maps.
void tellUnused(const SampleOptions &options, const std::vector<SampleFile> &files,
                const std::vector<std::string> &others) {
  std::set<fs::path> used;
  for (const SampleFile &file : files)
    used.insert(fs::path(file.instances).lexically_normal());
  std::vector<std::string> unused;
  for (const std::string &name : others)
    if (!used.count(fs::path(joinPath(options.labels, name)).lexically_normal()))
      unused.push_back(name);
  if (!unused.empty())
    note(options.labels, ": ", describeUnused(unused, unusedReason));
}

//===-------------------------------------------------------------------------------------------------------------===//
// Pictures
//===-------------------------------------------------------------------------------------------------------------===//

std::string numbered(const std::string &base, uint32_t sample, uint32_t samples) {
  return samples == 1 ? base + ".png" : base + "_" + std::to_string(sample) + ".png";
}

// The output's path without ".png", for one file that goes to --output FILE or into --output DIR.
std::string outputBase(const SampleOptions &options, const SampleFile &file, bool intoDirectory) {
  if (intoDirectory)
    return joinPath(options.output, file.name);
  std::string extension = fs::path(options.output).extension().string();
  if (extension != ".png" && extension != ".PNG")
    fail(options.output, ": pictures are written as PNG: end the name in .png, or in / for a directory");
  return options.output.substr(0, options.output.size() - extension.size());
}

void checkOutputs(const std::vector<SampleFile> &files) {
  std::map<std::string, const SampleFile *> owners;
  FileSet maps;
  for (const SampleFile &file : files) {
    maps.add(file.labels);
    maps.add(file.instances);
  }
  for (const SampleFile &file : files)
    for (const std::string &output : file.outputs) {
      auto [owner, fresh] = owners.emplace(output, &file);
      if (!fresh)
        fail(output, ": would be the picture of both ", owner->second->labels, " and ", file.labels);
      if (maps.contains(output))
        fail(output, ": is one of the maps that are read, and cannot be a picture too: choose another --output");
    }
}

} // namespace

std::vector<SampleFile> listSamples(const SampleOptions &options, bool needsInstances) {
  std::error_code ignored;
  bool labelsAreDirectory = fs::is_directory(options.labels, ignored);
  if (options.samples < 1)
    fail("--samples 0: expected 1 or more");
  std::vector<std::string> others;
  std::vector<SampleFile> files = listInputs(options, labelsAreDirectory, others);
  findAllInstances(options, needsInstances, files);
  tellUnused(options, files, others);
  bool intoDirectory = labelsAreDirectory || endsWith(options.output, "/") || fs::is_directory(options.output, ignored);
  for (SampleFile &file : files) {
    std::string base = outputBase(options, file, intoDirectory);
    for (uint32_t sample = 0; sample < options.samples; ++sample)
      file.outputs.push_back(numbered(base, sample, options.samples));
  }
  checkOutputs(files);
  if (intoDirectory)
    for (const SampleFile &file : files)
      makeDirectory(fs::path(joinPath(options.output, file.name)).parent_path().string());
  return files;
}

} // namespace dpsims
