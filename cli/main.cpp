// `tegula`: finds the subcommand, reads its options, runs it, and reports what went wrong in one line.
// Exit: 0, 1 where something failed, 2 for wrong use. Invariant: nothing is opened, started or loaded before the whole
// command line was understood, so --help costs nothing.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <new>
#include <stdexcept>

#include "cli/command.h"
#include "cli/output.h"

namespace tegula {
namespace {

const Command* const kCommands[] = {
    &generate_command,   &chat_command,        &logits_command, &encode_command,   &tokenize_command,
    &detokenize_command, &render_chat_command, &bench_command,  &run_command,      &compile_command,
    &inspect_command,    &list_command,        &pull_command,   &estimate_command, &convert_command,
    &devices_command,    &warm_cache_command,
};

// How many characters have to be inserted, deleted or replaced to get from one word to the other (Levenshtein).
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row[b.size()];
}

// " (did you mean --seed?)" for a word that is nearly one of `known`.
std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  const std::string* best = nullptr;
  size_t least = word.size() / 3 + 2;
  for (const std::string& k : known)
    if (size_t d = distance(word, k); d < least) least = d, best = &k;
  return best ? " (did you mean " + *best + "?)" : "";
}

// What was not understood, in our words: the first word that no option or command took.
std::string unknown_word(CLI::App& app) {
  CLI::App* command = &app;
  for (CLI::App* chosen : app.get_subcommands()) command = chosen;
  const std::vector<std::string> words = command->remaining(true);
  if (words.empty()) return "wrong use";
  const std::string word = words[0].substr(0, words[0].find('='));
  std::vector<std::string> known;
  if (word.starts_with("-")) {
    for (const CLI::Option* o : command->get_options())
      for (const std::string& name : o->get_lnames()) known.push_back("--" + name);
    return "unknown option " + word + suggestion(word, known);
  }
  if (command != &app) return "unexpected argument \"" + word + "\"";
  for (const CLI::App* c : app.get_subcommands([](CLI::App*) { return true; })) known.push_back(c->get_name());
  return "there is no command \"" + word + "\"" + suggestion(word, known);
}

int wrong_use(CLI::App& app, const std::string& what) {
  std::string command = "tegula";
  for (const CLI::App* chosen : app.get_subcommands()) command += " " + chosen->get_name();
  say(what + "; see " + command + " --help");
  return 2;
}

int run_tegula(int argc, char** argv) {
  CLI::App app("Language models and other graphs of tensors, compiled for the chip at hand.", "tegula");
  app.set_version_flag("--version", "tegula 0.1.0", "print the version");
  app.set_help_flag("-h,--help", "print this");
  app.require_subcommand(0, 1);
  app.footer("tegula COMMAND --help says more. TEGULA_DEBUG=1 prints timings; 2, 3, 4: graphs, C++, assembly.");

  CommonOptions common;
  std::function<void()> chosen;
  for (const Command* c : kCommands) {
    CLI::App& sub = *app.add_subcommand(c->name, c->doc);
    Arguments arguments(sub);
    sub.callback([&chosen, work = c->declare(arguments, common)] { chosen = work; });
    declare_common(arguments, common);
  }
  try {
    app.parse(argc, argv);
    if (!chosen) {
      std::fputs(app.help().c_str(), stderr);
      return 2;
    }
    chosen();
    flush_output();
    return 0;
  } catch (const CLI::Success& asked) {  // --help, --version
    print(dynamic_cast<const CLI::CallForVersion*>(&asked) ? std::string(asked.what()) + "\n" : app.help());
    flush_output();
    return 0;
  } catch (const CLI::ExtrasError&) {
    return wrong_use(app, unknown_word(app));
  } catch (const CLI::ParseError& e) {
    return wrong_use(app, e.what());
  } catch (const UsageError& e) {
    return wrong_use(app, e.what());
  }
}

// Runs it; what it printed before it failed is still written.
int guarded(int argc, char** argv) {
  std::string failure;
  try {
    return run_tegula(argc, argv);
  } catch (const Error& e) {
    failure = e.what();
  } catch (const std::bad_alloc&) {
    failure = "out of memory";
  } catch (const std::exception& e) {
    failure = e.what();
  }
  try {
    flush_output();
  } catch (const Error&) {  // the failure before it is the one to report
  }
  say(failure);
  return 1;
}

}  // namespace
}  // namespace tegula

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_DFL);
  return tegula::guarded(argc, argv);
}
