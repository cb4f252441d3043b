#include "compile/emit.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "compile/cpp.h"
#include "compile/far_axis.h"
#include "compile/flatten.h"
#include "kernel/columns.h"
#include "kernel/map.h"
#include "kernel/map_across.h"
#include "kernel/row.h"
#include "op/reduction.h"

namespace tegula {
namespace {

class Emitter {
 public:
  Emitter(const Graph& body, const std::vector<bool>& packed, bool simt) : body_(body), packed_(packed), simt_(simt) {
    for (const Node& n : body.nodes())
      if (n.op->kernel) anchor_ = &n;
    for (const Node& n : body.nodes())
      if (!anchor_ && !n.op->reduce.empty()) anchor_ = &n;
    for (const Node& n : body.nodes()) {
      bool after = &n == anchor_ && n.op->kernel, of_rows = !n.op->reduce.empty();
      for (Value v : n.operands) {
        after = after || after_anchor_.contains(v.id);
        of_rows = of_rows || of_rows_.contains(v.id);
      }
      if (of_rows && !rows_) rows_ = &n;
      for (Value v : n.results)
        if (after || of_rows) (after ? after_anchor_ : of_rows_).insert(v.id);
    }
  }

  Kernel run() {
    describe();
    parameters();
    std::string before;
    for (const Node& n : body_.nodes())
      if (n.results.empty() || !comes_later(n.results[0])) before += "  " + pull(n) + "\n";
    std::string main = !anchor_ ? map() : anchor_->op->kernel ? kernel() : rows();
    std::string signature;
    for (size_t i = 0; i < body_.parameters().size(); ++i) signature += ", " + pointer(i);
    for (size_t i = 0; i < body_.results().size(); ++i) {
      out_.has_pointer.push_back(!(in_place() && i == 0));
      if (out_.has_pointer[i]) signature += str(", GLOBAL ", info(body_.results()[i].dtype()).cpp, "* o", i);
    }
    out_.scalars = dim_.dims();
    for (size_t i = 0; i < out_.scalars.size(); ++i) signature += str(", i64 d", i);
    out_.text = "KERNEL(@" + signature + ") {\n" + loads_ + before + main + "}\n";
    return std::move(out_);
  }

 private:
  bool comes_later(Value v) const { return of_rows_.contains(v.id) || after_anchor_.contains(v.id); }
  bool in_place() const { return anchor_ && anchor_->op->facts.in_place >= 0; }

  void describe() {
    std::set<std::string_view> seen;
    for (const Node& n : body_.nodes())
      if (!n.op->element || &n == anchor_) out_.description += str(out_.description.empty() ? "" : " ", n.op->name);
    if (out_.description.empty()) out_.description = body_.nodes().empty() ? "copy" : body_.nodes().back().op->name;
  }

  // --- operands in memory ---

  std::string pointer(size_t i) {
    const Type& t = body_.parameters()[i].value.type();
    bool written = in_place() && anchor_->operands[size_t(anchor_->op->facts.in_place)] == body_.parameters()[i].value;
    std::string_view element = packed_[i] || is_quantized(t.dtype) ? "u8" : info(t.dtype).cpp;
    return str("GLOBAL ", written ? "" : "const ", element, "* b", i);
  }

  void parameters() {
    for (size_t i = 0; i < body_.parameters().size(); ++i) {
      Value v = body_.parameters()[i].value;
      size_t rank = v.shape().size();
      if (packed_[i]) {
        header("kernel/quant.h");
        check(rank == 2 || rank == 3, "a packed weight of rank ", rank);
        std::string type = packed_type(v.type());
        if (rank == 2) {
          loads_ += str("  auto w", i, " = ", type, "{b", i, "};\n");
          loads_ += str("  auto ", name(v), " = [=](i64 i0, i64 i1) { return w", i, "(i0, i1); };\n");
        } else {
          loads_ +=
              str("  auto w", i, " = [=](i64 g) { using P = ", type, "; return P{b", i, " + g * P::kBytes}; };\n");
          loads_ += str("  auto ", name(v), " = [=](i64 i0, i64 i1, i64 i2) { return w", i, "(i0)(i1, i2); };\n");
        }
      } else {
        std::string at = offset(v.shape(), index_names(rank), dim_), lambda = "[=](" + index_parameters(rank) + ") ";
        bool typed = anchor_ && anchor_->op->kernel && !is_quantized(v.dtype());  // its operands say where they lie
        if (typed) header("kernel/operand.h");
        loads_ += str("  auto ", name(v), " = ",
                      typed ? str("in_memory(b", i, ", ", lambda, "{ return i64(", at, "); })")
                            : str(lambda, "{ return load(b", i, " + ", at, "); }"),
                      ";\n");
      }
    }
  }

  std::string packed_type(const Type& t) {
    std::string format(tegula::name(t.dtype));
    for (char& c : format) c = char(std::toupper(static_cast<unsigned char>(c)));
    size_t last = t.shape.size() - 1;
    return str("Packed<", format, ", ", dim_(t.shape[last - 1]), ", ", dim_(t.shape[last]), ">");
  }

  void header(std::string h) {
    if (std::find(out_.headers.begin(), out_.headers.end(), h) == out_.headers.end())
      out_.headers.push_back(std::move(h));
  }

  // --- values as lambdas ---

  static std::string name(Value v) { return str("v", v.id); }
  static std::string call(Value v, const std::vector<std::string>& index) {
    return name(v) + "(" + joined(index) + ")";
  }
  // The index into an operand that broadcasts to a result at `index`.
  static std::vector<std::string> broadcast_index(const Shape& from, const std::vector<std::string>& index) {
    std::vector<std::string> out(index.end() - int64_t(from.size()), index.end());
    for (size_t a = 0; a < from.size(); ++a)
      if (from[a].is(1)) out[a] = "0";
    return out;
  }

  // A value is the same number wherever it is read, in this kernel or from memory.
  std::string rounded(Value v, std::string_view expression) {
    header("kernel/math.h");
    return str("rounded<", info(v.dtype()).cpp, ">(", expression, ")");
  }

  // auto v7 = [=](i64 i0, i64 i1) { return ...; };
  std::string pull(const Node& n) {
    if (!n.op->header.empty()) header(std::string(n.op->header));
    size_t rank = n.results[0].shape().size();
    std::string body = n.op->is_elementwise() ? elementwise(n) : "return " + element(n) + ";";
    return str("auto ", name(n.results[0]), " = [=](", index_parameters(rank), ") { ", body, " };");
  }

  std::string elementwise(const Node& n) {
    auto index = index_names(n.results[0].shape().size());
    std::string out =
        str("using T = Compute<",
            info(n.operands[0].dtype()).block_elements > 1 ? "f32" : info(n.operands[0].dtype()).cpp, ">; ");
    for (const auto& [attr, value] : n.attrs.items()) out += attribute(attr, value);
    for (size_t i = 0; i < n.operands.size(); ++i)
      out += str("auto ", n.op->operands[i].name, " = ",
                 call(n.operands[i], broadcast_index(n.operands[i].shape(), index)), "; ");
    return str(out, "return ", rounded(n.results[0], n.op->scalar), ";");
  }

  static std::string attribute(const std::string& name, const Attr& value) {
    if (auto* d = std::get_if<DType>(&value)) return str("using ", name, " = ", info(*d).cpp, "; ");
    if (auto* f = std::get_if<double>(&value))
      return str("const T ", name, " = T(", cpp_literal(scalar_literal(DType::kF64, *f)), "); ");
    if (auto* i = std::get_if<int64_t>(&value)) return str("const i64 ", name, " = ", *i, "; ");
    if (auto* b = std::get_if<bool>(&value)) return str("const bool ", name, " = ", *b ? "true" : "false", "; ");
    check(false, "attribute \"", name, "\" of an elementwise op has no spelling in C++");
    return "";
  }

  std::string element(const Node& n) {
    auto index = index_names(n.results[0].shape().size());
    ElementCode code{
        n, index,
        [&](int operand, const std::vector<std::string>& at) { return call(n.operands[size_t(operand)], at); },
        [&](const Dim& d) { return dim_(d); }, cpp_literal};
    std::string found = n.op->element(code);
    if (n.operands.empty()) return rounded(n.results[0], found);  // others only re-read what is rounded already
    return str("Compute<", info(n.results[0].dtype()).cpp, ">(", found, ")");
  }

  std::string store(size_t result, const std::vector<std::string>& index) {
    Value v = body_.results()[result];
    return str("store(o", result, " + ", offset(v.shape(), index, dim_), ", ", call(v, index), ");");
  }

  // --- the three kinds of kernel ---

  std::string map() {
    if (const int axis = far_axis(body_); axis >= 0) return map_across(axis);
    header("kernel/map.h");
    Shape shape = body_.results()[0].shape();
    Dim cols = shape.empty() ? Dim(1) : shape.back(), rows = 1;
    if (!shape.empty()) shape.pop_back(), rows = product(shape);
    out_.grid = kernel::map_blocks(rows, cols);
    auto index = index_names(body_.results()[0].shape().size());
    std::string stores;
    for (size_t i = 0; i < body_.results().size(); ++i) stores += store(i, index) + " ";
    std::string col = index.empty() ? "" : index.back();
    return str("  map(blocks, ", dim_(rows), ", ", dim_(cols), ", [=](i64 row) { ",
               split_index("row", shape, index, dim_), "return [=](i64 ", col, ") { ", stores, "}; });\n");
  }

  std::string map_across(int axis) {
    header("kernel/map_across.h");
    const Value result = body_.results()[0];
    const Shape& shape = result.shape();
    const Shape before(shape.begin(), shape.begin() + axis), between(shape.begin() + axis + 1, shape.end() - 1);
    const std::vector<std::string> index = index_names(shape.size());
    const std::string split = split_index("o", before, {index.begin(), index.begin() + axis}, dim_) +
                              split_index("i", between, {index.begin() + axis + 1, index.end() - 1}, dim_);
    const Dim outer = product(before), across = shape[size_t(axis)], inner = product(between), cols = shape.back();
    out_.grid = kernel::map_across_blocks(outer, across, inner, cols, simt_);
    const std::string place = str("[=](i64 ", index[size_t(axis)], ", i64 ", index.back());
    return str("  map_across<", info(result.dtype()).cpp, ">(blocks, ", dim_(outer), ", ", dim_(across), ", ",
               dim_(inner), ", ", dim_(cols), ",\n    [=](i64 o, i64 i) { ", split, "return ", place, ") { return ",
               call(result, index), "; }; },\n    [=](i64 o, i64 i) { ", split, "return ", place,
               ", auto x) { store(o0 + ", offset(shape, index, dim_), ", x); }; });\n");
  }

  // What is computed along rows of a space: which of its axes are one row's, and which count the rows. Where the last
  // axis is among those that count, a strip of neighbouring rows (columns, in memory) is computed at once.
  struct RowSpace {
    Shape space, kept, reduced;
    std::vector<int64_t> axes;  // that are reduced
    std::vector<std::string> index, kept_index, reduced_index;

    explicit RowSpace(const Node& reduction)
        : space(reduction.operands[0].shape()),
          axes(op::reduced_axes(reduction.attrs, int(space.size()))),
          index(index_names(space.size())) {
      for (size_t a = 0; a < space.size(); ++a) {
        bool is_reduced = std::binary_search(axes.begin(), axes.end(), int64_t(a));
        (is_reduced ? reduced : kept).push_back(space[a]);
        (is_reduced ? reduced_index : kept_index).push_back(index[a]);
      }
    }
    bool in_strips(bool simt) const {
      const int64_t least = simt ? 32 : 8;  // of fewer, each is a row
      return !axes.empty() && axes.back() + 1 != int64_t(space.size()) &&
             !(space.back().is_constant() && space.back().value() < least);
    }
    // the index of a value with one element a row, in its own rank
    std::vector<std::string> at_row(Value v) const {
      if (v.shape().size() == kept.size() && kept.size() != space.size()) return kept_index;
      auto out = index;
      for (int64_t a : axes) out[size_t(a)] = "0";
      return out;
    }
    // Given that v depends on a reduction: has it one element a row?
    bool is_row_value(Value v) const {
      Shape row = space;
      for (int64_t a : axes) row[size_t(a)] = 1;
      return v.shape().size() != space.size() || v.shape() == row;
    }
  };

  // The function of a place c in the row that begins with this text.
  std::string column(const RowSpace& s) { return "[=](i64 c) { " + split_index("c", s.reduced, s.reduced_index, dim_); }
  // The function of a lane l of a strip, or of a place c in its column and a lane, that begins with this text.
  std::string lane(const RowSpace& s) { return str("[=](i64 l) { const i64 ", s.index.back(), " = j0 + l; "); }
  std::string column_lane(const RowSpace& s) {
    return str("[=](i64 c, i64 l) { const i64 ", s.index.back(), " = j0 + l; ",
               split_index("c", s.reduced, s.reduced_index, dim_));
  }

  // Everything that depends on a reduction, for one row, whose indices are in scope.
  std::string row_values(const RowSpace& s) {
    header("kernel/row.h");
    std::string text;
    for (const Node& n : body_.nodes()) {
      Value v = n.results[0];
      if (!of_rows_.contains(v.id)) continue;
      std::string once = str("    auto r", v.id, " = "),
                  constant = str("    auto ", name(v), " = [=](auto...) { return r", v.id, "; };\n");
      if (!n.op->reduce.empty())
        text += str(once,
                    rounded(v, str("reduce<", n.op->reduce, ">(", dim_(product(s.reduced)), ", ", column(s), "return ",
                                   call(n.operands[0], s.index), "; })")),
                    ";\n", constant);
      else if (s.is_row_value(v)) text += str(once, "[=] { ", elementwise_at(n, s.at_row(v)), " }();\n", constant);
      else text += "    " + pull(n) + "\n";
    }
    return text;
  }

  // The same for a strip of `lanes` rows, of which the first is the one at j0 along the last axis.
  std::string strip_values(const RowSpace& s) {
    header("kernel/columns.h");
    std::string text;
    for (const Node& n : body_.nodes()) {
      Value v = n.results[0];
      if (!of_rows_.contains(v.id)) continue;
      const bool reduces = !n.op->reduce.empty();
      if (!reduces && !s.is_row_value(v)) {
        text += "    " + pull(n) + "\n";
        continue;
      }
      text += str("    Compute<", info(v.dtype()).cpp, "> s", v.id, "[kStripLanes];\n    auto r", v.id, " = ");
      if (reduces)
        text += str("reduce_lanes<", n.op->reduce, ">(s", v.id, ", ", dim_(product(s.reduced)), ", lanes, ",
                    column_lane(s), "return ", call(n.operands[0], s.index), "; });\n");
      else text += str("keep_lanes(s", v.id, ", lanes, ", lane(s), elementwise_at(n, s.at_row(v)), " });\n");
      text += str("    auto ", name(v), " = [=](auto... i) { return ",
                  rounded(v, str("r", v.id, "(last_of(i...) - j0)")), "; };\n");
    }
    return text;
  }

  struct RowStores {
    std::string one_a_row, each_column;
  };
  RowStores row_stores(const RowSpace& s) {
    RowStores out;
    for (size_t i = 0; i < body_.results().size(); ++i) {
      Value v = body_.results()[i];
      bool one_a_row = of_rows_.contains(v.id) && s.is_row_value(v);
      (one_a_row ? out.one_a_row : out.each_column) += store(i, one_a_row ? s.at_row(v) : s.index) + " ";
    }
    return out;
  }

  std::string rows() {
    RowSpace s(*anchor_);
    if (s.in_strips(simt_)) return columns(s);
    Dim count = product(s.kept);
    out_.grid = kernel::row_blocks(count);
    std::string text = str("  rows(blocks, ", dim_(count), ", [=](i64 row) {\n    ",
                           split_index("row", s.kept, s.kept_index, dim_), "\n", row_values(s));
    const RowStores stores = row_stores(s);
    if (!stores.one_a_row.empty()) text += "    for_each(1, [=](i64) { " + stores.one_a_row + "});\n";
    if (!stores.each_column.empty())
      text += str("    for_each(", dim_(product(s.reduced)), ", ", column(s), stores.each_column, "});\n");
    return text + "  });\n";
  }

  std::string columns(const RowSpace& s) {
    Shape outer(s.kept.begin(), s.kept.end() - 1);
    const Dim rows = product(outer), &cols = s.kept.back();
    out_.grid = kernel::column_blocks(rows, cols, simt_);
    std::vector<std::string> outer_index(s.kept_index.begin(), s.kept_index.end() - 1);
    std::string text =
        str("  columns(blocks, ", dim_(rows), ", ", dim_(cols), ", [=](i64 row, i64 j0, i64 lanes) {\n    ",
            split_index("row", outer, outer_index, dim_), "\n", strip_values(s));
    const RowStores stores = row_stores(s);
    if (!stores.one_a_row.empty()) text += str("    for_each(lanes, ", lane(s), stores.one_a_row, "});\n");
    if (!stores.each_column.empty())
      text += str("    for (i64 c = 0; c < ", dim_(product(s.reduced)), "; ++c)\n      for_each(lanes, ", lane(s),
                  split_index("c", s.reduced, s.reduced_index, dim_), stores.each_column, "});\n");
    return text + "  });\n";
  }

  // The kernel's operand that is computed by rows: for the indices but the last, a functor over the last.
  std::string row_functor(Value v) {
    RowSpace s(*rows_);
    return str("  auto ", name(v), " = [=](", index_parameters(s.kept.size()), ") {\n", row_values(s),
               "    return [=](i64 ", s.index.back(), ") { return ", call(v, s.index), "; };\n  };\n");
  }

  // The statements of an elementwise node's value where the indices i0, i1, ... of its rank are spelled `index`.
  std::string elementwise_at(const Node& n, const std::vector<std::string>& index) {
    std::string out;
    auto names = index_names(index.size());
    for (size_t i = 0; i < index.size(); ++i)
      if (index[i] == "0") out += "const i64 " + names[i] + " = 0; ";
      else if (index[i] != names[i])
        return str("return [=](", index_parameters(index.size()), ") { ", elementwise(n), " }(", joined(index), ");");
    return out + elementwise(n);
  }

  std::string kernel() {
    const Node& n = *anchor_;
    std::string stores = rows_ ? row_functor(n.operands[size_t(n.op->facts.row_operand)]) : "";
    std::set<int> stored;
    auto store_all = [&] {  // one lambda that takes all results, runs what is fused after, and stores
      size_t rank = n.results[0].shape().size();
      std::string text = "  auto s = [=](" + index_parameters(rank);
      for (size_t i = 0; i < n.results.size(); ++i) text += str(rank || i ? ", " : "", "auto r", i);
      text += ") {\n";
      for (size_t i = 0; i < n.results.size(); ++i)
        text += str("    auto ", name(n.results[i]), " = [=](auto...) { return ", rounded(n.results[i], str("r", i)),
                    "; };\n");
      for (const Node& m : body_.nodes())
        if (&m != anchor_ && after_anchor_.contains(m.results[0].id)) text += "    " + pull(m) + "\n";
      for (size_t i = 0; i < body_.results().size(); ++i) text += "    " + store(i, index_names(rank)) + "\n";
      return text + "  };\n";
    };
    auto store_one = [&](int i) {
      for (size_t r = 0; r < body_.results().size(); ++r) {
        if (!(body_.results()[r] == n.results[size_t(i)])) continue;
        size_t rank = n.results[size_t(i)].shape().size();
        return str("  auto s", i, " = [=](", index_parameters(rank), rank ? ", " : "", "auto x) { store(o", r, " + ",
                   offset(n.results[size_t(i)].shape(), index_names(rank), dim_), ", x); };\n");
      }
      return str("  auto s", i, " = [=](auto...) {};\n");  // nobody reads it
    };
    KernelCode code{
        n,
        [&](int i) { return name(n.operands[size_t(i)]); },
        [&](int i) { return of_rows_.contains(n.operands[size_t(i)].id); },
        [&](int i) { return str(packed(n, i) ? "w" : "b", n.operands[size_t(i)].index()); },
        [&](int i) { return packed(n, i); },
        [&](int i) {
          if (stored.insert(i).second) stores += i < 0 || n.results.size() == 1 ? store_all() : store_one(i);
          return i < 0 || n.results.size() == 1 ? std::string("s") : str("s", i);
        },
        [&](const Dim& d) { return dim_(d); },
        [](int i) { return str("o", i); },
        [&](std::string_view flat, const Shape& shape, const std::vector<std::string>& names) {
          return split_index(flat, shape, names, dim_);
        },
        simt_,
    };
    KernelCall call = n.op->kernel(code);
    header(call.header);
    out_.grid = std::move(call.grid);
    return stores + "  " + call.text + "\n";
  }

  bool packed(const Node& n, int i) const {
    Value v = n.operands[size_t(i)];
    return !v.node() && packed_[size_t(v.index())];
  }

  const Graph& body_;
  const std::vector<bool>& packed_;
  bool simt_;
  const Node* anchor_ = nullptr;
  const Node* rows_ = nullptr;            // the first reduction
  std::set<int> of_rows_, after_anchor_;  // values that depend on a reduction but not the kernel; on the kernel
  DimArguments dim_;
  std::string loads_;
  Kernel out_;
};

}  // namespace

Kernel emit(const Graph& body, const std::vector<bool>& packed, bool simt) {
  if (GraphPtr flat = flatten(body)) return Emitter(*flat, packed, simt).run();
  return Emitter(body, packed, simt).run();
}

}  // namespace tegula
