// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/dpsims-run/commands.h"

#include "runtime/base/error.h"
#include "runtime/serve/http_server.h"
#include "runtime/serve/model_description.h"
#include "runtime/serve/service.h"
#include "runtime/train/stop_signal.h"

#include <filesystem>
#include <iostream>
#include <memory>
#include <thread>

namespace dpsims {

namespace {

constexpr char loopback[] = "127.0.0.1";

struct PaintFlags {
  GeneratorFlags generator;
  std::string address = loopback;
  uint16_t port = 8080;
  uint32_t waiting = 16;
  double rate = 100;
  DeviceFlags device;
};

std::string addressText(const PaintFlags &flags, uint16_t port) {
  const bool ipv6 = flags.address.find(':') != std::string::npos;
  return "http://" + (ipv6 ? "[" + flags.address + "]" : flags.address) + ":" + std::to_string(port) + "/";
}

bool isExposed(const PaintFlags &flags) { return flags.address != loopback && flags.address != "::1"; }

// Until SIGINT or SIGTERM; what waits then is answered.
void serve(serve::Service &service, const PaintFlags &flags) {
  const StopSignal stop;
  serve::HttpServer server(flags.address, flags.port, {},
                           [&](serve::HttpRequest request, std::unique_ptr<serve::Reply> reply) {
                             service.handle(std::move(request), std::move(reply));
                           });
  std::cout << "Paint at " << addressText(flags, server.port()) << " (Ctrl-C stops)\n" << std::flush;
  if (isExposed(flags))
    std::cerr << "dpsims-run: note: --expose " << flags.address
              << ": whoever reaches this machine can use the model; there is no password and no encryption\n";
  while (!StopSignal::requested()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    server.closeSlow();
    service.setConnections(server.connections());
  }
  std::cerr << "dpsims-run: stopping\n";
  server.stopListening();
  service.stop();
  server.drain(/*seconds=*/2);
}

void paint(const PaintFlags &flags) {
  const std::shared_ptr<const CompiledModel> model = CompiledModel::load(flags.generator.model);
  const SampleProgram program(*model);
  const serve::LabelCodec codec(*model, program.height(), program.width());
  const std::unique_ptr<FileWeights> weights = flags.generator.openWeights(*model);
  const std::unique_ptr<Device> device = createDevice(model->target, flags.device.options(), model->path);
  Session session(model, program.entry(), *device, weights.get());
  serve::Service::Options options;
  options.loopback = !isExposed(flags);
  options.rate = flags.rate;
  options.limits.waiting = flags.waiting;
  options.model =
      serve::describeModel(std::filesystem::path(flags.generator.model).filename().string(), program, codec);
  serve::Service service(session, program, codec, std::move(options));
  serve(service, flags);
}

} // namespace

void addPaintCommand(CLI::App &app) {
  auto flags = std::make_shared<PaintFlags>();
  CLI::App *command = app.add_subcommand("paint", "Serves a page on which one paints label maps and sees the photos.");
  flags->generator.addTo(*command);
  command->add_option("--port", flags->port, "where the server listens; 0: a port that is free")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str()
      ->type_name("N");
  command
      ->add_option("--expose", flags->address,
                   "listen on this address in place of 127.0.0.1 (0.0.0.0: on all): whoever reaches this machine can "
                   "then use the model; there is no password and no encryption")
      ->type_name("ADDRESS");
  command->add_option("--queue", flags->waiting, "requests that wait for the model at most; more are refused")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str()
      ->type_name("N");
  command->add_option("--rate", flags->rate, "requests a second that one address may make; 0: any number")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str()
      ->type_name("X");
  flags->device.addTo(*command);
  command->footer("Example:\n"
                  "  dpsims-run paint --model sample.dpsims --weights weights.safetensors\n"
                  "docs/paint.md describes the page and the HTTP interface.");
  command->callback([flags] { paint(*flags); });
}

} // namespace dpsims
