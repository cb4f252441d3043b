// A chat template: messages to the text a model was trained on.
// One idea: what transformers' apply_chat_template does, nothing more: the template's own text, Jinja in its sandbox,
// and the variables it is given. Invariant: a template never changes once made; rendering is bounded in time and
// memory.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/json.h"

namespace tegula {

class ChatTemplate {
 public:
  // `source` as in chat_template.jinja. Throws Error "ORIGIN: line N: ..." where it is no template.
  ChatTemplate(std::string_view source, const std::string& origin);

  // The text for `variables`: "messages", and as the template asks for them "tools", "documents",
  // "add_generation_prompt", "bos_token", ... Of a message, members that are null are left out, and
  // "reasoning_content", "thinking" and "reasoning" stand for one another. Tools and documents that are not given are
  // null, as in transformers. "strftime_now", an ISO time, is what the function of that name says; without it, it asks
  // the clock. Throws Error with the template's own message where it raises one (raise_exception), or what is wrong,
  // and the line.
  std::string render(const Json& variables) const;

  const std::string& source() const { return source_; }

 private:
  struct Parsed;
  std::string source_, origin_;
  std::shared_ptr<const Parsed> parsed_;
};

}  // namespace tegula
