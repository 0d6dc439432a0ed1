// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What happens to each kind of id: the table of docs/data.md, row by row, and what is doubtful about ids.

#include "data_support.h"

#include "runtime/data/survey.h"
#include "runtime/train/training_data.h"

#include <gtest/gtest.h>

#include <sstream>

using namespace dpsims;
using namespace dpsims::test;

namespace {

struct Row {
  std::string data, id, becomes, says;
};

std::string withoutQuotes(const std::string &cell) {
  const size_t begin = cell.find_first_not_of(" `"), end = cell.find_last_not_of(" `");
  return begin == std::string::npos ? "" : cell.substr(begin, end - begin + 1);
}

// The rows of the section "What happens to an id".
std::vector<Row> tableOfDocs() {
  std::istringstream text(readText(std::string(DPSIMS_DOCS) + "/data.md"));
  std::vector<Row> rows;
  std::string line;
  while (std::getline(text, line) && line != "## What happens to an id")
    ;
  while (std::getline(text, line) && line.rfind("## ", 0) != 0) {
    if (line.rfind("| `{", 0) != 0)
      continue;
    std::vector<std::string> cells;
    std::istringstream fields(line.substr(1));
    for (std::string cell; std::getline(fields, cell, '|');)
      cells.push_back(withoutQuotes(cell));
    EXPECT_EQ(cells.size(), 4u) << line;
    rows.push_back({cells[0], cells[1], cells[2], cells[3]});
  }
  return rows;
}

DataConfiguration fourClasses(const std::string &data) {
  return DataConfiguration::parse(R"({"num_classes": 4, "image_size": [8, 8], "data": )" + data + "}", "c.json");
}

} // namespace

TEST(Ids, AreWhatTheDocumentationSays) {
  const std::vector<Row> rows = tableOfDocs();
  EXPECT_GE(rows.size(), 20u);
  for (const Row &row : rows) {
    SCOPED_TRACE(row.data + " " + row.id);
    const int id = std::stoi(row.id.substr(row.id.find_first_of("0123456789"))); // "3", "the gray 9"
    DataFolder folder;
    folder.image("images/a.png");
    writeLabelMap(folder.make("labels/a.png"), {8, 8, std::vector<int32_t>(64, id)});
    const DataConfiguration configuration = fourClasses(row.data);
    const Survey survey = surveySplit(configuration, {folder.folder.path}, {});
    std::ostringstream report;
    printSurvey(survey, configuration, report);
    EXPECT_NE(report.str().find(row.says), std::string::npos) << report.str();
    std::string became = "an error";
    if (survey.bad.empty())
      became = survey.ignoredPixels ? "no label" : "";
    for (size_t c = 0; c < survey.classPixels.size(); ++c)
      if (survey.classPixels[c])
        became = "class " + std::to_string(c);
    EXPECT_EQ(became, row.becomes);
  }
}

// `train` says it too, of the maps that it looks at.
TEST(Ids, ThatVanishAreToldBeforeTraining) {
  DataFolder folder;
  for (int i = 0; i < 30; ++i) {
    folder.image("train/images/" + std::to_string(i) + ".png");
    folder.map("train/labels/" + std::to_string(i) + ".png", 8, 8, 2, 255);
  }
  const auto told = [&](const std::string &data) {
    CompiledModel model;
    model.path = "m";
    model.config = R"({"num_classes": 2, "image_size": [8, 8], "data": )" + data + "}";
    testing::internal::CaptureStderr();
    const TrainingData opened(model, folder.folder.path, {1, 8, 8}, false, 0, 1);
    return testing::internal::GetCapturedStderr();
  };
  EXPECT_TRUE(hasParts(told("{}"), {"warning: of 16 label maps of the training split, class 1 never occurs, and id 255",
                                    "set data.remap to {\"255\": 1}; dpsims-run data looks at all maps"}));
  EXPECT_EQ(told(R"({"remap": {"255": 1}})"), "");
}
