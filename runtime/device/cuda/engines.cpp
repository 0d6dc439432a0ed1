// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/engines.h"

#include "runtime/device/cuda/check.h"

#include <algorithm>

namespace dpsims::cuda {

namespace {

// cuDNN's proposals for the graph, best first; none if it does not know this kind of graph.
std::vector<Descriptor> proposals(const Descriptor &graph, const CudnnTarget &target, cudnnBackendHeurMode_t mode) {
  Descriptor heuristic(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
  heuristic.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph);
  heuristic.set(CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, 1, &mode);
  target.addToHeuristic(heuristic);
  if (!heuristic.tryFinalize())
    return {};
  return heuristic.getDescriptors(CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
}

template <typename Note>
std::vector<Note> notesOf(const Descriptor &engine, cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                          int64_t most) {
  std::vector<Note> notes(static_cast<size_t>(most));
  int64_t count = 0;
  check(cudnnBackendGetAttribute(engine.get(), name, type, most, &count, notes.data()), "cudnnBackendGetAttribute");
  notes.resize(static_cast<size_t>(count));
  return notes;
}

template <typename Note> bool contains(const std::vector<Note> &notes, Note note) {
  return std::find(notes.begin(), notes.end(), note) != notes.end();
}

// f32 on tensor cores is TF32; large Winograd tiles lose as much.
bool isAcceptable(const std::vector<cudnnBackendNumericalNote_t> &notes, const EnginePolicy &policy) {
  return (policy.nondeterministic || !contains(notes, CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC)) &&
         !contains(notes, CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS) &&
         !contains(notes, CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION) &&
         !contains(notes, CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13) &&
         (policy.tf32 || !contains(notes, CUDNN_NUMERICAL_NOTE_TENSOR_CORE));
}

} // namespace

std::vector<Engine> acceptableEngines(const Descriptor &graph, const CudnnTarget &target, const EnginePolicy &policy) {
  std::vector<Engine> result;
  for (cudnnBackendHeurMode_t mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK})
    for (Descriptor &config : proposals(graph, target, mode)) {
      std::vector<Descriptor> engines =
          config.getDescriptors(CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_BACKEND_ENGINE_DESCRIPTOR);
      if (engines.empty() || !isAcceptable(notesOf<cudnnBackendNumericalNote_t>(
                                               engines[0], CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE,
                                               CUDNN_NUMERICAL_NOTE_TYPE_COUNT),
                                           policy))
        continue;
      bool isCompiled =
          contains(notesOf<cudnnBackendBehaviorNote_t>(engines[0], CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE,
                                                       CUDNN_TYPE_BEHAVIOR_NOTE, CUDNN_BEHAVIOR_NOTE_TYPE_COUNT),
                   CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION);
      int64_t index = engines[0].getInt(CUDNN_ATTR_ENGINE_GLOBAL_INDEX);
      result.push_back({std::move(config), index, isCompiled});
    }
  return result;
}

} // namespace dpsims::cuda
