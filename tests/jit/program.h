// What the jit's tests share: a folder for one test, a program opened, and a cache of the test's own.
#pragma once

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "jit/jit.h"

namespace tegula {

// A folder that is removed with the object.
class Folder {
 public:
  Folder() {
    std::string name = environment("TMPDIR").value_or("/tmp") + "/tegula-test-XXXXXX";
    if (!::mkdtemp(name.data())) fail("cannot make ", name);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }
  std::string operator/(std::string_view name) const { return str(path_, "/", name); }

 private:
  std::string path_;
};

// Sets an environment variable while it lives.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name), before_(environment(name)) {
    ::setenv(name, value.c_str(), 1);
  }
  Variable(const Variable&) = delete;
  ~Variable() { before_ ? ::setenv(name_, before_->c_str(), 1) : ::unsetenv(name_); }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

// A compiled program, opened.
class Opened {
 public:
  explicit Opened(const Binary& compiled) : handle_(::dlopen(compiled.path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (!handle_) fail("dlopen: ", ::dlerror());
  }
  Opened(const Opened&) = delete;
  ~Opened() { ::dlclose(handle_); }

  template <class Function>
  Function* function(const char* name) const {
    void* symbol = ::dlsym(handle_, name);
    if (!symbol) fail("dlsym: ", ::dlerror());
    return reinterpret_cast<Function*>(symbol);
  }

 private:
  void* handle_;
};

// The message of the Error that f() throws.
template <class F>
std::string error_of(F&& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "(no error)";
}

inline Binary compile_one(const Target& target, const std::string& source, std::string_view name = "test") {
  return compile(target, std::span(&source, 1), name);
}

}  // namespace tegula
