// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/weights/hints.h"

#include <algorithm>

namespace dpsims {

namespace {

/// A part of a name that only these have.
struct Naming {
  const char *part, *whose;
};

constexpr Naming namings[] = {
    {"embeddings.patch_embeddings.", "Hugging Face's (transformers)"},
    {"embedder.embedder.", "Hugging Face's (transformers)"},
    {"encoder.stages.", "Hugging Face's (transformers)"},
    {"encoder.blocks.", "Hugging Face's (transformers)"},
    {"downsample_layers.", "Meta's (ConvNeXt)"},
    {"features.0.", "torchvision's"},
    {"_conv_stem.", "those of EfficientNet-PyTorch"},
};

bool contains(const std::string &text, const char *part) { return text.find(part) != std::string::npos; }

std::string whoseNames(const SafetensorsFile &file, const std::vector<WeightSpec> &needed) {
  auto has = [](const auto &list, const char *part) {
    return std::any_of(list.begin(), list.end(), [&](const auto &one) { return contains(one.name, part); });
  };
  for (const Naming &naming : namings)
    if (has(file.entries(), naming.part) && !has(needed, naming.part))
      return naming.whose;
  return "";
}

// "model-00001-of-00002.safetensors"
bool isPart(const std::string &path) {
  const std::string mark = "-of-";
  const size_t at = path.find(mark, path.rfind('/') + 1);
  auto isDigit = [&](size_t place) { return place < path.size() && path[place] >= '0' && path[place] <= '9'; };
  return at != std::string::npos && at > 0 && isDigit(at - 1) && isDigit(at + mark.size());
}

// What the shapes of vision transformers' weights tell.
std::string explainShape(const SafetensorsEntry &entry, const WeightSpec &needed) {
  const bool patches = contains(entry.name, "patch_embed.proj.weight");
  if (patches && entry.shape.size() == 4 && needed.shape.size() == 4 && entry.shape[2] != needed.shape[2])
    return "its patches are " + std::to_string(entry.shape[2]) + " pixels wide, the model's " +
           std::to_string(needed.shape[2]) + ": it is of another variant";
  if (contains(entry.name, "relative_position_bias_table") && entry.shape != needed.shape)
    return "its windows have another size than the model's: it is of another variant, or the images are so small that "
           "the model's windows are smaller; larger ones, as the file was trained on, have whole windows";
  if (contains(entry.name, "pos_embed") && entry.shape != needed.shape)
    return "its position embeddings are of another grid of patches: it is of another variant";
  return "";
}

} // namespace

std::string explainMisshaped(const SafetensorsEntry &entry, const WeightSpec &needed) {
  const std::string why = explainShape(entry, needed);
  return why.empty() ? "is it a file of another network or configuration?" : why;
}

std::string explainMissing(const SafetensorsFile &file, const std::vector<WeightSpec> &needed,
                           const std::string &prefix) {
  if (isPart(file.path()))
    return "it is one part of several: join them with tools/scripts/pth-to-safetensors.py and their index, "
           "model.safetensors.index.json";
  if (const std::string whose = whoseNames(file, needed); !whose.empty())
    return "its names are " + whose +
           ", the model has timm's: save timm.create_model(NAME, pretrained=True)"
           ".state_dict() of the same network, and convert it with tools/scripts/pth-to-safetensors.py";
  if (std::any_of(file.entries().begin(), file.entries().end(),
                  [](const SafetensorsEntry &entry) { return contains(entry.name, ".attn.logit_scale"); }))
    return "it is of a Swin V2, which is another network than the Swin of the model";
  if (prefix == "ema.generator.")
    return "an average alone has no statistics: dpsims-run export makes weights of a run that have them";
  return "is it a file of another network or configuration?";
}

} // namespace dpsims
