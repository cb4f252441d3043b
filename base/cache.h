// A folder of files, each named by the hash of what it was made from, that many processes share.
// One idea: a file ends in a trailer (key, size, SHA-256 of what precedes it), which an ELF loader does not look at, so
// a shared object in the cache is opened as it is and yet a damaged, cut or foreign one is never taken for whole.
// Invariants: a file appears under its name only complete (rename) and is never written again, only removed: what an
// Entry, or the loader, has mapped stays whatever becomes of the name, and costs no file descriptor. A folder that
// cannot be written is no error: a private one stands in for this process's life.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/sha256.h"

namespace tegula {

class Cache {
 public:
  struct Entry {
    std::string path;                   // as it was found: any process may remove it, soon after its last use
    std::span<const uint8_t> bytes;     // without the trailer
    std::shared_ptr<const void> owner;  // the mapping
  };

  // Keeps the folder (made when first written to) at most limit_bytes large; those not used for longest go first.
  Cache(std::string folder, uint64_t limit_bytes);
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;
  ~Cache();  // removes the private stand-in, if there was one

  // The user's: cache_folder()/programs, of TEGULA_CACHE_LIMIT_BYTES (1 GiB).
  static Cache& standard();

  // The file of this key and suffix (".so"), if it is there and whole.
  std::optional<Entry> find(const Digest& key, std::string_view suffix);

  // Writes it and returns it. What no folder takes is an Error that names the folders and the reasons.
  Entry store(const Digest& key, std::string_view suffix, std::span<const uint8_t> bytes);

  const std::string& folder() const { return folder_; }

 private:
  const std::string folder_;
  const uint64_t limit_bytes_;
  std::mutex mutex_;
  std::vector<std::string> private_folders_;  // none until the first is needed; a second where that one is full too
  int owner_process_ = 0;                     // a forked child must not remove its parent's
};

}  // namespace tegula
