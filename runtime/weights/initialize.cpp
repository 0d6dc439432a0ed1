// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/weights/initialize.h"

#include "runtime/base/error.h"
#include "runtime/base/float16.h"
#include "runtime/random/philox.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

namespace dpsims {

static constexpr int powerIterations = 16;

static bool isSingular(const WeightSpec &spec) { return spec.init == "singular_left" || spec.init == "singular_right"; }

static bool isCopy(const WeightSpec &spec) { return spec.init == "copy"; }

static double constantOf(const WeightSpec &spec) {
  return spec.init == "zeros" ? 0 : spec.init == "ones" ? 1 : spec.initValue;
}

static bool isConstant(const WeightSpec &spec) {
  return spec.init == "zeros" || spec.init == "ones" || spec.init == "constant";
}

Initializer::Initializer(const std::vector<WeightSpec> &specs, uint64_t seed) : seed(seed) {
  for (const WeightSpec &spec : specs)
    if (!byName.emplace(spec.name, &spec).second)
      fail(ErrorCode::InvalidData, "weight ", quoted(spec.name), " is declared twice");
  for (const WeightSpec &spec : specs)
    check(spec);
}

const WeightSpec *Initializer::find(const std::string &name) const {
  auto found = byName.find(name);
  return found == byName.end() ? nullptr : found->second;
}

void Initializer::check(const WeightSpec &spec) const {
  const int64_t count = elementCount(spec.shape);
  if (isConstant(spec) || spec.init == "normal")
    return;
  if (spec.init == "xavier_normal") {
    if (spec.shape.size() < 2)
      fail(ErrorCode::InvalidData, "weight ", quoted(spec.name),
           ": xavier_normal needs a shape (out, in, ...), it has ", shapeText(spec.shape));
    return;
  }
  if (!isSingular(spec) && !isCopy(spec))
    fail(ErrorCode::InvalidData, "weight ", quoted(spec.name), ": unknown init ", quoted(spec.init));
  const WeightSpec *of = find(spec.initOf);
  bool wrong = !of || (isCopy(*of) && isCopy(spec)) || (isSingular(*of) && isSingular(spec));
  if (!wrong && isSingular(spec) && isCopy(*of)) { // no circles: a copy of a matrix, then
    const WeightSpec *original = find(of->initOf);
    wrong = !original || isCopy(*original) || isSingular(*original);
  }
  if (wrong)
    fail(ErrorCode::InvalidData, "weight ", quoted(spec.name), ": ", spec.init, " of ", quoted(spec.initOf),
         ", which is not a weight of the program");
  const Shape &matrix = of->shape;
  if (isCopy(spec)) {
    if (matrix != spec.shape)
      fail(ErrorCode::InvalidData, "weight ", quoted(spec.name), " ", shapeText(spec.shape), " cannot be a copy of ",
           quoted(spec.initOf), " ", shapeText(matrix));
    return;
  }
  const int64_t rows = matrix.empty() ? 0 : matrix[0];
  const int64_t total = elementCount(matrix);
  const int64_t expected = spec.init == "singular_left" ? rows : rows ? total / rows : 0;
  if (total == 0 || matrix.size() < 2 || count != expected)
    fail(ErrorCode::InvalidData, "weight ", quoted(spec.name), " ", shapeText(spec.shape), " cannot be the ", spec.init,
         " of ", quoted(spec.initOf), " ", shapeText(matrix));
}

void Initializer::fill(const WeightSpec &spec, float *dst) {
  check(spec);
  const int64_t count = elementCount(spec.shape);
  if (isConstant(spec)) {
    std::fill(dst, dst + count, float(constantOf(spec)));
  } else if (isCopy(spec)) {
    fill(*byName.at(spec.initOf), dst);
  } else if (isSingular(spec)) {
    const Singular &vectors = singularVectors(*byName.at(spec.initOf));
    const std::vector<float> &vector = spec.init == "singular_left" ? vectors.left : vectors.right;
    std::copy(vector.begin(), vector.end(), dst);
  } else {
    fillRandom(spec, dst);
  }
}

void Initializer::fillRandom(const WeightSpec &spec, float *dst) const {
  const int64_t count = elementCount(spec.shape);
  double deviation = spec.initValue;
  if (spec.init == "xavier_normal") {
    double fans = double(spec.shape[0]) + double(spec.shape[1]);
    for (size_t i = 2; i < spec.shape.size(); ++i)
      fans *= double(spec.shape[i]);
    deviation *= std::sqrt(2 / fans);
  }
  fillNormal({seed, hashName(spec.name), StreamInitialize}, 0, uint64_t(count), dst);
  for (int64_t i = 0; i < count; ++i)
    dst[i] *= float(deviation);
}

//===-------------------------------------------------------------------------------------------------------------===//
// Singular vectors. Sums are in f64 and in a fixed order.
//===-------------------------------------------------------------------------------------------------------------===//

static void normalize(std::vector<double> &vector) {
  double sum = 0;
  for (double x : vector)
    sum += x * x;
  const double norm = std::max(std::sqrt(sum), 1e-12);
  for (double &x : vector)
    x /= norm;
}

// right = normalized(matrix^T left)
static void multiplyTransposed(const std::vector<float> &matrix, const std::vector<double> &left,
                               std::vector<double> &right) {
  std::fill(right.begin(), right.end(), 0.0);
  for (size_t i = 0; i < left.size(); ++i) {
    const float *row = matrix.data() + i * right.size();
    const double factor = left[i];
    for (size_t j = 0; j < right.size(); ++j)
      right[j] += double(row[j]) * factor;
  }
  normalize(right);
}

// left = normalized(matrix right); eight partial sums a row, so that the compiler may use vectors.
static void multiply(const std::vector<float> &matrix, const std::vector<double> &right, std::vector<double> &left) {
  constexpr size_t lanes = 8;
  const size_t columns = right.size(), whole = columns / lanes * lanes;
  for (size_t i = 0; i < left.size(); ++i) {
    const float *row = matrix.data() + i * columns;
    double sums[lanes] = {};
    for (size_t j = 0; j < whole; j += lanes)
      for (size_t k = 0; k < lanes; ++k)
        sums[k] += double(row[j + k]) * right[j + k];
    for (size_t j = whole; j < columns; ++j)
      sums[j - whole] += double(row[j]) * right[j];
    double sum = 0;
    for (double x : sums)
      sum += x;
    left[i] = sum;
  }
  normalize(left);
}

const Initializer::Singular &Initializer::singularVectors(const WeightSpec &spec) {
  if (last.of == spec.name)
    return last;
  std::vector<float> matrix(size_t(elementCount(spec.shape)));
  fill(spec, matrix.data());
  const size_t rows = size_t(spec.shape[0]);
  std::vector<float> start(rows);
  fillNormal({seed, hashName(spec.name), StreamSingular}, 0, rows, start.data());
  std::vector<double> left(start.begin(), start.end()), right(matrix.size() / rows);
  normalize(left);
  for (int i = 0; i < powerIterations; ++i) {
    multiplyTransposed(matrix, left, right);
    multiply(matrix, right, left);
  }
  last = {spec.name, {left.begin(), left.end()}, {right.begin(), right.end()}};
  return last;
}

//===-------------------------------------------------------------------------------------------------------------===//
// Writing
//===-------------------------------------------------------------------------------------------------------------===//

// A constant of an integer type, all bytes at once.
static void fillInteger(const WeightSpec &spec, void *dst, size_t bytes) {
  const double value = constantOf(spec);
  if (spec.type == ElementType::U8) {
    std::memset(dst, int(value), bytes);
    return;
  }
  const int32_t number = int32_t(value);
  for (size_t i = 0; i < bytes; i += sizeof number)
    std::memcpy(static_cast<char *>(dst) + i, &number, sizeof number);
}

static void checkInteger(const WeightSpec &spec) {
  const double value = constantOf(spec);
  const double low = spec.type == ElementType::U8 ? 0 : -2147483648.0,
               high = spec.type == ElementType::U8 ? 255 : 2147483647.0;
  if (spec.type != ElementType::I32 && spec.type != ElementType::U8)
    fail(ErrorCode::InvalidData, "weight ", quoted(spec.name), ": type ", elementTypeName(spec.type),
         " cannot be initialized");
  if (!isConstant(spec) || !(value >= low && value <= high))
    fail(ErrorCode::InvalidData, "weight ", quoted(spec.name), ": ", spec.init, " ", value,
         " is not a first value for ", elementTypeName(spec.type));
}

void addInitialized(SafetensorsWriter &writer, const std::vector<WeightSpec> &specs, Initializer &initializer) {
  // The writer asks for one tensor after the other, in chunks: the tensor at hand is kept, shared by all sources.
  auto values = std::make_shared<std::vector<float>>();
  for (const WeightSpec &spec : specs) {
    if (!isFloating(spec.type)) {
      checkInteger(spec);
      writer.add(spec.name, spec.type, spec.shape,
                 [spec](uint64_t, void *dst, size_t size) { fillInteger(spec, dst, size); });
      continue;
    }
    writer.add(spec.name, ElementType::F32, spec.shape,
               [spec, values, &initializer](uint64_t offset, void *dst, size_t size) {
                 if (offset == 0) {
                   values->resize(size_t(elementCount(spec.shape)));
                   initializer.fill(spec, values->data());
                 }
                 std::memcpy(dst, reinterpret_cast<const char *>(values->data()) + offset, size);
               });
  }
}

} // namespace dpsims
