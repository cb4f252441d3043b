#include "base/cache.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/error.h"
#include "base/file.h"

namespace tegula {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kDefaultLimitBytes = uint64_t(1) << 30;
constexpr auto kGrace =
    std::chrono::seconds(10);  // what was used this recently is not evicted: it may be about to be opened
constexpr auto kAbandoned = std::chrono::hours(1);  // an unfinished file this old has no writer any more

// The last bytes of every file. Read and written by this machine's processes only, so in its own byte order.
struct Trailer {
  char magic[16] = "tegula program";
  Digest key{}, digest{};
  uint64_t size = 0;
};
static_assert(sizeof(Trailer) == 88);

struct Mapping {
  void* data = MAP_FAILED;
  size_t size = 0;
  Mapping(void* data, size_t size) : data(data), size(size) {}
  Mapping(const Mapping&) = delete;
  ~Mapping() {
    if (data != MAP_FAILED) ::munmap(data, size);
  }
};

struct Descriptor {
  int fd;
  explicit Descriptor(int fd) : fd(fd) {}
  Descriptor(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

std::string path_of(const std::string& folder, const Digest& key, std::string_view suffix) {
  return str(folder, "/", hex(key), suffix);
}

std::optional<Cache::Entry> open_entry(const std::string& path, const Digest& key) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat opened;
  if (file.fd < 0 || ::fstat(file.fd, &opened) != 0 || !S_ISREG(opened.st_mode) ||
      size_t(opened.st_size) <= sizeof(Trailer))
    return std::nullopt;
  const auto size = size_t(opened.st_size);
  const auto mapping = std::make_shared<const Mapping>(::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.fd, 0), size);
  if (mapping->data == MAP_FAILED) return std::nullopt;

  const std::span bytes(static_cast<const uint8_t*>(mapping->data), mapping->size - sizeof(Trailer));
  Trailer found;
  std::memcpy(&found, bytes.data() + bytes.size(), sizeof found);
  const Trailer expected{.key = key, .digest = found.digest, .size = bytes.size()};
  if (std::memcmp(&found, &expected, sizeof found) != 0 || sha256(bytes) != found.digest) return std::nullopt;
  ::futimens(file.fd, nullptr);  // used now: eviction goes by this time; a read-only folder keeps its old one
  return Cache::Entry{path, bytes, mapping};
}

// A file under a name of its own until it is complete; removed where it did not get that far.
class Unfinished {
 public:
  explicit Unfinished(const std::string& path) {
    static std::atomic<int> counter = 0;
    name_ = str(path, ".tmp-", ::getpid(), "-", counter++);
    fd_ = ::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd_ < 0) fail(name_, ": ", std::strerror(errno));
  }
  Unfinished(const Unfinished&) = delete;
  ~Unfinished() {
    if (fd_ >= 0) ::close(fd_);
    if (!name_.empty()) ::unlink(name_.c_str());
  }

  void write(const void* data, size_t size) {
    for (const char* at = static_cast<const char*>(data); size;) {
      const ssize_t n = ::write(fd_, at, size);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail(name_, ": ", std::strerror(errno));
      at += n, size -= size_t(n);
    }
  }

  // Gives it its name, unless there is a file of that name already. It is not synced: what a crash of the machine
  // leaves of it is noticed.
  bool name_as(const std::string& path) {
    if (::close(std::exchange(fd_, -1)) != 0) fail(name_, ": ", std::strerror(errno));
    if (::renameat2(AT_FDCWD, name_.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0) return name_.clear(), true;
    if (errno == EEXIST) return false;
    replace(path);  // a file system that cannot do the two at once
    return true;
  }

  void replace(const std::string& path) {
    if (::rename(name_.c_str(), path.c_str()) != 0) fail(path, ": ", std::strerror(errno));
    name_.clear();
  }

 private:
  std::string name_;
  int fd_ = -1;
};

// A whole file of this key that another process stored meanwhile is left as it is.
Cache::Entry write_entry(const std::string& path, const Digest& key, std::span<const uint8_t> bytes) {
  const fs::path folder = fs::path(path).parent_path();
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) fail(folder.string(), ": cannot be made: ", error.message());
  struct statvfs mount;
  if (::statvfs(folder.c_str(), &mount) == 0 && (mount.f_flag & ST_NOEXEC) && path.ends_with(".so"))
    fail(folder.string(), ": programs cannot be run from there (mounted noexec)");
  const Trailer trailer{.key = key, .digest = sha256(bytes), .size = bytes.size()};
  for (int attempt = 0; attempt < 3; attempt++) {  // another process may evict it before it is opened
    Unfinished file(path);
    file.write(bytes.data(), bytes.size());
    file.write(&trailer, sizeof trailer);
    if (!file.name_as(path)) {
      if (auto entry = open_entry(path, key)) return *entry;
      file.replace(path);  // it is damaged
    }
    if (auto entry = open_entry(path, key)) return *entry;
  }
  fail(path, ": is removed as soon as it is written");
}

// Removes what was not used for longest until the folder is within its limit, and what interrupted writers left behind.
void evict(const std::string& folder, uint64_t limit_bytes) {
  struct File {
    fs::file_time_type used;
    uint64_t bytes;
    fs::path path;
  };
  std::vector<File> files;
  uint64_t total = 0;
  std::error_code error;
  const auto now = fs::file_time_type::clock::now();
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;  // another process may be evicting too
    const uint64_t bytes = it->file_size(gone);
    const auto used = it->last_write_time(gone);
    if (gone) continue;
    if (it->path().filename().string().find(".tmp-") != std::string::npos) {
      if (now - used > kAbandoned) fs::remove(it->path(), gone);
      continue;
    }
    total += bytes;
    if (now - used > kGrace) files.push_back({used, bytes, it->path()});
  }
  if (total <= limit_bytes) return;
  std::ranges::sort(files, {}, &File::used);
  for (const File& file : files) {
    if (total <= limit_bytes) break;
    if (fs::remove(file.path, error)) total -= file.bytes;
  }
}

uint64_t limit_from_environment() {
  const auto text = environment("TEGULA_CACHE_LIMIT_BYTES");
  if (!text) return kDefaultLimitBytes;
  uint64_t bytes = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), bytes);
  if (error != std::errc() || end != text->data() + text->size())
    fail("TEGULA_CACHE_LIMIT_BYTES=", *text, ": expected a number of bytes, such as 1073741824");
  return bytes;
}

}  // namespace

Cache::Cache(std::string folder, uint64_t limit_bytes) : folder_(std::move(folder)), limit_bytes_(limit_bytes) {}

Cache::~Cache() {
  std::error_code ignored;
  if (owner_process_ == ::getpid())
    for (const std::string& folder : private_folders_) fs::remove_all(folder, ignored);
}

Cache& Cache::standard() {
  static Cache cache(cache_folder().empty() ? "" : cache_folder() + "/programs", limit_from_environment());
  return cache;
}

std::optional<Cache::Entry> Cache::find(const Digest& key, std::string_view suffix) {
  std::lock_guard lock(mutex_);
  if (!folder_.empty())
    if (auto entry = open_entry(path_of(folder_, key, suffix), key)) return entry;
  for (const std::string& folder : private_folders_)
    if (auto entry = open_entry(path_of(folder, key, suffix), key)) return entry;
  return std::nullopt;
}

Cache::Entry Cache::store(const Digest& key, std::string_view suffix, std::span<const uint8_t> bytes) {
  std::lock_guard lock(mutex_);
  std::string reasons;
  const auto try_in = [&](const std::string& folder) -> std::optional<Entry> {
    try {
      return write_entry(path_of(folder, key, suffix), key, bytes);
    } catch (const Error& error) {
      reasons += (reasons.empty() ? "" : "; ") + std::string(error.what());
      return std::nullopt;
    }
  };
  if (folder_.empty()) reasons = "there is no home folder";
  else if (auto entry = try_in(folder_)) {
    evict(folder_, limit_bytes_);
    return *entry;
  }
  for (const std::string& folder : private_folders_)
    if (auto entry = try_in(folder)) return *entry;
  for (const std::string& parent : {environment("TMPDIR").value_or("/tmp"), std::string("/dev/shm")}) {
    std::string folder = parent + "/tegula-XXXXXX";
    if (!::mkdtemp(folder.data())) {
      reasons += str("; ", parent, ": ", std::strerror(errno));
      continue;
    }
    if (auto entry = try_in(folder)) {
      if (private_folders_.empty())
        std::fprintf(stderr, "tegula: compiled programs cannot be kept (%s); this run keeps its own in %s\n",
                     reasons.c_str(), folder.c_str());
      private_folders_.push_back(folder);
      owner_process_ = ::getpid();
      return *entry;
    }
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
  fail("a compiled program can be written nowhere: ", reasons);
}

}  // namespace tegula
