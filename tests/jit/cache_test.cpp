// The cache on its own: what is damaged is not trusted, what is full or read-only is no obstacle, its size is bounded.
#include "base/cache.h"

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <random>

#include "tests/jit/program.h"

namespace tegula {
namespace {

std::span<const uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
std::string text_of(const Cache::Entry& entry) { return {entry.bytes.begin(), entry.bytes.end()}; }
Digest key_of(std::string_view text) { return sha256(bytes_of(text)); }

// Sets when a file was last used, in seconds before now.
void age(const std::string& path, int seconds) {
  std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - std::chrono::seconds(seconds));
}

// Runs f in a child process; its exit status, and what it wrote to stderr.
std::pair<int, std::string> in_child(const std::function<int()>& f) {
  int ends[2];
  if (::pipe(ends) != 0) fail("pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], 2);
    ::close(ends[0]);
    int status = 99;
    try {
      status = f();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
    ::_exit(status);
  }
  ::close(ends[1]);
  std::string text;
  char block[4096];
  for (ssize_t n; (n = ::read(ends[0], block, sizeof block)) > 0;) text.append(block, size_t(n));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text};
}

TEST(CacheFolder, KeepsWhatIsStored) {
  const Folder folder;
  Cache cache(folder / "a/b", 1 << 20);
  EXPECT_FALSE(cache.find(key_of("k"), ".so"));
  const Cache::Entry stored = cache.store(key_of("k"), ".so", bytes_of("program"));
  EXPECT_EQ(text_of(stored), "program");
  Cache another(folder / "a/b", 1 << 20);
  const auto found = another.find(key_of("k"), ".so");
  ASSERT_TRUE(found);
  EXPECT_EQ(text_of(*found), "program");
  EXPECT_EQ(found->path, stored.path);
  EXPECT_FALSE(another.find(key_of("k"), ".spv"));
  EXPECT_FALSE(another.find(key_of("other"), ".so"));
}

TEST(CacheFolder, AnyDamageIsNoticed) {
  const Folder folder;
  Cache cache(folder.path(), 1 << 20);
  std::string program(3000, '\0');
  std::iota(program.begin(), program.end(), char(0));
  const std::string path = cache.store(key_of("k"), ".so", bytes_of(program)).path;
  const std::string whole = read_file(path);
  const auto is_trusted = [&](const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
    return cache.find(key_of("k"), ".so").has_value();
  };
  ASSERT_TRUE(is_trusted(whole));
  EXPECT_FALSE(is_trusted(""));
  EXPECT_FALSE(is_trusted("x"));
  EXPECT_FALSE(is_trusted(whole + "x"));
  EXPECT_FALSE(is_trusted(whole.substr(1)));
  std::mt19937 random(7);
  for (int i = 0; i < 40; i++) {
    EXPECT_FALSE(is_trusted(whole.substr(0, random() % whole.size())));
    std::string flipped = whole;
    flipped[random() % whole.size()] ^= char(1 << random() % 8);
    EXPECT_FALSE(is_trusted(flipped));
  }
  // The whole file of another key under this name.
  const std::string other = cache.store(key_of("other"), ".so", bytes_of(program)).path;
  EXPECT_FALSE(is_trusted(read_file(other)));
  // And storing again repairs it.
  EXPECT_EQ(text_of(cache.store(key_of("k"), ".so", bytes_of(program))), program);
  EXPECT_TRUE(cache.find(key_of("k"), ".so"));
}

TEST(CacheFolder, WhatWasNotUsedForLongestGoesFirst) {
  const Folder folder;
  const std::string program(1000, 'p');
  Cache cache(folder.path(), 3500);  // three programs with their trailers
  std::vector<std::string> paths;
  for (int i = 0; i < 3; i++) {
    paths.push_back(cache.store(key_of(std::to_string(i)), ".so", bytes_of(program)).path);
    age(paths.back(), 1000 - i);
  }
  cache.find(key_of("0"), ".so");  // used: now 1 is the oldest
  cache.store(key_of("3"), ".so", bytes_of(program));
  EXPECT_TRUE(file_exists(paths[0]));
  EXPECT_FALSE(file_exists(paths[1]));
  EXPECT_TRUE(file_exists(paths[2]));
  EXPECT_TRUE(cache.find(key_of("3"), ".so"));
}

TEST(CacheFolder, WhatIsMappedStaysWhenItsNameGoes) {
  const Folder folder;
  const std::string program(100'000, 'p');
  Cache cache(folder.path(), 100);  // too small for any
  const auto used = cache.store(key_of("used"), ".so", bytes_of(program));
  age(used.path, 5000);
  const auto [status, message] = in_child([&] {
    Cache(folder.path(), 100).store(key_of("third"), ".so", bytes_of(program));
    return 0;
  });
  EXPECT_EQ(status, 0) << message;
  EXPECT_FALSE(file_exists(used.path));
  EXPECT_EQ(text_of(used), program);
}

TEST(CacheFolder, EntriesHoldNoDescriptors) {
  const Folder folder;
  const auto [status, message] = in_child([&] {
    const rlimit few{40, 40};
    if (::setrlimit(RLIMIT_NOFILE, &few) != 0) return 1;
    Cache cache(folder.path(), 1 << 20);
    std::vector<Cache::Entry> held;
    for (int i = 0; i < 500; ++i) held.push_back(cache.store(key_of(str(i)), ".so", bytes_of(str("program ", i))));
    for (int i = 0; i < 500; ++i) held.push_back(cache.find(key_of(str(i)), ".so").value());
    return text_of(held[999]) == "program 499" ? 0 : 2;
  });
  EXPECT_EQ(status, 0) << message;
}

TEST(CacheFolder, InterruptedWritersLeaveNothingForLong) {
  const Folder folder;
  Cache cache(folder.path(), 1 << 20);
  for (const char* name : {"x.tmp-1-0", "y.tmp-2-0"}) write_file(folder / name, "half");
  age(folder / "x.tmp-1-0", 7200);
  cache.store(key_of("k"), ".so", bytes_of("program"));
  EXPECT_FALSE(file_exists(folder / "x.tmp-1-0"));
  EXPECT_TRUE(file_exists(folder / "y.tmp-2-0"));  // perhaps still being written
}

// A folder that nobody can write to, root included: below a file.
TEST(CacheFolder, UnwritableFolderIsReplacedByAPrivateOne) {
  const Folder folder;
  write_file(folder / "file", "");
  std::string stand_in;
  {
    Cache cache(folder / "file/programs", 1 << 20);
    testing::internal::CaptureStderr();
    const auto first = cache.store(key_of("1"), ".so", bytes_of("one"));
    cache.store(key_of("2"), ".so", bytes_of("two"));
    const std::string message = testing::internal::GetCapturedStderr();
    EXPECT_EQ(message.find("tegula: compiled programs cannot be kept ("), 0u) << message;
    EXPECT_NE(message.find(folder / "file/programs"), std::string::npos) << message;
    EXPECT_EQ(std::ranges::count(message, '\n'), 1) << "said once: " << message;
    EXPECT_EQ(text_of(first), "one");
    EXPECT_EQ(text_of(cache.find(key_of("2"), ".so").value()), "two");
    stand_in = first.path;
    EXPECT_TRUE(file_exists(stand_in));
  }
  EXPECT_FALSE(file_exists(stand_in));
}

TEST(CacheFolder, NowhereToWriteIsAnError) {
  const Folder folder;
  write_file(folder / "file", "");
  const auto [status, message] = in_child([&] {
    // Not even /dev/shm: a namespace in which it is read-only.
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", "/dev/shm", "tmpfs", MS_RDONLY, "") != 0)
      return 77;
    Variable variable("TMPDIR", folder / "file");
    const std::string error =
        error_of([&] { Cache(folder / "file/programs", 1 << 20).store(key_of("1"), ".so", bytes_of("one")); });
    std::fprintf(stderr, "%s", error.c_str());
    return 0;
  });
  if (status == 77) GTEST_SKIP() << "this machine lets nobody mount";
  EXPECT_EQ(message.find("a compiled program can be written nowhere: "), 0u) << message;
  EXPECT_NE(message.find("/dev/shm"), std::string::npos) << message;
}

TEST(CacheFolder, FullDiskIsNoObstacle) {
  const Folder folder;
  std::filesystem::create_directory(folder / "small");
  const auto [status, message] = in_child([&] {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", (folder / "small").c_str(), "tmpfs", 0, "size=16k") != 0)
      return 77;
    Cache cache(folder / "small", 1 << 30);
    const std::string program(100000, 'p');
    if (text_of(cache.store(key_of("1"), ".so", bytes_of(program))) != program) return 1;
    if (text_of(cache.find(key_of("1"), ".so").value()) != program) return 2;
    return std::filesystem::is_empty(folder / "small") ? 0 : 3;  // and no half file is left to fill it
  });
  if (status == 77) GTEST_SKIP() << "this machine lets nobody mount";
  EXPECT_EQ(status, 0);
  EXPECT_NE(message.find("No space left on device"), std::string::npos) << message;
}

TEST(CacheFolder, NoexecFolderTakesNoPrograms) {
  const Folder folder;
  std::filesystem::create_directory(folder / "noexec");
  const auto [status, message] = in_child([&] {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", (folder / "noexec").c_str(), "tmpfs", MS_NOEXEC, "") != 0)
      return 77;
    Cache cache(folder / "noexec", 1 << 20);
    const bool elsewhere = !cache.store(key_of("1"), ".so", bytes_of("one")).path.starts_with(folder / "noexec");
    const bool here = cache.store(key_of("1"), ".spv", bytes_of("one")).path.starts_with(folder / "noexec");
    return elsewhere && here ? 0 : 1;
  });
  if (status == 77) GTEST_SKIP() << "this machine lets nobody mount";
  EXPECT_EQ(status, 0);
  EXPECT_NE(message.find("noexec"), std::string::npos) << message;
}

TEST(CacheFolder, LimitMustBeANumber) {
  const auto [status, message] = in_child([&] {
    Variable variable("TEGULA_CACHE_LIMIT_BYTES", "1GB");
    Cache::standard();
    return 0;
  });
  EXPECT_EQ(status, 99);
  EXPECT_NE(message.find("TEGULA_CACHE_LIMIT_BYTES=1GB: expected a number of bytes"), std::string::npos) << message;
}

// Processes store and find the same few keys as fast as they can, in a folder that is always too small.
TEST(CacheFolder, ProcessesShareIt) {
  const Folder folder;
  const auto work = [&](unsigned seed) {
    std::mt19937 random(seed);
    Cache cache(folder.path(), 30000);
    for (int i = 0; i < 300; i++) {
      const int n = int(random() % 8);
      const std::string program(size_t(5000 + n), char('a' + n));
      const Digest key = key_of(program);
      auto entry = cache.find(key, ".so");
      if (!entry) entry = cache.store(key, ".so", bytes_of(program));
      if (text_of(*entry) != program) return 1;
      if (!entry->path.starts_with(folder.path())) return 2;
      if (random() % 4 == 0) age(entry->path, 100);
    }
    return 0;
  };
  const pid_t other = ::fork();
  if (other == 0) ::_exit(work(1));
  EXPECT_EQ(work(2), 0);
  int status = -1;
  ::waitpid(other, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace tegula
