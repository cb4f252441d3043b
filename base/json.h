// A JSON value, its reader (simdjson) and its writer.
// One idea: objects keep the order of their file, because chat templates print them; integers stay integers.
// A reader asks for what it expects and gets one sentence naming the file and the key when it is not there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tegula {

class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;

  Json();  // null
  Json(std::nullptr_t);
  Json(bool v);
  Json(int v);
  Json(int64_t v);
  Json(double v);
  Json(std::string v);
  Json(std::string_view v);
  Json(const char* v);
  Json(Array v);
  Json(Object v);
  Json(const Json& other);
  Json(Json&& other) noexcept;
  Json& operator=(const Json& other);
  Json& operator=(Json&& other) noexcept;
  ~Json();

  bool is_null() const { return value_.index() == 0; }
  bool is_bool() const { return std::holds_alternative<bool>(value_); }
  bool is_int() const { return std::holds_alternative<int64_t>(value_); }
  bool is_number() const { return is_int() || std::holds_alternative<double>(value_); }
  bool is_string() const { return std::holds_alternative<std::string>(value_); }
  bool is_array() const { return std::holds_alternative<Array>(value_); }
  bool is_object() const { return std::holds_alternative<Object>(value_); }

  // Each throws Error naming what was found and what was expected.
  bool as_bool() const;
  int64_t as_int() const;  // also takes a float with an integral value
  double as_double() const;
  const std::string& as_string() const;
  const Array& as_array() const;
  const Object& as_object() const;
  Array& as_array();
  Object& as_object();

  // The member, or nullptr where this is not an object or has none of that name. Null members are found.
  const Json* find(std::string_view key) const;
  // The member; throws Error naming the key where it is absent.
  const Json& at(std::string_view key) const;
  // Adds or replaces a member; makes an object of null.
  void set(std::string_view key, Json value);

  // Compact, with non-ASCII text as UTF-8. indent > 0: one member a line.
  std::string dump(int indent = 0) const;

  // UTF-8 text of one JSON value. Throws Error "ORIGIN: not valid JSON: REASON". Depth is bounded. As Python's json
  // does, it also takes NaN, Infinity and -Infinity, and integers of any size (beyond 64 bits as floating numbers).
  static Json parse(std::string_view text, std::string_view origin);
  static Json load(const std::string& path);

  bool operator==(const Json& other) const;

 private:
  std::variant<std::nullptr_t, bool, int64_t, double, std::string, Array, Object> value_{nullptr};
};

// `text` as a JSON string literal, quotes included; what is not ASCII stays UTF-8.
std::string json_quoted(std::string_view text);

}  // namespace tegula
