// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/data/survey.h"

#include "runtime/base/error.h"
#include "runtime/base/progress.h"
#include "runtime/base/text.h"
#include "runtime/data/file_finder.h"
#include "runtime/data/transform.h"

#include <algorithm>
#include <atomic>
#include <new>
#include <system_error>
#include <thread>

namespace dpsims {

namespace {

constexpr int tileSide = 160;

/// What one thread has seen.
struct Part {
  Survey survey;
  std::map<size_t, std::string> bad; // by number of the picture
  std::map<size_t, Tile> tiles;
};

Tile drawTile(const Example &example, const std::string &name, const DataConfiguration &configuration) {
  const int64_t longer = std::max(example.image.width, example.image.height);
  auto side = [&](int64_t length) { return int(std::max<int64_t>(1, length * tileSide / longer)); };
  const Example small = resize(example, {side(example.image.height), side(example.image.width)});
  RgbImage overlay = blend(small.image, colorize(small.labels, configuration.palette), 0.5);
  if (!small.instances.ids.empty())
    drawEdges(overlay, small.instances, 0xffffff);
  return {std::move(overlay), name};
}

void count(const Example &example, Survey &survey) {
  ++survey.pictures;
  ++survey.sizes[{example.image.width, example.image.height}];
  ++survey.readings[example.reading];
  survey.resized += example.resized;
  if (example.orientation != 1)
    ++survey.orientations[example.orientation];
  for (const auto &[id, pixels] : example.ignored)
    survey.ignoredIds[id] += pixels;
  survey.pixels += example.labels.ids.size();
  std::vector<uint64_t> pixels(survey.classPixels.size());
  for (int32_t id : example.labels.ids)
    if (id >= 0)
      ++pixels[size_t(id)];
    else
      ++survey.ignoredPixels;
  for (size_t id = 0; id < pixels.size(); ++id) {
    survey.classPixels[id] += pixels[id];
    survey.classPictures[id] += pixels[id] > 0;
  }
  std::vector<int32_t> instances = example.instances.ids;
  std::sort(instances.begin(), instances.end());
  survey.instances += uint64_t(std::unique(instances.begin(), instances.end()) - instances.begin());
}

void look(const Dataset &dataset, size_t index, bool draw, Part &part) {
  const DataConfiguration &configuration = dataset.configuration();
  const Example example = dataset.read(index);
  if (configuration.height > 0)
    fittedSize(sizeOf(example.image), configuration.transform, {configuration.height, configuration.width}, 1,
               dataset.path(index));
  count(example, part.survey);
  if (draw)
    part.tiles[index] = drawTile(example, dataset.name(index), configuration);
}

/// Takes pictures, one after the other, until none is left.
void lookAtAll(const Dataset &dataset, int tiles, std::atomic<size_t> &next, Progress &progress, Part &part) {
  const size_t size = dataset.size(), step = tiles > 0 ? std::max<size_t>(1, size / size_t(tiles)) : 0;
  for (size_t index = next++; index < size; index = next++) {
    try {
      look(dataset, index, step && index % step == 0 && index / step < size_t(tiles), part);
    } catch (const Error &error) {
      part.bad[index] = error.what();
    } catch (const std::bad_alloc &) {
      part.bad[index] = oneLine(dataset.path(index) + ": there is not enough memory; make the picture smaller");
    }
    progress.advance();
  }
}

void add(std::vector<uint64_t> &sum, const std::vector<uint64_t> &terms) {
  for (size_t i = 0; i < sum.size(); ++i)
    sum[i] += terms[i];
}

void merge(Survey &survey, const std::vector<Part> &parts) {
  std::map<size_t, std::string> bad;
  std::map<size_t, Tile> tiles;
  for (const Part &part : parts) {
    survey.pictures += part.survey.pictures;
    for (const auto &[size, pictures] : part.survey.sizes)
      survey.sizes[size] += pictures;
    for (const auto &[id, pixels] : part.survey.ignoredIds)
      survey.ignoredIds[id] += pixels;
    for (const auto &[orientation, photos] : part.survey.orientations)
      survey.orientations[orientation] += photos;
    for (const auto &[reading, maps] : part.survey.readings)
      survey.readings[reading] += maps;
    add(survey.classPixels, part.survey.classPixels);
    add(survey.classPictures, part.survey.classPictures);
    survey.resized += part.survey.resized;
    survey.pixels += part.survey.pixels;
    survey.ignoredPixels += part.survey.ignoredPixels;
    survey.instances += part.survey.instances;
    bad.insert(part.bad.begin(), part.bad.end());
    tiles.insert(part.tiles.begin(), part.tiles.end());
  }
  for (const auto &[index, message] : bad)
    survey.bad.push_back(message);
  for (const auto &[index, tile] : tiles)
    survey.tiles.push_back(tile);
}

/// Joins what was started, also when an error passes through.
struct Threads {
  ~Threads() {
    for (std::thread &thread : threads)
      thread.join();
  }
  std::vector<std::thread> threads;
};

std::string share(uint64_t part, uint64_t whole) {
  return numberText(whole ? 100.0 * double(part) / double(whole) : 0, "%7.3f %%");
}

std::string className(const DataConfiguration &configuration, size_t id) {
  const std::string number = std::to_string(id), name = oneLine(configuration.names[id]);
  return name == number ? number : number + " " + name;
}

} // namespace

Survey surveySplit(const DataConfiguration &configuration, const DatasetOptions &dataset,
                   const SurveyOptions &options) {
  Survey survey;
  survey.split = dataset.split;
  survey.hasInstances = dataset.instances;
  survey.classPixels.resize(size_t(configuration.rules.numClasses));
  survey.classPictures = survey.classPixels;
  const std::unique_ptr<Dataset> data = Dataset::open(configuration, dataset, &survey.bad);
  survey.unused = data->unused();
  std::vector<Part> parts(size_t(std::max(options.threads, 1)));
  for (Part &part : parts)
    part.survey.classPixels = part.survey.classPictures = survey.classPixels;
  Progress progress("read " + dataset.split, int64_t(data->size()), "pictures");
  std::atomic<size_t> next{0};
  {
    Threads others;
    try {
      for (size_t i = 1; i < parts.size(); ++i)
        others.threads.emplace_back([&, i] { lookAtAll(*data, options.tiles, next, progress, parts[i]); });
    } catch (const std::system_error &) { // fewer do as well
    }
    lookAtAll(*data, options.tiles, next, progress, parts[0]);
  }
  progress.finish();
  merge(survey, parts);
  return survey;
}

static void printSizes(const Survey &survey, std::ostream &out) {
  if (survey.sizes.empty())
    return;
  auto print = [&](const std::pair<int, int> &size) { out << size.first << " x " << size.second; };
  const auto area = [](const auto &a, const auto &b) {
    return int64_t(a.first.first) * a.first.second < int64_t(b.first.first) * b.first.second;
  };
  const auto [smallest, largest] = std::minmax_element(survey.sizes.begin(), survey.sizes.end(), area);
  out << ", ";
  print(smallest->first);
  if (survey.sizes.size() > 1) {
    out << " to ";
    print(largest->first);
  }
  out << " pixels";
}

static void printReadings(const Survey &survey, std::ostream &out) {
  out << "  label maps: ";
  const char *separator = "";
  for (const auto &[reading, maps] : survey.readings) {
    out << separator << name(reading);
    if (survey.readings.size() > 1)
      out << " (" << maps << ")";
    separator = ", ";
  }
  out << "\n";
}

// "photos turned by their EXIF orientation: 3 (1 of orientation 3, 2 of orientation 6)".
static void printOrientations(const Survey &survey, bool turned, std::ostream &out) {
  uint64_t photos = 0;
  std::string list;
  for (const auto &[orientation, count] : survey.orientations) {
    photos += count;
    list += (list.empty() ? "" : ", ") + std::to_string(count) + " of orientation " + std::to_string(orientation);
  }
  if (photos)
    out << "  photos " << (turned ? "turned by" : "left as stored in spite of") << " their EXIF orientation: " << photos
        << " (" << list << ")\n";
}

static void printMissing(const Survey &survey, const DataConfiguration &configuration, std::ostream &out) {
  constexpr size_t listed = 12;
  std::string names;
  size_t count = 0;
  for (size_t id = 0; id < survey.classPixels.size(); ++id)
    if (!survey.classPixels[id] && count++ < listed)
      names += (names.empty() ? "" : ", ") + className(configuration, id);
  if (count > 0)
    out << "  warning: " << count << (count == 1 ? " class never occurs: " : " classes never occur: ") << names
        << (count > listed ? ", ..." : "") << "\n";
}

// "255 (12.500 %)" of each id that means no label.
static void printIgnored(const Survey &survey, std::ostream &out) {
  constexpr size_t listed = 10;
  size_t count = 0;
  for (const auto &[id, pixels] : survey.ignoredIds)
    if (count++ < listed)
      out << (count == 1 ? "  ids that are ignored: " : ", ") << id
          << numberText(100 * double(pixels) / double(survey.pixels), " (%.3f %%)");
  if (count > 0)
    out << (count > listed ? ", ..." : "") << "\n";
}

// What the user may have meant otherwise.
std::vector<std::string> doubtsOf(const Survey &survey, const DataConfiguration &configuration) {
  const LabelRules &rules = configuration.rules;
  std::vector<std::string> doubts;
  auto isIgnored = [&](int32_t id) { return survey.ignoredIds.count(id) != 0; };
  const auto missing = std::find(survey.classPixels.begin(), survey.classPixels.end(), 0u);
  if (missing == survey.classPixels.end())
    return doubts;
  if (rules.remap.empty() && missing == survey.classPixels.begin() && isIgnored(rules.numClasses))
    doubts.push_back("class 0 never occurs, and id " + std::to_string(rules.numClasses) +
                     " is ignored: do ids count from 1? Then set data.remap to \"minus_one\"");
  else if (rules.numClasses == 2 && isIgnored(255) && !survey.classPixels[1])
    doubts.push_back("class 1 never occurs, and id 255 is ignored: is it the mask's class? Then set data.remap to "
                     "{\"255\": 1}");
  for (int32_t id = 0; id < rules.numClasses; ++id)
    if (isIgnored(id) && !rules.remap.count(id))
      doubts.push_back("class " + className(configuration, size_t(id)) + " is in data.ignore: it is never seen");
  return doubts;
}

Survey surveySome(const Dataset &dataset, size_t pictures) {
  Part part;
  part.survey.classPixels.resize(size_t(dataset.configuration().rules.numClasses));
  part.survey.classPictures = part.survey.classPixels;
  const size_t step = std::max<size_t>(1, dataset.size() / std::max<size_t>(1, pictures));
  for (size_t i = 0; i < pictures && i * step < dataset.size(); ++i)
    try {
      count(dataset.read(i * step), part.survey);
    } catch (const Error &) { // told when it is its turn
    }
  return std::move(part.survey);
}

void printSurvey(const Survey &survey, const DataConfiguration &configuration, std::ostream &out) {
  out << survey.split << ": " << survey.pictures << " pictures";
  printSizes(survey, out);
  if (survey.hasInstances && survey.pictures)
    out << numberText(double(survey.instances) / double(survey.pictures), ", %.1f instances a picture");
  out << "\n";
  if (survey.pictures && !configuration.layouts.empty())
    printReadings(survey, out);
  printOrientations(survey, configuration.turnPhotos, out);
  if (survey.resized)
    out << "  maps enlarged or reduced to their photo's size: those of " << survey.resized << "\n";
  size_t width = 7;
  for (size_t id = 0; id < survey.classPixels.size(); ++id)
    width = std::max(width, className(configuration, id).size());
  if (survey.pictures) {
    out << "  " << padded("class", width) << "   pixels   pictures\n";
    for (size_t id = 0; id < survey.classPixels.size(); ++id)
      if (survey.classPixels[id])
        out << "  " << padded(className(configuration, id), width) << " "
            << share(survey.classPixels[id], survey.pixels) << "  " << survey.classPictures[id] << "\n";
    out << "  " << padded("ignored", width) << " " << share(survey.ignoredPixels, survey.pixels) << "\n";
    printIgnored(survey, out);
    printMissing(survey, configuration, out);
    for (const std::string &doubt : doubtsOf(survey, configuration))
      out << "  warning: " << doubt << "\n";
  }
  if (!survey.unused.empty())
    out << "  warning: " << describeUnused(survey.unused, unusedReason(configuration.skipsUnpaired)) << "\n";
  for (const std::string &message : survey.bad)
    out << "  bad: " << message << "\n";
}

void requireOneReading(const std::vector<Survey> &surveys, const std::string &directory) {
  const Survey *first = nullptr;
  auto byColor = [](const Survey &survey) { return survey.readings.count(LabelReading::Colors) != 0; };
  for (const Survey &survey : surveys) {
    if (survey.readings.empty())
      continue;
    if (!first)
      first = &survey;
    if (byColor(survey) != byColor(*first))
      fail(ErrorCode::InvalidData, directory, ": label maps of ", first->split, " are read as ",
           name(first->readings.begin()->first), ", those of ", survey.split, " as ",
           name(survey.readings.begin()->first), ": store them alike, or set data.label_values");
  }
}

/// The colors of the classes that occur, with their names.
static RgbImage drawLegend(const std::vector<Survey> &surveys, const DataConfiguration &configuration, int width) {
  constexpr int box = Canvas::textHeight + 2, line = box + 3;
  std::vector<size_t> classes;
  int entry = 0;
  for (size_t id = 0; id < configuration.names.size(); ++id)
    if (std::any_of(surveys.begin(), surveys.end(), [&](const Survey &s) { return s.classPixels[id] > 0; })) {
      classes.push_back(id);
      entry = std::max(entry, box + 4 + Canvas::textWidth(className(configuration, id)) + 8);
    }
  const size_t columns = size_t(std::max(1, width / std::max(entry, 1)));
  Canvas canvas{width, int((classes.size() + columns - 1) / columns) * line + 4};
  for (size_t i = 0; i < classes.size(); ++i) {
    const int x = int(i % columns) * entry + 4, y = int(i / columns) * line;
    canvas.fill(x, y, box, box, configuration.palette[classes[i]]);
    canvas.write(className(configuration, classes[i]), x + box + 4, y + 1);
  }
  return canvas.picture();
}

RgbImage surveySheet(const std::vector<Survey> &surveys, const DataConfiguration &configuration) {
  std::vector<Tile> tiles;
  for (const Survey &survey : surveys)
    for (const Tile &tile : survey.tiles)
      tiles.push_back({tile.image, survey.split + " " + tile.caption});
  if (tiles.empty())
    fail(ErrorCode::InvalidData, configuration.origin, ": no picture of the data set can be drawn");
  const RgbImage sheet = tileSheet(tiles, 6);
  const RgbImage legend = drawLegend(surveys, configuration, sheet.width);
  Canvas canvas{sheet.width, sheet.height + legend.height};
  canvas.paste(sheet, 0, 0);
  canvas.paste(legend, 0, sheet.height);
  return canvas.picture();
}

} // namespace dpsims
