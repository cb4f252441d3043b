// WeightStore: a model's weights on one device, whatever number of programs uses them.
// One idea: a tensor is held once in each layout that a kernel asks for; the programs of one model (prefill, decode)
// are given the same store, and what one of them has set, folded or packed the next one finds. Invariant: within a
// store a name means one tensor. A tensor that is set again is new to the program that sets it and to later ones.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "device/device.h"
#include "graph/type.h"

namespace tegula {

class WeightStore {
 public:
  explicit WeightStore(DeviceRef device) : device_(std::move(device)) {}

  // Null where it is not there in this layout.
  BufferRef find(const std::string& name, const Type& type, bool packed) const;
  void keep(const std::string& name, const Type& type, bool packed, BufferRef buffer);
  // Places a tensor's bytes as they stand in a file: packed, or as they are, in place where the device can read them
  // there, which `owner` makes last. `copied`, if given, is set to whether the bytes are not needed any more.
  BufferRef place(const std::string& name, const Type& type, bool packed, std::span<const uint8_t> bytes,
                  std::shared_ptr<const void> owner, bool* copied = nullptr);

  const DeviceRef& device() const { return device_; }
  size_t num_buffers() const;

 private:
  static std::string key(const std::string& name, const Type& type, bool packed);

  DeviceRef device_;
  mutable std::mutex mutex_;
  std::map<std::string, BufferRef> buffers_;
};
using WeightStoreRef = std::shared_ptr<WeightStore>;

}  // namespace tegula
