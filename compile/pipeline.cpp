#include "compile/pipeline.h"

#include <cstdio>

#include "base/debug.h"
#include "compile/passes.h"
#include "graph/parse.h"

namespace tegula {
namespace {

constexpr Pass kPasses[] = {
    {"expand", expand},
    {"canonicalize", canonicalize},
    {"cse", eliminate_common_subexpressions},
    {"dce", eliminate_dead_code},
    {"merge_matmuls", merge_matmuls},
    {"split", split},
    {"fuse", fuse},
    {"fuse_rows", fuse_rows},
};
constexpr size_t kNumSimplifying = 4;  // of them, before weights are folded; the last, fuse_rows, is not for SIMT

}  // namespace

std::span<const Pass> passes() { return kPasses; }

Lowered lower(const Graph& graph, const Lowering& how) {
  Folded folded = fold(*expand(graph));  // what composites and calls hold is folded too
  Lowered out{std::move(folded.graph), std::move(folded.literals), nullptr, {}};
  std::string before = debugs(2) ? print_graph(*out.graph) : "";
  auto show = [&](std::string_view pass) {
    if (!debugs(2, pass)) return;
    std::string after = print_graph(*out.graph);
    if (after != before) std::fprintf(stderr, "# after %s\n%s\n", std::string(pass).c_str(), after.c_str());
    before = std::move(after);
  };
  auto run = [&](std::span<const Pass> some) {
    for (const Pass& pass : some) out.graph = pass.run(*out.graph), show(pass.name);
  };
  run(passes().first(kNumSimplifying));
  if (how.folds_weights) {
    FoldedWeights weights = fold_weights(*out.graph);
    out.graph = std::move(weights.graph), out.prelude = std::move(weights.prelude);
    out.prelude_parameters = std::move(weights.parameters);
    show("fold_weights");
  }
  std::span<const Pass> rest = passes().subspan(kNumSimplifying);
  run(how.simt ? rest.first(rest.size() - 1) : rest);
  return out;
}

}  // namespace tegula
