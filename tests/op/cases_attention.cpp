// Cases of the op matrix: attention, and recurrent states of ragged sequences.
#include "base/error.h"
#include "cases.h"

namespace tegula::reference {

void add_attention_cases(std::vector<Case>& out) {
  // Two sequences in blocks of 2: three tokens of which two are new, and five of which one is.
  Case paged{.op = "paged_attention",
             .parameters =
                 "%q: T[3, 4, 8], %k: T[6, 2, 2, 8], %v: T[6, 2, 2, 8], %table: i32[2, 3], %starts: i32[3], "
                 "%lengths: i32[2]",
             .body = "paged_attention %q, %k, %v, %table, %starts, %lengths {scale = 0.5}",
             .given = {{"table", {4, 1, 0, 2, 5, 3}}, {"starts", {0, 2, 3}}, {"lengths", {3, 5}}}};
  out.push_back(paged);
  paged.parameters.replace(0, 6, "%q: T[5");  // two tokens of padding, behind the sequences
  out.push_back(paged);
  paged.parameters.replace(0, 6, "%q: T[3");
  Case alibi = paged;
  alibi.dtypes = set_of(DType::kF32);  // what they vary does not depend on it, and each is a kernel to compile
  alibi.parameters =
      "%q: T[3, 3, 8], %k: T[6, 2, 1, 8], %v: T[6, 2, 1, 8], %table: i32[2, 3], %starts: i32[3], %lengths: i32[2]";
  alibi.body = "paged_attention %q, %k, %v, %table, %starts, %lengths {scale = 0.5, alibi = 0.75}";
  out.push_back(alibi);
  Case latent = paged;  // values are the first part of the keys
  latent.dtypes = alibi.dtypes;
  latent.parameters = "%q: T[3, 4, 8], %k: T[6, 2, 1, 8], %table: i32[2, 3], %starts: i32[3], %lengths: i32[2]";
  latent.body = "paged_attention %q, %k, %k, %table, %starts, %lengths {scale = 0.5, value_size = 6}";
  out.push_back(latent);
  paged.body =
      "paged_attention %q, %k, %v, %table, %starts, %lengths, %sinks {scale = 0.5, soft_cap = 2.0, window = 2}";
  paged.parameters += ", %sinks: T[4]";
  out.push_back(paged);
  Case ragged{.op = "ragged_attention",
              .parameters = "%q: T[6, 4, 3], %k: T[6, 2, 3], %v: T[6, 2, 5], %starts: i32[4]",
              .body = "ragged_attention %q, %k, %v, %starts {scale = 0.5, window = 2}",
              .given = {{"starts", {0, 4, 4, 6}}}};
  out.push_back(ragged);
  ragged.given = {{"starts", {0, 2, 2, 4}}};  // the last two tokens are padding
  out.push_back(ragged);
  ragged.parameters += ", %bias: T[4, 5]";
  ragged.body = "ragged_attention %q, %k, %v, %starts, %bias {scale = 0.5}";
  ragged.dtypes = alibi.dtypes | set_of(DType::kF64);
  out.push_back(ragged);
  // More tokens than are taken at once, for the gradient.
  out.push_back({.op = "ragged_attention",
                 .parameters = "%q: T[131, 1, 1], %k: T[131, 1, 1], %v: T[131, 1, 1], %starts: i32[4]",
                 .body = "ragged_attention %q, %k, %v, %starts {scale = 0.5, window = 90}",
                 .dtypes = alibi.dtypes,
                 .given = {{"starts", {0, 125, 130, 130}}}});
  out.push_back({.op = "cache_write",
                 .parameters = "%cache: T[3, 2, 2, 4], %slots: i32[3], %values: T[3, 2, 4]",
                 .body = "cache_write %cache, %slots, %values",
                 .given = {{"slots", {4, -1, 1}}}});
  out.push_back(out.back());
  out.back().given = {{"slots", {6, 1000000000, 5}}};  // the first is right behind the cache
  // Three sequences: one that goes on in its own slot, a new one of no token, one that moves to another slot.
  std::map<std::string, std::vector<double>> where{{"starts", {0, 3, 3, 5}}, {"from", {1, -1, 2}}, {"to", {1, 3, 0}}};
  out.push_back({.op = "causal_conv",
                 .parameters = "%s: T[4, 3, 2], %x: T[5, 2], %w: T[2, 4], %starts: i32[4], %from: i32[3], %to: i32[3]",
                 .body = "causal_conv %s, %x, %w, %starts, %from, %to",
                 .results = 2,
                 .given = where});
  out.push_back(out.back());
  out.back().given["starts"] = {0, 2, 2, 3};  // the last two tokens are padding
  // The state is of f32, of f64 where all is.
  for (bool wide : {false, true}) {
    const DTypeSet dtypes = wide ? set_of(DType::kF64) : kFloats & ~set_of(DType::kF64);
    auto memory = [&](const std::string& decay) {
      return std::string(wide ? "%s: T" : "%s: f32") +
             "[4, 2, 2, 1], %q: T[5, 1, 2], %k: T[5, 1, 2], %v: T[5, 2, 1], %d: T[" + decay +
             "], %starts: i32[4], %from: i32[3], %to: i32[3]";
    };
    out.push_back({.op = "linear_attention",
                   .parameters = memory("5, 2, 1, 1"),
                   .body = "linear_attention %s, %q, %k, %v, %d, %starts, %from, %to",
                   .results = 2,
                   .low = -1,
                   .high = 1,
                   .dtypes = dtypes,
                   .given = where});
    out.push_back(out.back());
    out.back().given["starts"] = {0, 2, 2, 3};
    out.push_back({.op = "linear_attention",
                   .parameters = memory("5, 1, 2, 1") + ", %beta: T[5, 2]",
                   .body = "linear_attention %s, %q, %k, %v, %d, %starts, %from, %to, %beta",
                   .results = 2,
                   .low = -1,
                   .high = 1,
                   .dtypes = dtypes,
                   .given = where});
  }
  // More tokens than a step of its gradient takes; a sequence that begins in the middle of the second one.
  out.push_back({.op = "linear_attention",
                 .parameters = "%s: T[2, 1, 1, 1], %q: T[35, 1, 1], %k: T[35, 1, 1], %v: T[35, 1, 1], %d: T[1, 1, 1, "
                               "1], %starts: i32[3], %from: i32[2], %to: i32[2]",
                 .body = "linear_attention %s, %q, %k, %v, %d, %starts, %from, %to",
                 .results = 2,
                 .low = -1,
                 .high = 1,
                 .dtypes = set_of(DType::kF64),
                 .given = {{"starts", {1, 33, 35}}, {"from", {1, 0}}, {"to", {1, 0}}}});
  for (const char* interleaved : {"false", "true"})
    out.push_back({.op = "rope",
                   .parameters = "%x: T[n, 2, 6], %cos: T[n, 2], %sin: T[n, 2]",
                   .body = str("rope %x, %cos, %sin {interleaved = ", interleaved, "}")});
  out.push_back(
      {.op = "attention", .parameters = "%q: T[3, 4], %k: T[5, 4], %v: T[5, 2]", .body = "attention %q, %k, %v"});
  out.push_back({.op = "attention",
                 .parameters = "%q: T[2, n, 4], %k: T[2, n, 4], %v: T[2, n, 4]",
                 .body = "attention %q, %k, %v {causal = true, scale = 0.7}"});
  out.push_back({.op = "attention",
                 .parameters = "%q: T[2, 2, 4], %k: T[3, 4], %v: T[3, 4], %mask: bool[2, 3]",
                 .body = "attention %q, %k, %v, %mask",
                 .given = {{"mask", {1, 0, 1, 0, 1, 1}}}});
  out.push_back(out.back());
  out.back().given = {{"mask", {0, 0, 0, 0, 1, 1}}};  // the first query sees nothing
  out.push_back({.op = "attention",
                 .parameters = "%q: T[4, 3], %k: T[2, 3], %v: T[2, 3]",
                 .body = "attention %q, %k, %v {causal = true}"});
  // More keys than are taken at once, the last chunk not full; once more with leading axes that broadcast.
  out.push_back({.op = "attention",
                 .parameters = "%q: T[3, 2], %k: T[131, 2], %v: T[131, 1]",
                 .body = "attention %q, %k, %v {causal = true}",
                 .dtypes = kFloats});
  out.push_back({.op = "attention",
                 .parameters = "%q: T[2, 1, 2, 1], %k: T[2, 1, 130, 1], %v: T[130, 1], %mask: bool[2, 1, 1, 130]",
                 .body = "attention %q, %k, %v, %mask {scale = 0.8}",
                 .dtypes = set_of(DType::kF32) | set_of(DType::kF64)});
  out.push_back({.op = "flash_attention",
                 .parameters = "%q: T[2, n, 3], %k: T[2, 5, 3], %v: T[2, 5, 2], %mask: bool[n, 1]",
                 .body = "flash_attention %q, %k, %v, %mask {causal = true}"});
}

}  // namespace tegula::reference
