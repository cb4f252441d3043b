// tegula list: what this build knows: architectures, weight encodings, ops.
#include "base/json.h"
#include "cli/command.h"
#include "cli/output.h"
#include "graph/parse.h"
#include "model/encoder_family.h"
#include "model/family.h"
#include "op/ops.h"
#include "weights/gguf_model.h"

namespace tegula {
namespace {

Json architectures() {
  Json::Array out;
  for (const Family* f : all_families()) {
    bool gguf = false;
    for (const auto& [model_type, name] : gguf_architectures()) gguf |= model_type == f->model_type;
    out.push_back(Json::Object{{"model_type", f->model_type}, {"example", f->example}, {"gguf", gguf}});
  }
  for (const EncoderFamily* f : all_encoder_families())
    out.push_back(
        Json::Object{{"model_type", f->model_type}, {"example", f->example}, {"gguf", false}, {"encoder", true}});
  return out;
}

// The dtypes that weights may be stored in.
Json encodings() {
  Json::Array out;
  for (const DTypeInfo& d : all_dtypes()) {
    if (!is_float(d.dtype) && !is_quantized(d.dtype)) continue;
    Json entry = Json::Object{{"name", d.name}, {"bits_per_weight", 8.0 * d.block_bytes / d.block_elements}};
    entry.set("block", d.block_elements);
    entry.set("safetensors", d.safetensors.empty() ? Json() : Json(d.safetensors));
    out.push_back(entry);
  }
  return out;
}

Json names_of(DTypeSet set) {
  Json::Array out;
  for (const DTypeInfo& d : all_dtypes())
    if (set & set_of(d.dtype)) out.push_back(d.name);
  return out;
}

const char* kind_of(const Op& op) {
  if (op.is_elementwise()) return "elementwise";
  return op.expand && !op.kernel ? "composite" : "structured";
}

Json describe(const Op& op) {
  Json::Array operands, attributes;
  for (int i = 0; i < op.num_operands(); ++i) {
    const Operand& o = op.operands[size_t(i)];
    operands.push_back(Json::Object{{"name", o.name},
                                    {"types", names_of(o.dtypes)},
                                    {"optional", i >= op.num_operands() - op.optional},
                                    {"variadic", op.variadic && i + 1 == op.num_operands()}});
  }
  for (const AttrSpec& a : op.attrs)
    if (!a.name.empty())
      attributes.push_back(Json::Object{{"name", a.name},
                                        {"kind", text_of(a.kind)},
                                        {"default", a.fallback.empty() ? Json() : Json(a.fallback)},
                                        {"doc", a.doc}});
  Json out = Json::Object{{"name", op.name}, {"kind", kind_of(op)}, {"doc", op.doc}};
  out.set("operands", std::move(operands));
  out.set("attributes", std::move(attributes));
  out.set("differentiable", op.differentiable && (op.vjp || op.expand));
  return out;
}

Json ops() {
  Json::Array out;
  for (const Op* op : all_ops()) out.push_back(describe(*op));
  return out;
}

std::string padded(std::string_view text, size_t width) {
  return str(text, std::string(text.size() < width ? width - text.size() : 1, ' '));
}

void print_architectures() {
  for (const Family* f : all_families()) print_line(padded(f->model_type, 20) + std::string(f->example));
  for (const EncoderFamily* f : all_encoder_families())
    print_line(padded(f->model_type, 20) + std::string(f->example) + " (encode)");
}

void print_encodings() {
  const Json all = encodings();
  for (const Json& e : all.as_array()) {
    const Json& safetensors = e.at("safetensors");
    print_line(str(padded(e.at("name").as_string(), 10), padded(str(e.at("bits_per_weight").as_double()), 7),
                   "bits a weight   ", safetensors.is_null() ? "GGUF" : "GGUF, safetensors"));
  }
}

// matmul(a, b, bias?) {transpose_b = false}: what it computes.
void print_ops() {
  for (const Op* op : all_ops()) {
    const Json d = describe(*op);
    std::string operands, attributes;
    for (const Json& o : d.at("operands").as_array())
      operands += str(operands.empty() ? "" : ", ", o.at("name").as_string(), o.at("optional").as_bool() ? "?" : "",
                      o.at("variadic").as_bool() ? "..." : "");
    for (const Json& a : d.at("attributes").as_array()) {
      const Json& fallback = a.at("default");
      attributes += str(attributes.empty() ? " {" : ", ", a.at("name").as_string(),
                        fallback.is_null() ? "" : " = " + fallback.as_string());
    }
    print_line(str(op->name, "(", operands, ")", attributes, attributes.empty() ? "" : "}"));
    print_line(str("    ", op->doc));
  }
}

struct List {
  const char* name;
  Json (*json)();
  void (*print)();
};
constexpr List kLists[] = {{"architectures", architectures, print_architectures},
                           {"encodings", encodings, print_encodings},
                           {"ops", ops, print_ops}};

void list(const std::string& what, bool json) {
  Json all = Json::Object{};
  for (const List& l : kLists) {
    if (!what.empty() && what != l.name) continue;
    if (json) {
      all.set(l.name, l.json());
      continue;
    }
    if (what.empty()) print_line(str(&l == kLists ? "" : "\n", l.name, ":"));
    l.print();
  }
  if (json) print_line((what.empty() ? all : all.at(what)).dump(2));
}

}  // namespace

const Command list_command{"list", "architectures, encodings and ops that this build knows",
                           [](Arguments& arguments, const CommonOptions&) -> std::function<void()> {
                             auto what = std::make_shared<std::string>();
                             auto json = std::make_shared<bool>(false);
                             arguments.choice("WHAT", *what, {"architectures", "encodings", "ops"},
                                              "absent: all of them");
                             arguments.flag("--json", *json, "as JSON; of ops: operands, attributes, types, doc");
                             return [what, json] { list(*what, *json); };
                           }};

}  // namespace tegula
