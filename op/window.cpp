#include "op/window.h"

#include "op/pad.h"

namespace tegula::op {
namespace {

// The spatial numbers of an attribute, `fallback` for each where it is empty.
std::vector<int64_t> spatial(const Attrs& attrs, std::string_view name, size_t n, int64_t fallback) {
  std::vector<int64_t> given = attrs.ints(name);
  return given.empty() ? std::vector<int64_t>(n, fallback) : given;
}

}  // namespace

std::vector<WindowAxis> window_axes(const Attrs& attrs) {
  const std::vector<int64_t>& size = attrs.ints("size");
  std::vector<int64_t> stride = spatial(attrs, "stride", size.size(), 1),
                       dilation = spatial(attrs, "dilation", size.size(), 1);
  std::vector<WindowAxis> out;
  for (size_t a = 0; a < size.size(); ++a) out.push_back({size[a], stride[a], dilation[a]});
  return out;
}

std::vector<WindowAxis> window_axes(const Infer& i) {
  size_t n = i.attrs.ints("size").size();
  for (std::string_view name : {"size", "stride", "dilation"}) {
    const std::vector<int64_t>& given = i.attrs.ints(name);
    if (given.size() != n && !(given.empty() && name != "size"))
      i.error(given.size(), " numbers in ", name, " for ", n, " spatial axes");
    for (int64_t v : given)
      if (v < 1 || v > INT32_MAX) i.error(v, " in ", name, ", expected 1 to ", INT32_MAX);
  }
  return window_axes(i.attrs);
}

std::vector<Type> infer_windows(const Infer& i) {
  std::vector<WindowAxis> windows = window_axes(i);
  size_t n = windows.size(), lead = i[0].shape.size() - n;
  if (i[0].shape.size() < n) i.error("size names ", n, " axes, x is ", text(i[0]));
  Type out = i[0];
  for (size_t a = 0; a < n; ++a) {
    Dim& d = out.shape[lead + a];
    i.require(d - windows[a].span(), "a window of ", windows[a].span(), " is longer than axis ", lead + a, " of ",
              text(i[0]));
    d = windows[a].count(d);
  }
  for (const WindowAxis& w : windows) out.shape.push_back(w.size);
  return {out};
}

std::string element_windows(const ElementCode& c) {
  std::vector<WindowAxis> windows = window_axes(c.node.attrs);
  size_t n = windows.size(), lead = c.index.size() - 2 * n;
  std::vector<std::string> index(c.index.begin(), c.index.end() - int64_t(n));
  for (size_t a = 0; a < n; ++a) {
    auto times = [](const std::string& i, int64_t by) { return by == 1 ? i : str(i, " * ", by); };
    std::string &at = index[lead + a], k = c.index[lead + n + a];
    at = str("(", times(at, windows[a].stride), " + ", times(k, windows[a].dilation), ")");
  }
  return c.element(0, index);
}

std::vector<Type> infer_fold(const Infer& i) {
  std::vector<WindowAxis> windows = window_axes(i);
  const Shape& lengths = i.attrs.dims("shape");
  size_t n = windows.size();
  if (i[0].shape.size() < 2 * n) i.error("size names ", n, " axes, x is ", text(i[0]), ", expected windows of them");
  if (lengths.size() != n) i.error("shape ", text(lengths), " is not of ", n, " axes");
  Type out = i[0];
  out.shape.resize(out.shape.size() - n);
  for (size_t a = 0; a < n; ++a) {
    size_t at = out.shape.size() - n + a;
    Dim count = windows[a].count(lengths[a]);
    const Dim &have = i[0].shape[at], &size = i[0].shape[at + n];
    i.require_equal(have, count, text(i[0]), " has ", have.text(), " windows along axis ", at, "; a length of ",
                    lengths[a].text(), " has ", count.text());
    i.require_equal(size, windows[a].size, "windows of ", text(i[0]), " hold ", size.text(), " elements along axis ",
                    at + n, ", expected ", windows[a].size);
    out.shape[at] = lengths[a];
  }
  return {out};
}

// A loop over the places k in a window: those where i - k * dilation is o * stride for one of the windows o.
std::string element_fold(const ElementCode& c) {
  std::vector<WindowAxis> windows = window_axes(c.node.attrs);
  size_t n = windows.size(), lead = c.index.size() - n;
  std::vector<std::string> index(c.index.begin(), c.index.end());
  std::string loops;
  for (size_t a = 0; a < n; ++a) {
    auto [size, stride, dilation] = windows[a];
    std::string k = str("k", a), o = str("o", a), count = c.dim(c.node.operand_type(0).shape[lead + a]);
    loops += str("for (i64 ", k, " = 0; ", k, " < ", size, "; ++", k, ") { i64 ", o, " = ", c.index[lead + a], " - ", k,
                 " * ", dilation, "; if (", o, " < 0 || ", o, " % ", stride, " != 0) continue; ", o, " /= ", stride,
                 "; if (", o, " >= ", count, ") continue; ");
    index[lead + a] = o;
    index.push_back(k);
  }
  return str("[=] { Compute<", info(c.node.result_type().dtype).cpp, "> sum(0); ", loops,
             "sum += ", c.element(0, index), ";", std::string(n, '}'), " return sum; }()");
}

std::vector<int64_t> padding_of(const Infer& i, size_t n) {
  std::vector<int64_t> padding = spatial(i.attrs, "padding", n, 0);
  if (padding.size() != n) i.error(padding.size(), " numbers in padding for ", n, " spatial axes");
  for (int64_t p : padding)
    if (p < 0 || p > INT32_MAX) i.error(p, " in padding, expected 0 to ", INT32_MAX);
  return padding;
}

Value pad_spatial(Value x, const Attrs& attrs, size_t n, double value) {
  const std::vector<int64_t>& padding = attrs.ints("padding");
  if (padding.empty()) return x;
  Shape by(padding.begin(), padding.end());
  return pad(x, {{"axes", axes_from(x.rank() - int64_t(n), n)}, {"low", by}, {"high", by}, {"value", value}});
}

std::vector<int64_t> axes_from(int64_t first, size_t n) {
  std::vector<int64_t> out(n);
  for (size_t a = 0; a < n; ++a) out[a] = first + int64_t(a);
  return out;
}

}  // namespace tegula::op
