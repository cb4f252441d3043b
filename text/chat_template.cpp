#include "text/chat_template.h"

#include "base/error.h"
#include "text/jinja/globals.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/parser.h"
#include "text/utf8.h"

namespace tegula {

struct ChatTemplate::Parsed {
  jinja::Body body;
};

namespace {

// A message as transformers hands it to a template: without members that are null, which clients send beside tool calls
// and templates would print; and with its reasoning under the names that templates look for, whichever it came by.
Json prepared(const Json& message) {
  if (!message.is_object()) return message;
  Json::Object members;
  for (const auto& [name, value] : message.as_object())
    if (!value.is_null()) members.emplace_back(name, value);
  Json out = std::move(members);
  for (const char* name : {"reasoning_content", "thinking", "reasoning"}) {
    const Json* found = out.find(name);
    if (!found) continue;
    const Json reasoning = *found;
    Json with_reasoning = Json::Object{{"thinking", reasoning}};  // first, as templates that print members see it
    for (const auto& [member, value] : out.as_object()) with_reasoning.set(member, value);
    with_reasoning.set("reasoning_content", reasoning);
    return with_reasoning;
  }
  return out;
}

Json prepared_messages(const Json& messages) {
  if (!messages.is_array()) return messages;
  Json::Array out;
  for (const Json& message : messages.as_array()) out.push_back(prepared(message));
  return out;
}

}  // namespace

ChatTemplate::ChatTemplate(std::string_view source, const std::string& origin) : source_(source), origin_(origin) {
  txt::check_utf8(source, origin);
  try {
    parsed_ = std::make_shared<const Parsed>(Parsed{jinja::parse(source)});
  } catch (const Error& e) {
    fail(origin, ": ", e.what());
  }
}

std::string ChatTemplate::render(const Json& variables) const {
  std::optional<std::string> now;
  // A variable hides a function of the same name, so variables come first.
  std::vector<std::pair<std::string, jinja::Value>> names;
  for (const auto& [name, value] : variables.as_object()) {
    if (name == "strftime_now") now = value.as_string();
    else if (name == "messages") names.emplace_back(name, jinja::Value::from_json(prepared_messages(value)));
    else names.emplace_back(name, jinja::Value::from_json(value));
  }
  for (const char* name : {"tools", "documents"})
    if (!variables.find(name)) names.emplace_back(name, jinja::Value());
  for (auto& global : jinja::globals(now)) names.push_back(std::move(global));
  return jinja::Interpreter(std::move(names), jinja::Limits()).render(parsed_->body);
}

}  // namespace tegula
