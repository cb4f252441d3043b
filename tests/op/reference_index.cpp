// Gathers, scatters and windows: elements found by indices that are values.
#include <algorithm>

#include "base/error.h"
#include "reference.h"

namespace tegula::reference {
namespace {

// The index from 0, or -1 where it is outside.
int64_t inside(int64_t i, int64_t n) {
  if (i < 0) i += n;
  return i >= 0 && i < n ? i : -1;
}

Complex combined(const std::string& mode, DType dtype, Complex old, Complex update) {
  if (mode == "set") return update;
  if (is_integer(dtype)) {
    Int a = Int(old.real()), b = Int(update.real());
    if (mode == "add") return wrapped(dtype, a + b);
    if (mode == "mul")
      return wrapped(dtype, Int(static_cast<unsigned __int128>(a) * static_cast<unsigned __int128>(b)));
  }
  if (mode == "add") return old + update;
  if (mode == "mul") return old * update;
  bool keep = mode == "min" ? old.real() < update.real() : old.real() > update.real();
  return keep || std::isnan(old.real()) ? old : update;
}

void add_gathers(Table& t) {
  t["take"] = [](const Call& c) -> Arrays {
    Array y = c.result();
    int64_t axis = int64_t(c.axis()), rank = c.in[1].rank();
    for_each(y.shape, [&](const Index& i) {
      int64_t at =
          inside(c.in[1].integer(Index(i.begin() + axis, i.begin() + axis + rank)), c.in[0].shape[size_t(axis)]);
      Index from(i.begin(), i.begin() + axis);
      from.push_back(at);
      from.insert(from.end(), i.begin() + axis + rank, i.end());
      y.set(i, at < 0 ? Complex(0) : c.in[0].at(from));
    });
    return {y};
  };
  t["take_along_axis"] = [](const Call& c) -> Arrays {
    Array y = c.result();
    for_each(y.shape, [&](Index i) {
      Index to = i;
      int64_t at = inside(c.in[1].integer(i), c.in[0].shape[c.axis()]);
      i[c.axis()] = at;
      y.set(to, at < 0 ? Complex(0) : c.in[0].at(i));
    });
    return {y};
  };
  t["gather_nd"] = [](const Call& c) -> Arrays {
    Array y = c.result();
    size_t lead = c.in[1].shape.size() - 1;
    for_each(y.shape, [&](const Index& i) {
      Index from, place(i.begin(), i.begin() + int64_t(lead));
      place.push_back(0);
      bool ok = true;
      for (int64_t k = 0; k < c.in[1].shape[lead]; ++k) {
        place[lead] = k;
        from.push_back(inside(c.in[1].integer(place), c.in[0].shape[size_t(k)]));
        ok = ok && from.back() >= 0;
      }
      from.insert(from.end(), i.begin() + int64_t(lead), i.end());
      y.set(i, ok ? c.in[0].at(from) : Complex(0));
    });
    return {y};
  };
  t["dynamic_slice"] = [](const Call& c) -> Arrays {
    Array y = c.result();
    int64_t last = c.in[0].shape[c.axis()] - y.shape[c.axis()];
    int64_t start = std::max(std::min(c.in[1].integer({}), last), int64_t(0));
    for_each(y.shape, [&](Index i) {
      Index to = i;
      i[c.axis()] += start;
      y.set(to, c.in[0].at(i));
    });
    return {y};
  };
  t["one_hot"] = [](const Call& c) -> Arrays {
    Array y = c.result();
    for_each(y.shape, [&](const Index& i) { y.set(i, c.in[0].integer(Index(i.begin(), i.end() - 1)) == i.back()); });
    return {y};
  };
}

void add_scatters(Table& t) {
  // Every update in order, put where `where` says; nowhere where that is empty. Rounded once, at the end.
  auto scattered = [](const Call& c, const std::function<Index(const Index&)>& where) -> Arrays {
    Array y = c.in[0];
    const Array& updates = c.in[2];
    for_each(updates.shape, [&](const Index& i) {
      Index to = where(i);
      if (to.empty()) return;
      y.data[y.offset(to)] = combined(c.attrs().get<std::string>("mode"), y.dtype, y.at(to), updates.at(i));
    });
    for (Complex& v : y.data) v = stored(y.dtype, v);
    return {y};
  };
  t["scatter_along_axis"] = [=](const Call& c) {
    return scattered(c, [&](Index i) -> Index {
      i[c.axis()] = inside(c.in[1].integer(i), c.in[0].shape[c.axis()]);
      return i[c.axis()] < 0 ? Index{} : i;
    });
  };
  t["scatter"] = [=](const Call& c) {
    int64_t axis = int64_t(c.axis()), rank = c.in[1].rank();
    return scattered(c, [&](const Index& i) -> Index {
      int64_t at =
          inside(c.in[1].integer(Index(i.begin() + axis, i.begin() + axis + rank)), c.in[0].shape[size_t(axis)]);
      Index to(i.begin(), i.begin() + axis);
      to.push_back(at);
      to.insert(to.end(), i.begin() + axis + rank, i.end());
      return at < 0 ? Index{} : to;
    });
  };
  t["scatter_nd"] = [=](const Call& c) {
    size_t lead = c.in[1].shape.size() - 1;
    return scattered(c, [&](const Index& i) -> Index {
      Index to, place(i.begin(), i.begin() + int64_t(lead));
      place.push_back(0);
      for (int64_t k = 0; k < c.in[1].shape[lead]; ++k) {
        place[lead] = k;
        to.push_back(inside(c.in[1].integer(place), c.in[0].shape[size_t(k)]));
        if (to.back() < 0) return {};
      }
      to.insert(to.end(), i.begin() + int64_t(lead), i.end());
      return to;
    });
  };
  t["dynamic_update_slice"] = [](const Call& c) -> Arrays {
    Array y = c.in[0];
    int64_t last = y.shape[c.axis()] - c.in[1].shape[c.axis()];
    int64_t start = std::max(std::min(c.in[2].integer({}), last), int64_t(0));
    for_each(c.in[1].shape, [&](Index i) {
      Complex v = c.in[1].at(i);
      i[c.axis()] += start;
      y.set(i, v);
    });
    return {y};
  };
}

// Calls f(index of x, index of the window's place, index inside it) for each element that windows over x read.
struct Windows {
  std::vector<int64_t> size, stride, dilation;
  explicit Windows(const Attrs& a) : size(a.ints("size")), stride(a.ints("stride")), dilation(a.ints("dilation")) {
    if (stride.empty()) stride.assign(size.size(), 1);
    if (dilation.empty()) dilation.assign(size.size(), 1);
  }
  // The index into x of element i of windows of x.
  Index from(const Index& i) const {
    size_t n = size.size(), lead = i.size() - 2 * n;
    Index out(i.begin(), i.end() - int64_t(n));
    for (size_t a = 0; a < n; ++a) out[lead + a] = i[lead + a] * stride[a] + i[lead + n + a] * dilation[a];
    return out;
  }
};

void add_windows(Table& t) {
  t["windows"] = [](const Call& c) -> Arrays {
    Array y = c.result();
    Windows w(c.attrs());
    for_each(y.shape, [&](const Index& i) { y.set(i, c.in[0].at(w.from(i))); });
    return {y};
  };
  t["fold"] = [](const Call& c) -> Arrays {
    Array y = c.result();
    Windows w(c.attrs());
    std::vector<Complex> sums(y.data.size());
    for_each(c.in[0].shape, [&](const Index& i) { sums[y.offset(w.from(i))] += c.in[0].at(i); });
    for (size_t i = 0; i < sums.size(); ++i) y.data[i] = stored(y.dtype, sums[i]);
    return {y};
  };
  for (bool is_max : {true, false})
    t[is_max ? "max_pool" : "avg_pool"] = [is_max](const Call& c) -> Arrays {
      Array y = c.result();
      Windows w(c.attrs());
      if (c.attrs().ints("stride").empty()) w.stride = w.size;
      auto padding = c.attrs().ints("padding");
      if (padding.empty()) padding.assign(w.size.size(), 0);
      size_t n = w.size.size(), lead = y.shape.size() - n;
      for_each(y.shape, [&](const Index& i) {
        Real sum = 0, count = 0, best = -INFINITY;
        for_each(w.size, [&](const Index& k) {
          Index at = i;
          bool in = true;
          for (size_t a = 0; a < n; ++a) {
            at[lead + a] = i[lead + a] * w.stride[a] + k[a] * w.dilation[a] - padding[a];
            in = in && at[lead + a] >= 0 && at[lead + a] < c.in[0].shape[lead + a];
          }
          count += in || is_max || c.attrs().boolean("count_padding");
          if (!in) return;
          sum += c.in[0].real(at), best = std::max(best, c.in[0].real(at));
        });
        y.set(i, is_max ? best : sum / count);
      });
      return {y};
    };
}

}  // namespace

void add_indexing(Table& t) { add_gathers(t), add_scatters(t), add_windows(t); }

}  // namespace tegula::reference
