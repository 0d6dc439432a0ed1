// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How far a long piece of work is, on stderr.

#ifndef DPSIMS_RUNTIME_BASE_PROGRESS_H
#define DPSIMS_RUNTIME_BASE_PROGRESS_H

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace dpsims {

/// A line such as "sample 120/500 images, 6.1 images/s, 1:02 left". On a terminal the line is rewritten in place (at
/// most ten times a second, from the first second on); elsewhere a new line comes every ten seconds. Work that is done
/// before the first line is due prints nothing at all. Methods may be called from several threads.
class Progress {
public:
  /// Where lines go and what the time is; the defaults are stderr and the steady clock. Tests replace them.
  struct Console {
    std::function<void(std::string_view)> write;
    std::function<double()> seconds;
    bool terminal;
  };
  static Console standardError();
  static Console silent(); ///< of a process whose work another one tells of

  /// `total` is the number of steps, 0 if it is not known; `unit` is what a step is, in the plural.
  Progress(std::string label, int64_t total, std::string unit = "steps", Console console = standardError());
  /// Ends the line; says nothing more (also when an error passes through).
  ~Progress();
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;

  /// `count` more steps are done; `note` (losses, say) is at the end of the line.
  void advance(int64_t count = 1, std::string_view note = {});

  /// The work is done: the last line with the total and the time taken, if any line was shown.
  void finish();

private:
  std::string line(double now) const;
  void show(const std::string &text, bool last);

  std::mutex mutex;
  std::string label, unit, note;
  int64_t total, done = 0;
  Console console;
  double start, nextShow;
  bool shown = false, ended = false;
};

/// "0:07", "12:34", "3:04:05".
std::string durationText(double seconds);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_BASE_PROGRESS_H
