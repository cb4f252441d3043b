// Json's reader (simdjson's DOM, copied into our own values) and its writer.
#include "base/json.h"

#include <simdjson.h>

#include <charconv>
#include <cmath>

#include "base/error.h"
#include "base/file.h"
#include "base/number_text.h"

namespace tegula {
namespace {

constexpr int kMaxDepth = 512;

const char* kind_of(const Json& j) {
  if (j.is_null()) return "null";
  if (j.is_bool()) return "a boolean";
  if (j.is_number()) return "a number";
  if (j.is_string()) return "a string";
  return j.is_array() ? "an array" : "an object";
}

// What Python's json module writes and reads beyond JSON, and simdjson refuses: NaN, Infinity, -Infinity, and numbers
// too large for 64 bits ("model_max_length": 1000000000000000019884624838656 stands in many a tokenizer_config.json).
// Text that was refused is rewritten so that it is taken: large integers get an exponent, and the others become strings
// that begin with kMarker, which convert() turns back. Nothing is done to texts that are valid JSON.
constexpr std::string_view kMarker = "\x01tegula-number ";

struct Rewritten {
  std::string text;
  int markers = 0;
};

bool is_number_char(char c) {
  return (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.' || c == 'e' || c == 'E';
}

Rewritten rewrite_numbers(std::string_view text) {
  Rewritten out;
  auto mark = [&](std::string_view name) {
    out.text += "\"\\u0001";
    out.text += kMarker.substr(1);
    out.text += name;
    out.text += '"';
    ++out.markers;
  };
  for (size_t i = 0; i < text.size();) {
    size_t end = i + 1;
    if (text[i] == '"') {  // a string is left as it is
      while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
      end = std::min(end + 1, text.size());
      out.text += text.substr(i, end - i);
    } else if (text.substr(i).starts_with("NaN")) {
      end = i + 3;
      mark("NaN");
    } else if (text.substr(i).starts_with("Infinity")) {
      end = i + 8;
      mark("Infinity");
    } else if (text.substr(i).starts_with("-Infinity")) {
      end = i + 9;
      mark("-Infinity");
    } else if (is_number_char(text[i])) {
      while (end < text.size() && is_number_char(text[end])) ++end;
      const std::string_view number = text.substr(i, end - i);
      const bool integer = number.find_first_of(".eE") == std::string_view::npos;
      if (const auto value = number_of(number); value && std::isinf(*value)) {
        mark(number[0] == '-' ? "-Infinity" : "Infinity");
      } else {
        out.text += number;
        if (integer && number.size() > 18) out.text += "e0";
      }
    } else {
      out.text += text[i];
    }
    i = end;
  }
  return out;
}

// marked: null, or counts the strings that are numbers.
Json convert(const simdjson::dom::element& e, int* marked) {
  using simdjson::dom::element_type;
  switch (e.type()) {
    case element_type::ARRAY: {
      Json::Array out;
      out.reserve(simdjson::dom::array(e).size());
      for (auto item : simdjson::dom::array(e)) out.push_back(convert(item, marked));
      return out;
    }
    case element_type::OBJECT: {
      Json::Object out;
      out.reserve(simdjson::dom::object(e).size());
      for (auto [key, value] : simdjson::dom::object(e)) out.emplace_back(key, convert(value, marked));
      return out;
    }
    case element_type::INT64: return int64_t(e);
    case element_type::UINT64: return double(uint64_t(e));  // beyond int64
    case element_type::DOUBLE: return double(e);
    case element_type::STRING: {
      const std::string_view text(e);
      if (!marked || !text.starts_with(kMarker)) return text;
      ++*marked;
      return number_of(text.substr(kMarker.size())).value_or(0);
    }
    case element_type::BOOL: return bool(e);
    default: return nullptr;
  }
}

void write_number(std::string& out, double v) {
  if (!std::isfinite(v)) {  // JSON has no such number; Python's json module writes these names
    out += std::isnan(v) ? "NaN" : v > 0 ? "Infinity" : "-Infinity";
    return;
  }
  char buffer[32];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, v).ptr;
  out.append(buffer, end);
  if (std::string_view(buffer, end - buffer).find_first_of(".e") == std::string_view::npos) out += ".0";
}

struct Writer {
  std::string out;
  int indent;

  void newline(int depth) {
    if (!indent) return;
    out += '\n';
    out.append(size_t(depth) * indent, ' ');
  }
  void write(const Json& j, int depth) {
    if (j.is_null()) out += "null";
    else if (j.is_bool()) out += j.as_bool() ? "true" : "false";
    else if (j.is_int()) out += std::to_string(j.as_int());
    else if (j.is_number()) write_number(out, j.as_double());
    else if (j.is_string()) out += json_quoted(j.as_string());
    else if (j.is_array()) write_items(j.as_array(), '[', ']', depth, [&](const Json& v) { write(v, depth + 1); });
    else
      write_items(j.as_object(), '{', '}', depth, [&](const Json::Member& m) {
        out += json_quoted(m.first);
        out += indent ? ": " : ":";
        write(m.second, depth + 1);
      });
  }
  template <class Items, class F>
  void write_items(const Items& items, char open, char close, int depth, F write_item) {
    out += open;
    bool first = true;
    for (const auto& item : items) {
      if (!first) out += ',';
      first = false;
      newline(depth + 1);
      write_item(item);
    }
    if (!first) newline(depth);
    out += close;
  }
};

}  // namespace

// Here rather than inline: every file that knows of JSON would compile these again.
Json::Json() = default;
Json::Json(std::nullptr_t) {}
Json::Json(bool v) : value_(v) {}
Json::Json(int v) : value_(int64_t{v}) {}
Json::Json(int64_t v) : value_(v) {}
Json::Json(double v) : value_(v) {}
Json::Json(std::string v) : value_(std::move(v)) {}
Json::Json(std::string_view v) : value_(std::string(v)) {}
Json::Json(const char* v) : value_(std::string(v)) {}
Json::Json(Array v) : value_(std::move(v)) {}
Json::Json(Object v) : value_(std::move(v)) {}
Json::Json(const Json&) = default;
Json::Json(Json&&) noexcept = default;
Json& Json::operator=(const Json&) = default;
Json& Json::operator=(Json&&) noexcept = default;
Json::~Json() = default;
bool Json::operator==(const Json&) const = default;

bool Json::as_bool() const {
  if (auto* v = std::get_if<bool>(&value_)) return *v;
  fail("expected true or false, found ", kind_of(*this));
}

int64_t Json::as_int() const {
  if (auto* v = std::get_if<int64_t>(&value_)) return *v;
  if (auto* v = std::get_if<double>(&value_); v && std::abs(*v) < 0x1p53 && *v == std::floor(*v)) return int64_t(*v);
  fail("expected an integer, found ", is_number() ? dump() : kind_of(*this));
}

double Json::as_double() const {
  if (auto* v = std::get_if<double>(&value_)) return *v;
  if (auto* v = std::get_if<int64_t>(&value_)) return double(*v);
  fail("expected a number, found ", kind_of(*this));
}

const std::string& Json::as_string() const {
  if (auto* v = std::get_if<std::string>(&value_)) return *v;
  fail("expected a string, found ", kind_of(*this));
}

const Json::Array& Json::as_array() const {
  if (auto* v = std::get_if<Array>(&value_)) return *v;
  fail("expected an array, found ", kind_of(*this));
}

const Json::Object& Json::as_object() const {
  if (auto* v = std::get_if<Object>(&value_)) return *v;
  fail("expected an object, found ", kind_of(*this));
}

Json::Array& Json::as_array() { return const_cast<Array&>(std::as_const(*this).as_array()); }
Json::Object& Json::as_object() { return const_cast<Object&>(std::as_const(*this).as_object()); }

const Json* Json::find(std::string_view key) const {
  if (auto* object = std::get_if<Object>(&value_))
    for (auto it = object->rbegin(); it != object->rend(); ++it)  // the last of equal keys counts, as in Python
      if (it->first == key) return &it->second;
  return nullptr;
}

const Json& Json::at(std::string_view key) const {
  if (const Json* found = find(key)) return *found;
  fail("\"", key, "\" is missing");
}

void Json::set(std::string_view key, Json value) {
  if (is_null()) value_ = Object();
  if (const Json* found = find(key)) *const_cast<Json*>(found) = std::move(value);
  else as_object().emplace_back(key, std::move(value));
}

std::string Json::dump(int indent) const {
  Writer writer{{}, indent};
  writer.write(*this, 0);
  return std::move(writer.out);
}

Json Json::parse(std::string_view text, std::string_view origin) {
  simdjson::dom::parser parser;
  if (auto error = parser.allocate(text.size() + 1, kMaxDepth)) fail(origin, ": ", simdjson::error_message(error));
  simdjson::dom::element root;
  const auto error = parser.parse(text.data(), text.size(), true).get(root);
  if (!error) return convert(root, nullptr);
  const Rewritten rewritten = rewrite_numbers(text);
  if (!parser.parse(rewritten.text.data(), rewritten.text.size(), true).get(root)) {
    int marked = 0;
    Json value = convert(root, &marked);
    if (marked == rewritten.markers) return value;  // else one became a key, or the text plays with our marker
  }
  fail(origin, ": not valid JSON: ", simdjson::error_message(error));
}

Json Json::load(const std::string& path) { return parse(read_file(path), path); }

std::string json_quoted(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (unsigned char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      default:
        if (c < 0x20) out += {'\\', 'u', '0', '0', kHex[c >> 4], kHex[c & 15]};
        else out += char(c);
    }
  }
  return out += '"';
}

}  // namespace tegula
