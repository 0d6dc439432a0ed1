// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What --resume does where something has changed: the table of docs/training.md, row by row.

#include "train_support.h"

#include <functional>
#include <map>
#include <sstream>

using namespace dpsims;
using namespace dpsims::test;

namespace {

const char configuration[] =
    R"({"num_classes": 5, "image_size": [4, 6], "loss": {"weight": 1.0}, "data": {"holdout": 4}})";

struct Row {
  std::string change, rule;

  // What the rule quotes of the program.
  std::vector<std::string> words() const {
    std::vector<std::string> result;
    std::istringstream pieces(rule);
    std::string piece;
    for (bool quoted = false; std::getline(pieces, piece, '`'); quoted = !quoted)
      if (quoted)
        result.push_back(piece);
    return result;
  }
};

std::vector<Row> tableOfDocs() {
  std::istringstream text(readText(std::string(DPSIMS_DOCS) + "/training.md"));
  std::vector<Row> rows;
  std::string line;
  while (std::getline(text, line) && line != "| since then | `--resume` |")
    ;
  std::getline(text, line); // the rule below the titles
  while (std::getline(text, line) && line.rfind("| ", 0) == 0) {
    const size_t middle = line.find(" | ");
    rows.push_back({line.substr(2, middle - 2), line.substr(middle + 3)});
  }
  return rows;
}

struct TrainRules : TrainRun {
  void writeModel(const std::string &text, const std::string &hash = "texts") {
    const std::vector<uint8_t> model = makeModel(text, hash);
    writeFile(directory / "m.dpsims", model.data(), model.size());
  }

  // A run of two iterations in a folder of its own, and the options with which it goes on.
  TrainOptions begin(const std::string &run) {
    fs::remove_all(directory / "set");
    for (int i = 0; i < 16; ++i)
      addPicture("p" + std::to_string(i));
    writeModel(configuration);
    train(filesOptions(run, 2));
    TrainOptions more = filesOptions(run, 4);
    more.resume = true;
    reports.clear();
    return more;
  }

  // The same pictures in folders by split, by number.
  void moveBySplit() {
    for (int i = 0; i < 16; ++i)
      for (const char *kind : {"images", "labels"}) {
        const std::string file = "p" + std::to_string(i) + ".png", folder = directory / ("set/" + std::string(kind));
        fs::create_directories(folder + (i < 12 ? "/train" : "/val"));
        fs::rename(folder + "/" + file, folder + (i < 12 ? "/train/" : "/val/") + file);
      }
  }

  void changeFile() {
    std::vector<uint8_t> noisy(4 * 6 * 3);
    for (size_t i = 0; i < noisy.size(); ++i)
      noisy[i] = uint8_t(i * 71);
    writeRgbPng(directory / "set/images/p3.png", 6, 4, noisy.data());
  }

  std::string otherConfiguration() {
    std::string text = configuration;
    return text.replace(text.find("1.0"), 3, "2.5");
  }

  std::map<std::string, std::function<void(TrainOptions &)>> changes() {
    return {
        {"pictures are new",
         [this](TrainOptions &more) {
           addPicture("a");
           more.validateEvery = 0;
         }},
        {"pictures are gone",
         [this](TrainOptions &more) {
           fs::remove(directory / "set/images/p3.png");
           fs::remove(directory / "set/labels/p3.png");
           more.validateEvery = 0;
         }},
        {"pictures have other files", [this](TrainOptions &) { changeFile(); }},
        {"pictures went from one split to the other", [this](TrainOptions &) { moveBySplit(); }},
        {"pictures changed, and their list is lost",
         [this](TrainOptions &more) {
           fs::remove(more.output + "/pictures.txt");
           addPicture("a");
         }},
        {"another number of validation pictures", [](TrainOptions &more) { more.validationImages = 2; }},
        {"other texts of the model", [this](TrainOptions &) { writeModel(configuration, "other texts"); }},
        {"another configuration", [this](TrainOptions &) { writeModel(otherConfiguration()); }},
        {"another seed", [](TrainOptions &more) { ++more.seed; }},
        {"fewer steps than were done",
         [this](TrainOptions &more) {
           train(more);
           more.steps = 2;
         }},
    };
  }
};

} // namespace

TEST_F(TrainRules, AreWhatTheDocumentationSays) {
  const std::vector<Row> rows = tableOfDocs();
  auto known = changes();
  ASSERT_EQ(rows.size(), known.size());
  for (const Row &row : rows) {
    SCOPED_TRACE(row.change);
    ASSERT_EQ(known.count(row.change), 1u);
    TrainOptions more = begin("run " + row.change);
    known[row.change](more);
    std::string error;
    try {
      train(more);
    } catch (const Error &refusal) {
      error = refusal.what();
    }
    EXPECT_EQ(!error.empty(), row.rule.rfind("is refused", 0) == 0) << error;
    const std::vector<std::string> words = row.words();
    EXPECT_FALSE(words.empty());
    for (const std::string &word : words)
      EXPECT_TRUE(error.find(word) != std::string::npos || reported(word)) << word << " is not in: " << error;
  }
}
