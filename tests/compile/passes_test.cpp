// File tests of the passes: tests/compile/cases/PASS.*.txt hold a graph, a line "---", and the graph after the pass.
// TEGULA_UPDATE=1 writes what the passes give now into the files, to be read before it is committed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "compile/launch.h"
#include "compile/pipeline.h"
#include "graph/parse.h"
#include "op/ops.h"

namespace tegula {
namespace {

namespace fs = std::filesystem;

TEST(Passes, GiveWhatTheirFilesSay) {
  std::vector<const Op*> ops(all_ops().begin(), all_ops().end());
  ops.push_back(&kLaunch);  // what fuse leaves, which no person writes
  int cases = 0;
  std::set<std::string> covered;
  for (const auto& entry : fs::directory_iterator(TEGULA_SOURCE_DIR "/tests/compile/cases")) {
    std::string path = entry.path(), file = entry.path().filename(), text = read_file(path);
    std::string name = file.substr(0, file.find('.'));
    size_t line = text.find("\n---\n");
    std::string input = text.substr(0, line), expected = line == std::string::npos ? "" : text.substr(line + 5);
    std::string got;
    for (const Pass& pass : passes()) {
      if (pass.name != name) continue;
      auto graph = parse_graph(input, ops, file);
      got = print_graph(*pass.run(*graph));
      covered.insert(name);
      ++cases;
    }
    if (std::getenv("TEGULA_UPDATE")) std::ofstream(path) << input << "\n---\n" << got;
    else EXPECT_EQ(got, expected) << file;
  }
  EXPECT_GT(cases, 0);
  for (const Pass& pass : passes())
    EXPECT_TRUE(covered.contains(std::string(pass.name))) << "no case for " << pass.name;
}

// Chains as long as a user likes become many kernels of bounded size, without recursion.
TEST(Passes, LongChainsOfViewsAndOfArithmetic) {
  const std::pair<const Op*, size_t> chains[] = {{find_op(all_ops(), "flip"), 60000},
                                                 {find_op(all_ops(), "neg"), 5000}};
  for (const auto& [op, length] : chains) {
    const Attrs attrs = op->name == "flip" ? Attrs{{"axes", std::vector<int64_t>{0}}} : Attrs{};
    Graph graph;
    Value x = graph.parameter("x", {DType::kF32, {4}});
    for (size_t i = 0; i < length; ++i) x = (*op)(x, attrs);
    graph.set_results({x});
    Lowered lowered = lower(graph, {});
    size_t nodes = 0;
    for (const Node& launch : lowered.graph->nodes()) {
      size_t own = launch.attrs.graph("body").nodes().size();
      EXPECT_LE(own, 200u);
      nodes += own;
    }
    EXPECT_EQ(nodes, length) << op->name;
  }
}

}  // namespace
}  // namespace tegula
