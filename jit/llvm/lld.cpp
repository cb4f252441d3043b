// Links object files to a shared object with lld, in process and in memory.
// One idea: lld knows files only, so its inputs are memfds under /proc/self/fd and its output is a pipe that a thread
// reads; no disk is touched, and a full one is no obstacle. Invariant: lld keeps its state in globals, so one link at a
// time.
#include <fcntl.h>
#include <lld/Common/Driver.h>
#include <llvm/Object/ELFObjectFile.h>
#include <llvm/Support/raw_ostream.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "jit/llvm/parts.h"

LLD_HAS_DRIVER(elf)

namespace tegula::jit {
namespace {

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept { return std::swap(fd_, other.fd_), *this; }
  ~Fd() { reset(); }
  void reset() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  int get() const { return fd_; }
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

bool write_all(int fd, Bytes bytes) {
  while (bytes.size) {
    ssize_t n = ::write(fd, bytes.data, bytes.size);
    if (n <= 0) return false;
    bytes.data += n;
    bytes.size -= size_t(n);
  }
  return true;
}

// What libc or the compiler's own runtime in the process always defines; code generation calls these unasked.
bool may_be_undefined(llvm::StringRef name) {
  constexpr std::array kNames = {"memcpy", "memmove", "memset", "memcmp", "bcmp"};
  return std::ranges::find(kNames, name) != kNames.end();
}

// Names that dlopen would look for in vain.
std::string undefined_in(const std::string& shared_object) {
  std::string names;
  auto file = llvm::object::ObjectFile::createELFObjectFile(llvm::MemoryBufferRef(shared_object, "linked"));
  if (!file) return llvm::toString(file.takeError());
  auto* elf = llvm::dyn_cast<llvm::object::ELFObjectFileBase>(file->get());
  for (llvm::object::ELFSymbolRef symbol : elf->getDynamicSymbolIterators()) {
    auto flags = symbol.getFlags();
    auto name = symbol.getName();
    if (!flags || !name) return "(unreadable symbol table)";
    if ((*flags & llvm::object::SymbolRef::SF_Undefined) && !name->empty() && !may_be_undefined(*name))
      names += (names.empty() ? "" : ", ") + name->str();
  }
  return names;
}

}  // namespace

void link(const char* const* args, size_t num_args, const Bytes* objects, size_t num_objects, Output* out) {
  *out = {};
  std::vector<Fd> inputs;
  std::vector<std::string> paths;
  for (size_t i = 0; i < num_objects; i++) {
    inputs.emplace_back(::memfd_create("tegula-object", MFD_CLOEXEC));
    if (inputs.back().get() < 0 || !write_all(inputs.back().get(), objects[i]))
      return fail_with(*out, "no memory for an object file to link");
    paths.push_back(inputs.back().path());
  }
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail_with(*out, "no pipe for the linker's output");
  Fd read_end(ends[0]), write_end(ends[1]);
  std::string product;
  std::thread reader;
  try {
    reader = std::thread([&] {
      std::array<char, 65536> block;
      for (ssize_t n; (n = ::read(read_end.get(), block.data(), block.size())) > 0;)
        product.append(block.data(), size_t(n));
    });
  } catch (const std::system_error& e) {
    return fail_with(*out, "cannot start a thread to read what the linker writes: " + e.code().message());
  }

  std::string output = write_end.path(), messages;
  llvm::raw_string_ostream stream(messages);
  std::vector<const char*> all = {"ld.lld"};
  all.insert(all.end(), args, args + num_args);
  all.insert(all.end(), {"--no-mmap-output-file", "-o", output.c_str()});
  for (const std::string& path : paths) all.push_back(path.c_str());
  static std::mutex mutex;
  static bool can_run_again = true;
  lld::Result result{1, true};
  {
    std::lock_guard lock(mutex);
    if (can_run_again) result = lld::lldMain(all, stream, stream, {{lld::Gnu, &lld::elf::link}});
    else messages = "an earlier crash of the linker left it unusable in this process";
    can_run_again = result.canRunAgain;
  }
  write_end.reset();
  reader.join();
  if (result.retCode != 0) return fail_with(*out, "the linker failed: " + messages);
  if (std::string names = undefined_in(product); !names.empty())
    return fail_with(*out, "it calls functions that no kernel header defines: " + names);
  succeed_with(*out, product);
}

}  // namespace tegula::jit
