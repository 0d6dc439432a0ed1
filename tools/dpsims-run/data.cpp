// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/dpsims-run/commands.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/base/machine.h"
#include "runtime/data/survey.h"
#include "runtime/format/model.h"
#include "runtime/image/png.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <memory>
#include <set>
#include <sstream>

namespace dpsims {

namespace {

struct DataFlags {
  std::string config, data, split, output;
  int threads = 0, tiles = 24;
};

/// Of a JSON file, or of a compiled model, which has its configuration inside.
DataConfiguration openConfiguration(const std::string &path) {
  char start[8] = {};
  const bool isModel =
      InputFile(path).readSome(0, start, sizeof start) == sizeof start && std::memcmp(start + 4, "DPSM", 4) == 0;
  return DataConfiguration::parse(isModel ? CompiledModel::load(path)->config : readText(path), path);
}

std::vector<std::string> chooseSplits(const DataConfiguration &configuration, const DataFlags &flags) {
  if (!flags.split.empty())
    return {flags.split};
  std::vector<std::string> splits, missing;
  for (const std::string &split : configuration.splitNames())
    (hasSplit(configuration, flags.data, split) ? splits : missing).push_back(split);
  if (splits.empty())
    return {"train"}; // which then says what is missing
  for (const std::string &split : missing)
    std::cout << split << ": not there\n";
  return splits;
}

// The sheet must not take the place of a picture of the set.
void checkOutput(const DataConfiguration &configuration, const DataFlags &flags,
                 const std::vector<std::string> &splits) {
  if (flags.output.empty() || !std::filesystem::exists(flags.output))
    return;
  FileSet set;
  std::vector<std::string> ignored; // the survey tells them
  for (const std::string &split : splits) {
    const auto data = Dataset::open(configuration, {flags.data, split, configuration.wantsInstances}, &ignored);
    for (size_t i = 0; i < data->size(); ++i)
      for (const std::string &path : data->files(i))
        set.add(path);
  }
  if (set.contains(flags.output))
    fail(flags.output, ": is a file of the data set, and cannot be the sheet too: name another for --output");
}

size_t countOf(const std::string &text, const std::string &part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size()))
    ++count;
  return count;
}

// What a newcomer wants to know in the end.
void printVerdict(const std::vector<Survey> &surveys, size_t warnings) {
  const auto pictures = [&](const char *split) {
    uint64_t count = 0;
    for (const Survey &survey : surveys)
      count += survey.split == split ? survey.pictures : 0;
    return count;
  };
  if (!pictures("train")) {
    std::cout << "nothing to train with: there is no split \"train\"\n";
    return;
  }
  std::cout << "ready to train: " << pictures("train") << " pictures, and " << pictures("val") << " for validation";
  if (pictures("val") < 2)
    std::cout << " (two or more would be scored)";
  if (warnings)
    std::cout << "; look at the " << (warnings == 1 ? "warning" : std::to_string(warnings) + " warnings")
              << " above first";
  std::cout << "\n";
}

void checkData(const DataFlags &flags) {
  const DataConfiguration configuration = openConfiguration(flags.config);
  const std::vector<std::string> splits = chooseSplits(configuration, flags);
  checkOutput(configuration, flags, splits);
  SurveyOptions options;
  options.threads = flags.threads ? flags.threads : availableProcessors();
  options.tiles = flags.output.empty() ? 0 : std::max(1, flags.tiles / int(splits.size()));
  std::vector<Survey> surveys;
  size_t warnings = 0;
  std::set<std::string> told; // files that belong to no split are found with each
  for (const std::string &split : splits) {
    surveys.push_back(surveySplit(configuration, {flags.data, split, configuration.wantsInstances}, options));
    std::vector<std::string> &bad = surveys.back().bad;
    bad.erase(
        std::remove_if(bad.begin(), bad.end(), [&](const std::string &line) { return !told.insert(line).second; }),
        bad.end());
    std::ostringstream report;
    printSurvey(surveys.back(), configuration, report);
    std::cout << report.str();
    warnings += countOf(report.str(), "  warning: ");
  }
  std::cout.flush();
  requireOneReading(surveys, flags.data);
  if (!flags.output.empty()) {
    const RgbImage sheet = surveySheet(surveys, configuration);
    writeRgbPng(flags.output, sheet.width, sheet.height, sheet.pixels.data());
  }
  if (const size_t bad = told.size())
    fail(flags.data, ": ", bad, bad == 1 ? " bad file" : " bad files", ", each in a line that begins with \"bad:\"");
  if (flags.split.empty())
    printVerdict(surveys, warnings);
}

} // namespace

void addDataCommand(CLI::App &app) {
  auto flags = std::make_shared<DataFlags>();
  CLI::App *command =
      app.add_subcommand("data", "Reads a whole data set: counts, classes, bad files, a sheet to look at.");
  command->add_option("--config", flags->config, "configuration (JSON), or compiled model")
      ->required()
      ->type_name("FILE");
  command->add_option("--data", flags->data, "the data set's folder; the built-in shapes need none")->type_name("DIR");
  command->add_option("--split", flags->split, "train, val or another; without: every one that there is")
      ->type_name("NAME");
  command->add_option("--output", flags->output, "draw a sheet of labels upon photos, PNG")->type_name("FILE");
  command->add_option("--tiles", flags->tiles, "pictures on the sheet")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str()
      ->type_name("N");
  command->add_option("--threads", flags->threads, "that read pictures; 0: one for each processor")
      ->check(CLI::Range(0, 1024))
      ->type_name("N");
  command->footer("Examples:\n"
                  "  dpsims-run data --config models/configs/camvid-128.json --data camvid --output sheet.png\n"
                  "  dpsims-run data --config models/configs/shapes-64.json --output shapes.png\n"
                  "The exit status is 1 if there are bad files.");
  command->callback([flags] { checkData(*flags); });
}

} // namespace dpsims
