// Programs and their runs: which buffers they take, what they refuse, several at a time, weights that programs share.
#include <algorithm>
#include <cmath>
#include <thread>

#include "tests/run/graphs.h"

namespace tegula::test {
namespace {

constexpr std::string_view kFlip = "graph @f(%x: f32[n]) -> f32[n] { %0 = flip %x {axes = [0]} return %0 }";
// A state that steps write in place: row %i becomes %v.
constexpr std::string_view kState =
    "graph @f(%s: f32[n] state, %i: i32[1], %v: f32[1]) -> f32[n] { %0 = scatter %s, %i, %v return %0 }";

class Programs : public testing::Test {
 protected:
  DeviceRef device = open_device("cpu", 2);
};

TEST_F(Programs, AResultMayBeTheNextInput) {
  tegula::Run run(program_of(kFlip, device));
  bind(run, 0, upload(device, {1, 2, 3}), {3});
  for (int i = 0; i < 5; ++i) {
    run.run();
    const std::vector<float> expected = i % 2 ? std::vector<float>{1, 2, 3} : std::vector<float>{3, 2, 1};
    EXPECT_EQ(download(device, run.result(0), 3), expected) << i;
    bind(run, 0, run.result(0), {3});
  }
  // Two buffers take turns.
  const BufferRef one = run.result(0);
  run.run();
  const BufferRef two = run.result(0);
  EXPECT_NE(one, two);
  bind(run, 0, two, {3});
  run.run();
  EXPECT_EQ(run.result(0), one);
}

TEST_F(Programs, AGivenResultMayNotBeAnInput) {
  tegula::Run run(program_of(kFlip, device));
  const BufferRef x = upload(device, {1, 2, 3}), y = upload(device, {0, 0, 0});
  bind(run, 0, x, {3});
  run.bind_result(0, x);
  EXPECT_EQ(error_of([&] { run.run(); }),
            "test: %x and result 0 share memory, and the run writes result 0; give each a buffer of its own");
  run.bind_result(0, y);
  run.run();
  EXPECT_EQ(run.result(0), y);
  EXPECT_EQ(download(device, y, 3), (std::vector<float>{3, 2, 1}));
  run.bind_result(0, nullptr);
  bind(run, 0, y, {3});
  run.run();
  EXPECT_EQ(download(device, run.result(0), 3), (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(download(device, y, 3), (std::vector<float>{3, 2, 1}));
}

TEST_F(Programs, PartsOfOneMemoryAreSeen) {
  tegula::Run run(program_of(kFlip, device));
  const BufferRef y = upload(device, std::vector<float>(64, 1));
  const auto* bytes = static_cast<const uint8_t*>(y->host());
  bind(run, 0, device->wrap({bytes + 128, 128}, y), {32});
  run.bind_result(0, y);
  EXPECT_NE(error_of([&] { run.run(); }).find("share memory"), std::string::npos);
}

TEST_F(Programs, TwoResultsMayNotShareABuffer) {
  tegula::Run run(program_of(
      "graph @f(%x: f32[n]) -> (f32[n], f32[n]) { %0 = flip %x {axes = [0]} %1 = neg %x return %0, %1 }", device));
  bind(run, 0, upload(device, {1, 2}), {2});
  const BufferRef y = upload(device, {0, 0});
  run.bind_result(0, y), run.bind_result(1, y);
  EXPECT_NE(error_of([&] { run.run(); }).find("result 0 and result 1 share memory"), std::string::npos);
}

TEST_F(Programs, AGivenResultIsLargeEnoughAndWritable) {
  tegula::Run run(program_of(kFlip, device));
  bind(run, 0, upload(device, {1, 2, 3}), {3});
  run.bind_result(0, upload(device, {0, 0}));
  EXPECT_EQ(error_of([&] { run.run(); }), "test: result 0, f32[n], has 12 bytes, the buffer given for it only 8");
  const std::vector<uint8_t> memory(12);
  run.bind_result(0, device->wrap(memory, nullptr));
  EXPECT_EQ(error_of([&] { run.run(); }),
            "test: result 0, f32[n], has 12 bytes, the buffer given for it may only be read");
}

TEST_F(Programs, AStateIsChangedWhereItIs) {
  tegula::Run run(program_of(kState, device));
  const BufferRef state = upload(device, {1, 2, 3}), index = device->allocate(4);
  const int32_t place = 1;
  device->write(*index, 0, {reinterpret_cast<const uint8_t*>(&place), 4});
  bind(run, 0, state, {3});
  run.bind(1, index, DType::kI32, std::vector<int64_t>{1});
  bind(run, 2, upload(device, {9}), {1});
  run.run();
  EXPECT_EQ(run.result(0), state);
  EXPECT_EQ(download(device, state, 3), (std::vector<float>{1, 9, 3}));
  EXPECT_NE(error_of([&] { run.bind_result(0, state); }).find("result 0 is the state %s"), std::string::npos);
  bind(run, 2, state, {1});
  EXPECT_EQ(error_of([&] { run.run(); }),
            "test: %s and %v share memory, and the run writes %s; give each a buffer of its own");
  bind(run, 2, upload(device, {9}), {1});
  const std::vector<uint8_t> memory(12);
  bind(run, 0, device->wrap(memory, nullptr), {3});
  EXPECT_NE(error_of([&] { run.run(); }).find("%s: the run changes this state"), std::string::npos);
}

TEST_F(Programs, BindRefusesWhatDoesNotFit) {
  tegula::Run run(program_of("graph @f(%x: f32[n, 4]) -> f32[n, 4] { %0 = neg %x return %0 }", device));
  const BufferRef eight = upload(device, std::vector<float>(8));
  const auto error = [&](DType dtype, std::vector<int64_t> shape) {
    return error_of([&] { run.bind(0, eight, dtype, shape); });
  };
  EXPECT_EQ(error(DType::kI32, {2, 4}), "%x: i32[2, 4] was given, it is f32[n, 4]");
  EXPECT_EQ(error(DType::kF32, {8}), "%x: f32[8] was given, it is f32[n, 4]");
  EXPECT_EQ(error(DType::kF32, {3, 4}), "%x: f32[3, 4] was given, it is f32[n, 4] and has 48 bytes, its buffer 32");
  EXPECT_EQ(error(DType::kF32, {-1, 4}), "%x: f32[-1, 4] was given, it is f32[n, 4]; no array is like that");
  EXPECT_EQ(error(DType::kF32, {int64_t{1} << 61, 4}),
            "%x: f32[2305843009213693952, 4] was given, it is f32[n, 4]; no array is like that");
  EXPECT_EQ(error_of([&] { run.run(); }), "test: no input says what n is");
  EXPECT_EQ(error(DType::kF32, {2, 4}), "(no error)");
  run.run();
}

// With an arena of few bytes and of many; with a single block, which the caller runs, and with work for the team.
TEST_F(Programs, ManyRunsAreUnderWayAtOnce) {
  const ProgramRef program = program_of(R"(graph @f(%x: f32[n]) -> (f32[n], f32[n]) {
    %0 = sort %x %1 = neg %0 %2 = sort %1 return %2, %2 })",
                                        device);
  for (const int64_t n : {20, 300, 20'000}) {
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (size_t t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        tegula::Run run(program);
        for (size_t i = 0, end = n > 1000 ? 10 : 1000; i < end; ++i) {
          std::vector<float> values(static_cast<size_t>(n));
          for (size_t k = 0; k < values.size(); ++k) values[k] = float((k * 7919 + t * 1000 + i) % 1000);
          bind(run, 0, upload(device, values), {n});
          run.run();
          for (float& v : values) v = -v;
          std::ranges::sort(values);
          wrong += download(device, run.result(1), values.size()) != values;
        }
      });
    for (std::thread& t : threads) t.join();
    EXPECT_EQ(wrong, 0) << n;
  }
}

// Two graphs over one packed matrix and one folded value, as prefill and decode are.
constexpr std::string_view kPrefill =
    R"(graph @prefill(%x: f32[t, 8], %w: f32[16, 8] weight, %a: f32[16] weight) -> f32[t, 16] {
      %0 = matmul %x, %w {transpose_b = true} %1 = exp %a %2 = mul %0, %1 return %2 })";
constexpr std::string_view kDecode =
    R"(graph @decode(%x: f32[1, 8], %w: f32[16, 8] weight, %a: f32[16] weight) -> f32[1, 16] {
      %0 = matmul %x, %w {transpose_b = true} %1 = exp %a %2 = mul %0, %1 %3 = neg %2 return %3 })";

TEST_F(Programs, ShareTheirWeights) {
  auto store = std::make_shared<WeightStore>(device);
  auto prefill = std::make_shared<Program>(compile_graph(*graph_of(kPrefill), *device, "prefill"), store);
  EXPECT_EQ(prefill->missing_weights(), (std::vector<int>{1, 2}));
  std::vector<float> w(128), a(16), x(8);
  for (size_t i = 0; i < w.size(); ++i) w[i] = float(i % 13) / 8 - 0.5f;
  for (size_t i = 0; i < a.size(); ++i) a[i] = float(i) / 16;
  for (size_t i = 0; i < x.size(); ++i) x[i] = float(i) - 3;
  const auto bytes = [](const std::vector<float>& v) {
    return std::span(reinterpret_cast<const uint8_t*>(v.data()), v.size() * 4);
  };
  prefill->set_weight(1, bytes(w), nullptr);
  EXPECT_EQ(prefill->missing_weights(), std::vector<int>{2});
  prefill->set_weight(2, bytes(a), nullptr);
  prefill->fold_weights();
  EXPECT_TRUE(prefill->missing_weights().empty());
  const size_t held = store->num_buffers();
  auto decode = std::make_shared<Program>(compile_graph(*graph_of(kDecode), *device, "decode"), store);
  EXPECT_TRUE(decode->missing_weights().empty());
  EXPECT_EQ(store->num_buffers(), held);
  tegula::Run one(prefill), other(decode);
  bind(one, 0, upload(device, x), {1, 8}), bind(other, 0, upload(device, x), {1, 8});
  one.run(), other.run();
  const auto y = download(device, one.result(0), 16), z = download(device, other.result(0), 16);
  for (size_t i = 0; i < 16; ++i) {
    float sum = 0;
    for (size_t k = 0; k < 8; ++k) sum += x[k] * w[i * 8 + k];
    EXPECT_NEAR(y[i], sum * std::exp(a[i]), 1e-4);
    EXPECT_EQ(z[i], -y[i]);
  }
}

}  // namespace
}  // namespace tegula::test
