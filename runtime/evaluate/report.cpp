// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/evaluate/evaluation_report.h"

#include "runtime/base/text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dpsims {

namespace {

std::string number(double value) { return numberText(value, "%.6g"); }

std::string percent(const std::optional<double> &value) { return value ? numberText(100 * *value, "%.2f") : "-"; }

std::string line(const std::string &label, const std::string &value) { return padded(label, 16) + value + "\n"; }

std::string describeClasses(const EvaluationReport &report) {
  size_t width = 6;
  for (const std::string &name : report.names)
    width = std::max(width, name.size() + 2);
  std::string text = "\n" + padded("class", width) + padded("IoU", 8) + padded("found", 8) + "pixels\n";
  for (size_t c = 0; c < report.confusion->classes(); ++c)
    text += padded(report.names[c], width) + padded(percent(report.confusion->intersectionOverUnion(c)), 8) +
            padded(percent(report.confusion->accuracy(c)), 8) + std::to_string(report.confusion->labeled(c)) + "\n";
  return text;
}

nlohmann::ordered_json orNull(const std::optional<double> &value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
}

void addConfusion(const EvaluationReport &report, nlohmann::ordered_json &json) {
  const ConfusionMatrix &matrix = *report.confusion;
  json["miou"] = matrix.meanIntersectionOverUnion();
  json["pixel_accuracy"] = matrix.pixelAccuracy();
  for (size_t c = 0; c < matrix.classes(); ++c) {
    json["classes"].push_back({{"name", report.names[c]},
                               {"iou", orNull(matrix.intersectionOverUnion(c))},
                               {"accuracy", orNull(matrix.accuracy(c))},
                               {"pixels", matrix.labeled(c)}});
    nlohmann::ordered_json row;
    for (size_t found = 0; found < matrix.classes(); ++found)
      row.push_back(matrix.at(c, found));
    json["confusion"].push_back(row);
  }
}

} // namespace

std::string describeTable(const EvaluationReport &report) {
  std::string text = line("pictures", std::to_string(report.pictures));
  if (report.frechet)
    text += line("FID", number(*report.frechet));
  if (report.kernel)
    text += line("KID", number(report.kernel->mean) + " +- " + numberText(report.kernel->deviation, "%.2g") +
                            " (subsets of " + std::to_string(report.kernel->size) + ")");
  if (report.lpips)
    text += line("LPIPS", number(*report.lpips));
  if (report.diversity)
    text += line("diversity", number(*report.diversity) + " (LPIPS between samples of a label map)");
  if (report.confusion)
    text += line("mIoU", percent(report.confusion->meanIntersectionOverUnion()) + " %") +
            line("pixel accuracy", percent(report.confusion->pixelAccuracy()) + " %") + describeClasses(report);
  return text;
}

std::string describeJson(const EvaluationReport &report) {
  nlohmann::ordered_json json;
  json["pictures"] = report.pictures;
  if (report.frechet)
    json["fid"] = *report.frechet;
  if (report.kernel)
    json["kid"] = {
        {"mean", report.kernel->mean}, {"deviation", report.kernel->deviation}, {"size", report.kernel->size}};
  if (report.lpips)
    json["lpips"] = *report.lpips;
  if (report.diversity)
    json["diversity"] = *report.diversity;
  if (report.confusion)
    addConfusion(report, json);
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

} // namespace dpsims
