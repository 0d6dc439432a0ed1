// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/embed/model.h"

#include "runtime/data/configuration.h"
#include "runtime/embed/status.h"

#include <iterator>

using namespace dpsims;
using namespace dpsims::embed;

static_assert(DPSIMS_F32 == static_cast<int>(ElementType::F32) && DPSIMS_I32 == static_cast<int>(ElementType::I32) &&
              DPSIMS_U8 == static_cast<int>(ElementType::U8) && DPSIMS_F16 == static_cast<int>(ElementType::F16) &&
              DPSIMS_BF16 == static_cast<int>(ElementType::BF16));

/// `Tensor`: an Argument or a WeightSpec.
template <typename Tensor> static dpsims_tensor viewOf(const Tensor &tensor) {
  return {tensor.name.c_str(), static_cast<dpsims_type>(tensor.type), tensor.shape.size(), tensor.shape.data(),
          static_cast<size_t>(tensor.bytes())};
}

static std::vector<dpsims_tensor> viewsOf(const std::vector<Argument> &arguments) {
  std::vector<dpsims_tensor> views;
  for (const Argument &argument : arguments)
    views.push_back(viewOf(argument));
  return views;
}

static std::vector<dpsims_tensor> variablesOf(const CompiledModel &model, const Entry &entry) {
  std::vector<dpsims_tensor> views;
  for (uint32_t index : entry.variables)
    views.push_back(viewOf(model.weights[index]));
  return views;
}

ProgramView::TensorList::TensorList(std::vector<dpsims_tensor> described) : tensors(std::move(described)) {
  for (const dpsims_tensor &tensor : tensors)
    addresses.push_back(&tensor);
}

ProgramView::ProgramView(const CompiledModel &model, const Entry &entry)
    : inputs(viewsOf(entry.inputs)), outputs(viewsOf(entry.outputs)), variables(variablesOf(model, entry)),
      program{entry.name.c_str(),       inputs.addresses.size(),    inputs.addresses.data(),   outputs.addresses.size(),
              outputs.addresses.data(), variables.addresses.size(), variables.addresses.data()} {}

dpsims_model::dpsims_model(std::shared_ptr<const CompiledModel> model) : compiled(std::move(model)) {
  for (const Entry &entry : compiled->entries)
    programs.emplace_back(*compiled, entry);
  addClasses();
}

void dpsims_model::addClasses() {
  std::vector<uint32_t> palette;
  try {
    DataConfiguration configuration = DataConfiguration::parse(compiled->config, compiled->path);
    classNames = std::move(configuration.names);
    palette = std::move(configuration.palette);
  } catch (const Error &) {
    return; // it is a model of something else; a session that samples says what is wrong
  }
  for (size_t i = 0; i < classNames.size(); ++i)
    classes.push_back({classNames[i].c_str(), static_cast<uint8_t>(palette[i] >> 16),
                       static_cast<uint8_t>(palette[i] >> 8), static_cast<uint8_t>(palette[i])});
}

dpsims_status dpsims_model_load(const char *path, dpsims_model **model) {
  return guarded([&] {
    requirePointer(path, "path");
    requirePointer(model, "model");
    *model = new dpsims_model(CompiledModel::load(path));
  });
}

dpsims_status dpsims_model_parse(const void *data, size_t bytes, const char *name, dpsims_model **model) {
  return guarded([&] {
    requirePointer(data, "data");
    requirePointer(name, "name");
    requirePointer(model, "model");
    *model = new dpsims_model(CompiledModel::parse(data, bytes, name));
  });
}

void dpsims_model_free(dpsims_model *model) { delete model; }

const char *dpsims_model_target(const dpsims_model *model) { return model ? model->compiled->target.c_str() : nullptr; }

const char *dpsims_model_configuration(const dpsims_model *model) {
  return model ? model->compiled->config.c_str() : nullptr;
}

size_t dpsims_model_program_count(const dpsims_model *model) { return model ? model->programs.size() : 0; }

dpsims_status dpsims_model_program(const dpsims_model *model, size_t number, const dpsims_program **program) {
  return guarded([&] {
    requirePointer(model, "model");
    requirePointer(program, "program");
    if (number >= model->programs.size())
      fail(ErrorCode::NotFound, model->compiled->path, ": has ", model->programs.size(), " programs, no number ",
           number);
    *program = std::next(model->programs.begin(), static_cast<std::ptrdiff_t>(number))->get();
  });
}

dpsims_status dpsims_model_find_program(const dpsims_model *model, const char *name, const dpsims_program **program) {
  return guarded([&] {
    requirePointer(model, "model");
    requirePointer(name, "name");
    requirePointer(program, "program");
    const Entry &entry = model->compiled->entry(name);
    for (const ProgramView &view : model->programs)
      if (view.get()->name == entry.name)
        *program = view.get();
  });
}

size_t dpsims_model_class_count(const dpsims_model *model) { return model ? model->classes.size() : 0; }

dpsims_status dpsims_model_class(const dpsims_model *model, size_t id, const dpsims_class **description) {
  return guarded([&] {
    requirePointer(model, "model");
    requirePointer(description, "description");
    if (id >= model->classes.size())
      fail(ErrorCode::NotFound, model->compiled->path, ": has ", model->classes.size(), " classes, no ", id);
    *description = &model->classes[id];
  });
}
