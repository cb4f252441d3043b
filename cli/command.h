// A subcommand of `tegula`: each is one object in one file, cli/NAME.cpp; main.cpp lists them.
// One idea: options are only declared while the command line is read, and the work begins after all of it was
// understood. Invariant: results go to stdout through cli/output.h, everything else to stderr.
#pragma once

#include <functional>
#include <memory>

#include "cli/arguments.h"
#include "cli/options.h"

namespace tegula {

struct Command {
  const char* name;
  const char* doc;
  // Declares the options; what it returns does the work. `common` is filled in by then.
  std::function<void()> (*declare)(Arguments& arguments, const CommonOptions& common);
};

extern const Command bench_command, chat_command, compile_command, convert_command, detokenize_command, devices_command,
    encode_command, estimate_command, generate_command, inspect_command, list_command, logits_command, pull_command,
    render_chat_command, run_command, tokenize_command, warm_cache_command;

}  // namespace tegula
