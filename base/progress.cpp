// The line that progress.h draws, and when.
#include "base/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <system_error>

#include "base/error.h"

namespace tegula {
namespace {

int columns_of(int fd) {
  winsize size{};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

// Drawing is a courtesy: a terminal that went away must not end the work.
void write_all(int fd, std::string_view text) { (void)!::write(fd, text.data(), text.size()); }

}  // namespace

std::string progress_line(std::string_view label, int64_t done, int64_t total, double seconds, int columns) {
  std::string line;
  if (total <= 0) {
    line = str(label, "  ", int64_t(seconds), " s");
  } else {
    const double share = std::clamp(double(done) / double(total), 0.0, 1.0);
    const std::string percent = str(int(share * 100), "%");
    std::string tail = str("  ", std::string(4 - std::min<size_t>(4, percent.size()), ' '), percent);
    if (share > 0) tail += str("  ", int64_t(std::ceil(seconds / share - seconds)), " s left");
    const int width = std::clamp(columns - int(label.size()) - 24, 0, 40);
    line = str(label, "  ");
    if (width >= 5) {
      const int full = int(share * width);
      line +=
          "[" + std::string(full, '=') + (full < width ? ">" : "") + std::string(std::max(0, width - full - 1), ' ');
      line += "]";
    }
    line += tail;
  }
  return line.substr(0, size_t(std::max(0, columns)));
}

Progress::Progress(std::string_view label, int64_t total, int fd)
    : label_(label), total_(total), fd_(::isatty(fd) ? fd : -1), start_(Clock::now()) {}

Progress::~Progress() {
  if (drawn_) write_all(fd_, "\r\x1b[K");
}

void Progress::advance(int64_t amount) {
  done_.fetch_add(amount, std::memory_order_relaxed);
  if (fd_ < 0) return;
  const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  if (int64_t(seconds * 1000) < next_draw_ms_.load(std::memory_order_relaxed)) return;
  std::unique_lock lock(drawing_, std::try_to_lock);
  if (lock) draw(seconds);  // else another thread is drawing already
}

void Progress::draw(double seconds) {
  next_draw_ms_ = int64_t(seconds * 1000) + 100;
  drawn_ = true;
  const int columns = columns_of(fd_) - 1;  // the last column would wrap on some terminals
  write_all(fd_, "\r" + progress_line(label_, done_.load(), total_, seconds, columns) + "\x1b[K");
}

ElapsedProgress::ElapsedProgress(std::string_view label, int fd) : progress_(label, 0, fd) {
  if (!::isatty(fd)) return;
  try {
    thread_ = std::thread([this] {
      std::unique_lock lock(mutex_);
      while (!ended_.wait_for(lock, std::chrono::milliseconds(200), [this] { return end_; })) progress_.advance(1);
    });
  } catch (const std::system_error&) {  // no thread to be had: the work matters, its progress is not shown
  }
}

ElapsedProgress::~ElapsedProgress() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock(mutex_);
    end_ = true;
  }
  ended_.notify_one();
  thread_.join();
}

}  // namespace tegula
