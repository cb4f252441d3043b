#include "runtime/weights.h"

#include <algorithm>

#include "base/error.h"
#include "compile/layout.h"

namespace tegula {

std::string WeightStore::key(const std::string& name, const Type& type, bool packed) {
  return str(name, ": ", text(type), packed ? " packed" : "");
}

BufferRef WeightStore::find(const std::string& name, const Type& type, bool packed) const {
  std::lock_guard lock(mutex_);
  auto at = buffers_.find(key(name, type, packed));
  return at == buffers_.end() ? nullptr : at->second;
}

void WeightStore::keep(const std::string& name, const Type& type, bool packed, BufferRef buffer) {
  std::lock_guard lock(mutex_);
  buffers_[key(name, type, packed)] = std::move(buffer);
}

BufferRef WeightStore::place(const std::string& name, const Type& type, bool packed, std::span<const uint8_t> bytes,
                             std::shared_ptr<const void> owner, bool* copied) {
  BufferRef buffer;
  if (packed) {
    buffer = pack_weight(*device_, type, bytes);
  } else if (reinterpret_cast<uintptr_t>(bytes.data()) % size_t(info(type.dtype).block_bytes) == 0) {
    buffer = device_->wrap(bytes, std::move(owner));
  } else {
    buffer = device_->allocate(std::max<size_t>(bytes.size(), 1));  // files promise no alignment, kernels need it
    device_->write(*buffer, 0, bytes);
  }
  if (copied) *copied = packed || buffer->host() != bytes.data();
  keep(name, type, packed, buffer);
  return buffer;
}

size_t WeightStore::num_buffers() const {
  std::lock_guard lock(mutex_);
  return buffers_.size();
}

}  // namespace tegula
