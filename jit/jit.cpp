#include "jit/jit.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <numeric>
#include <thread>
#include <vector>

#include "base/cache.h"
#include "base/debug.h"
#include "base/error.h"
#include "base/parallel.h"
#include "jit/flags.h"
#include "jit/headers.h"
#include "jit/library.h"

namespace tegula {
namespace {

using namespace jit;

double now_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// What the compiler library produced; freed there.
struct Product : Output {
  Product() : Output{} {}
  Product(const Product&) = delete;
  ~Product() {
    if (data || error) compiler().release(this);
  }
  Bytes bytes() const { return {data, size}; }
};

std::vector<const char*> pointers(const std::vector<std::string>& args) {
  std::vector<const char*> out;
  for (const std::string& arg : args) out.push_back(arg.c_str());
  return out;
}

// One program to be compiled: everything that its machine code depends on.
struct Job {
  const Target& target;
  Form form;
  std::vector<std::string> sources;
  std::string_view name;
  Headers headers;
  std::vector<std::string> compile_args, link_args;

  Job(const Target& t, Form f, std::span<const std::string> texts, std::string_view n)
      : target(t), form(f), name(n), compile_args(compile_arguments(t, f)) {
    if (form == Form::kProgram) link_args = link_arguments(target);
    if (target.is_cpu()) sources.assign(texts.begin(), texts.end());
    else  // a device is given one module
      sources.push_back(std::accumulate(texts.begin(), texts.end(), std::string(),
                                        [](std::string all, const std::string& text) { return all += text + '\n'; }));
  }

  Digest key() const {
    Sha256 hash;
    const auto add_all = [&](const std::vector<std::string>& texts) {
      hash.update_sized(std::to_string(texts.size()));
      for (const std::string& text : texts) hash.update_sized(text);
    };
    hash.update_sized(str("tegula ", kApiVersion, " llvm ", TEGULA_LLVM_VERSION));
    add_all(compile_args);
    add_all(link_args);
    add_all(sources);
    for (const Header& header : headers.all()) hash.update_sized(header.path), hash.update_sized(header.text);
    return hash.finish();
  }

  std::string described() const { return str(name, " for ", target.cpu.empty() ? target.triple : target.cpu); }
};

// Times of the steps, summed over sources that were compiled side by side.
struct Timing {
  double open = 0, parse = 0, optimize = 0, generate = 0, link = 0, total = 0;
};

void compile_all(const Job& job, const Api& api, std::vector<Product>& objects) {
  std::vector<File> files;
  for (const Header& header : job.headers.all())
    files.push_back({header.path.c_str(), {header.text.data(), header.text.size()}});
  const std::vector<const char*> args = pointers(job.compile_args);
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i; (i = next++) < objects.size();)
      api.compile(args.data(), args.size(), {job.sources[i].data(), job.sources[i].size()}, files.data(), files.size(),
                  &objects[i]);
  };
  on_threads(std::min<size_t>(objects.size(), std::max(1u, std::thread::hardware_concurrency())), work);
  for (const Product& object : objects)
    if (object.error) fail("cannot compile ", job.described(), ": ", std::string_view(object.error, object.error_size));
}

// Compiles and links; the bytes of the program, or its assembly text.
std::string build(const Job& job, Timing& timing) {
  const double start = now_ms();
  const Api& api = compiler();
  timing.open = now_ms() - start;
  std::vector<Product> objects(job.sources.size());
  compile_all(job, api, objects);
  for (const Product& object : objects) {
    timing.parse += object.parse_ms;
    timing.optimize += object.optimize_ms;
    timing.generate += object.codegen_ms;
  }
  std::string product;
  if (job.link_args.empty()) {
    for (const Product& object : objects) product.append(object.data, object.size);
  } else {
    const double link_start = now_ms();
    std::vector<Bytes> parts;
    for (const Product& object : objects) parts.push_back(object.bytes());
    const std::vector<const char*> args = pointers(job.link_args);
    Product linked;
    api.link(args.data(), args.size(), parts.data(), parts.size(), &linked);
    if (linked.error) fail("cannot link ", job.described(), ": ", std::string_view(linked.error, linked.error_size));
    product.assign(linked.data, linked.size);
    timing.link = now_ms() - link_start;
  }
  timing.total = now_ms() - start;
  return product;
}

Binary find_or_build(const Job& job) {
  if (job.sources.empty()) fail("cannot compile ", job.described(), ": there are no sources");
  const double start = now_ms();
  Cache& cache = Cache::standard();
  const Digest key = job.key();
  const std::string file_suffix = suffix(job.target, job.form);
  const auto as_binary = [](Cache::Entry&& entry, bool was_cached, double ms) {
    return Binary{std::move(entry.path), entry.bytes, was_cached, ms, std::move(entry.owner)};
  };
  if (auto entry = cache.find(key, file_suffix)) {
    if (debugs(1, job.name))
      std::fprintf(stderr, "jit: %s: %.1f ms, in the cache: %s\n", job.described().c_str(), now_ms() - start,
                   entry->path.c_str());
    return as_binary(std::move(*entry), true, 0);
  }
  Timing timing;
  const std::string product = build(job, timing);
  const double store_start = now_ms();
  auto entry = cache.store(key, file_suffix, {reinterpret_cast<const uint8_t*>(product.data()), product.size()});
  if (debugs(1, job.name))
    std::fprintf(
        stderr,
        "jit: %s: %.1f ms (open the compiler %.1f; %zu sources side by side: parse %.1f, optimize %.1f, generate "
        "%.1f; link %.1f; store %.1f): %s\n",
        job.described().c_str(), now_ms() - start, timing.open, job.sources.size(), timing.parse, timing.optimize,
        timing.generate, timing.link, now_ms() - store_start, entry.path.c_str());
  return as_binary(std::move(entry), false, timing.total);
}

}  // namespace

Binary compile(const Target& target, std::span<const std::string> sources, std::string_view name) {
  return find_or_build(Job(target, Form::kProgram, sources, name));
}

std::string assembly(const Target& target, std::span<const std::string> sources, std::string_view name) {
  const Binary text = find_or_build(Job(target, Form::kAssembly, sources, name));
  return {text.bytes.begin(), text.bytes.end()};
}

}  // namespace tegula
