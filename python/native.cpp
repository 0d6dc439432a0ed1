// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dpsims._native: the interface in C (include/dpsims/dpsims.h) for Python, on any objects with buffers. It knows
// nothing of NumPy, so one build goes with all versions of it; dpsims/model.py makes and checks the arrays. The GIL is
// free while the library works.

#include <dpsims/dpsims.h>

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace py = pybind11;

namespace {

/// A status that is not success, on its way to an exception of Python's.
struct Failure {
  std::string status, message;
};

void require(dpsims_status status) {
  if (status != DPSIMS_OK)
    throw Failure{dpsims_status_name(status), dpsims_last_error()};
}

/// Calls the library without the GIL.
template <typename Call> void callFree(const Call &call) {
  py::gil_scoped_release free;
  require(call());
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): the type is pybind11's
void translate(std::exception_ptr thrown) {
  try {
    if (thrown)
      std::rethrow_exception(thrown);
  } catch (const Failure &failure) {
    const py::object error = py::module_::import("dpsims.errors").attr("error_of")(failure.status, failure.message);
    PyErr_SetObject(reinterpret_cast<PyObject *>(Py_TYPE(error.ptr())), error.ptr());
  }
}

/// The contiguous memory of an object, held as long as this lives.
class Memory {
public:
  Memory(py::handle object, bool writable) {
    if (PyObject_GetBuffer(object.ptr(), &view, writable ? PyBUF_CONTIG : PyBUF_CONTIG_RO) != 0)
      throw py::error_already_set();
  }
  ~Memory() { PyBuffer_Release(&view); }
  Memory(const Memory &) = delete;
  Memory &operator=(const Memory &) = delete;

  void *data() const { return view.buf; }
  size_t bytes() const { return static_cast<size_t>(view.len); }

private:
  Py_buffer view;
};

/// The memory of several objects.
struct MemoryList {
  MemoryList(const py::sequence &objects, bool writable) {
    for (const py::handle object : objects) {
      held.push_back(std::make_unique<Memory>(object, writable));
      data.push_back(held.back()->data());
      bytes.push_back(held.back()->bytes());
    }
  }

  std::vector<std::unique_ptr<Memory>> held;
  std::vector<void *> data;
  std::vector<size_t> bytes;
};

const char *typeName(dpsims_type type) {
  switch (type) {
  case DPSIMS_F32:
    return "F32";
  case DPSIMS_I32:
    return "I32";
  case DPSIMS_U8:
    return "U8";
  case DPSIMS_F16:
    return "F16";
  case DPSIMS_BF16:
    return "BF16";
  }
  return "unknown";
}

/// [(name, type, shape), ...]
py::list tensorsOf(const dpsims_tensor *const *tensors, size_t count) {
  py::list result;
  for (size_t i = 0; i < count; ++i) {
    const dpsims_tensor &tensor = *tensors[i];
    result.append(py::make_tuple(tensor.name, typeName(tensor.type),
                                 py::tuple(py::cast(std::vector<int64_t>(tensor.shape, tensor.shape + tensor.rank)))));
  }
  return result;
}

class Model {
public:
  explicit Model(const std::string &path) {
    dpsims_model *opened = nullptr;
    callFree([&] { return dpsims_model_load(path.c_str(), &opened); });
    handle.reset(opened, dpsims_model_free);
  }

  dpsims_model *get() const { return handle.get(); }
  std::string target() const { return dpsims_model_target(get()); }
  py::bytes configuration() const { return dpsims_model_configuration(get()); }

  /// [(name, inputs, outputs, variables), ...]
  py::list programs() const {
    py::list result;
    for (size_t i = 0; i < dpsims_model_program_count(get()); ++i) {
      const dpsims_program *program = nullptr;
      require(dpsims_model_program(get(), i, &program));
      result.append(py::make_tuple(program->name, tensorsOf(program->inputs, program->input_count),
                                   tensorsOf(program->outputs, program->output_count),
                                   tensorsOf(program->variables, program->variable_count)));
    }
    return result;
  }

  /// [(name, (red, green, blue)), ...]
  py::list classes() const {
    py::list result;
    for (size_t id = 0; id < dpsims_model_class_count(get()); ++id) {
      const dpsims_class *one = nullptr;
      require(dpsims_model_class(get(), id, &one));
      result.append(py::make_tuple(one->name, py::make_tuple(one->red, one->green, one->blue)));
    }
    return result;
  }

private:
  std::shared_ptr<dpsims_model> handle;
};

const char *textOrNull(const std::optional<std::string> &text) { return text ? text->c_str() : nullptr; }

class Session {
public:
  Session(const Model &model, const std::string &program, const std::optional<std::string> &weights,
          const std::optional<std::string> &device, const std::optional<std::string> &prefix,
          const std::optional<std::string> &planCache, uint32_t threads, int convolution) {
    dpsims_options options = DPSIMS_OPTIONS_INIT;
    options.device = textOrNull(device);
    options.prefix = textOrNull(prefix);
    options.plan_cache = textOrNull(planCache);
    options.threads = threads;
    options.convolution = static_cast<dpsims_convolution>(convolution);
    dpsims_session *opened = nullptr;
    callFree([&] { return dpsims_session_open(model.get(), program.c_str(), textOrNull(weights), &options, &opened); });
    handle.reset(opened);
  }

  std::string device() const { return dpsims_session_device(handle.get()); }

  void run(const py::sequence &inputs, const py::sequence &outputs) {
    const MemoryList from(inputs, false), to(outputs, true);
    callFree([&] {
      return dpsims_session_run(handle.get(), from.data.data(), from.bytes.data(), from.data.size(), to.data.data(),
                                to.bytes.data(), to.data.size());
    });
  }

  std::pair<int32_t, int32_t> pictureSize() const {
    int32_t height = 0, width = 0;
    require(dpsims_session_picture_size(handle.get(), &height, &width));
    return {height, width};
  }

  /// `labels` and `instances` hold a map of int32 for each seed.
  void sample(const py::object &labels, const py::object &instances, int32_t height, int32_t width,
              const std::vector<uint64_t> &seeds, const std::string &name, uint32_t number,
              const py::object &pictures) {
    const Memory maps(labels, false), out(pictures, true);
    std::optional<Memory> instanceMaps;
    if (!instances.is_none())
      instanceMaps.emplace(instances, false);
    const size_t pixels = static_cast<size_t>(height) * static_cast<size_t>(width);
    if (maps.bytes() != seeds.size() * pixels * sizeof(int32_t) ||
        (instanceMaps && instanceMaps->bytes() != maps.bytes()))
      throw Failure{"invalid_argument", "the maps have another size than they are said to have"};
    std::vector<dpsims_sample> samples(seeds.size(), DPSIMS_SAMPLE_INIT);
    for (size_t i = 0; i < samples.size(); ++i) {
      samples[i].height = height;
      samples[i].width = width;
      samples[i].labels = static_cast<const int32_t *>(maps.data()) + i * pixels;
      samples[i].instances = instanceMaps ? static_cast<const int32_t *>(instanceMaps->data()) + i * pixels : nullptr;
      samples[i].seed = seeds[i];
      samples[i].name = name.c_str();
      samples[i].number = number;
    }
    callFree([&] {
      return dpsims_session_sample(handle.get(), samples.data(), samples.size(), static_cast<uint8_t *>(out.data()),
                                   out.bytes());
    });
  }

  void readLabels(const std::string &path, const py::object &labels) const {
    const Memory out(labels, true);
    callFree([&] {
      return dpsims_session_read_labels(handle.get(), path.c_str(), static_cast<int32_t *>(out.data()), out.bytes());
    });
  }

  void readWeight(const std::string &name, const py::object &values) {
    const Memory out(values, true);
    callFree([&] {
      return dpsims_session_read_weight(handle.get(), name.c_str(), static_cast<float *>(out.data()), out.bytes());
    });
  }

  void writeWeight(const std::string &name, const py::object &values) {
    const Memory from(values, false);
    callFree([&] {
      return dpsims_session_write_weight(handle.get(), name.c_str(), static_cast<const float *>(from.data()),
                                         from.bytes());
    });
  }

private:
  struct Free {
    void operator()(dpsims_session *session) const { dpsims_session_free(session); }
  };
  std::unique_ptr<dpsims_session, Free> handle;
};

void writePng(const std::string &path, int32_t height, int32_t width, const py::object &pixels) {
  const Memory memory(pixels, false);
  callFree([&] {
    return dpsims_write_png(path.c_str(), height, width, static_cast<const uint8_t *>(memory.data()), memory.bytes());
  });
}

// Never destroyed: lines may come until the very end.
py::function &logFunction() {
  static py::function *const function = new py::function();
  return *function;
}

void logLine(dpsims_log_level level, const char *line, void *) {
  if (!Py_IsInitialized())
    return;
  py::gil_scoped_acquire held;
  try {
    logFunction()(level == DPSIMS_WARNING ? "warning" : "note", line);
  } catch (py::error_already_set &error) {
    error.discard_as_unraisable("dpsims: a line of the log");
  }
}

void setLog(const py::function &function) {
  logFunction() = function;
  py::gil_scoped_release free; // a thread that logs waits for it, and has what this one needs
  dpsims_set_log(logLine, nullptr);
}

} // namespace

PYBIND11_MODULE(_native, module) {
  py::register_exception_translator(translate);
  module.attr("__version__") = dpsims_version();
  module.def("write_png", writePng);
  module.def("set_log", setLog);
  py::class_<Model>(module, "Model")
      .def(py::init<const std::string &>())
      .def_property_readonly("target", &Model::target)
      .def_property_readonly("configuration", &Model::configuration)
      .def_property_readonly("programs", &Model::programs)
      .def_property_readonly("classes", &Model::classes);
  py::class_<Session>(module, "Session")
      .def(py::init<const Model &, const std::string &, const std::optional<std::string> &,
                    const std::optional<std::string> &, const std::optional<std::string> &,
                    const std::optional<std::string> &, uint32_t, int>())
      .def_property_readonly("device", &Session::device)
      .def_property_readonly("picture_size", &Session::pictureSize)
      .def("run", &Session::run)
      .def("sample", &Session::sample)
      .def("read_labels", &Session::readLabels)
      .def("read_weight", &Session::readWeight)
      .def("write_weight", &Session::writeWeight);
}
