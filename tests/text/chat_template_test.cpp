// Every fixture template: renderings that Python's jinja2 gave, set up as transformers sets it up.
#include "text/chat_template.h"

#include "base/error.h"
#include "fixtures.h"

namespace tegula {
namespace {

TEST(ChatTemplates, RenderAsInPython) {
  size_t num_cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(fixture("chat_templates"))) {
    const Json file = Json::load(entry.path());
    for (const Json& c : file.at("cases").as_array()) {
      SCOPED_TRACE(entry.path().filename().string() + ": " + c.at("name").as_string());
      ++num_cases;
      const Json* own = c.find("template");
      Json variables = file.at("globals");
      for (const auto& [name, value] : c.at("inputs").as_object()) variables.set(name, value);
      std::string text, error;
      try {
        text = ChatTemplate((own ? *own : file.at("template")).as_string(), "template").render(variables);
      } catch (const Error& e) {
        error = e.what();
      }
      const Json* expected = c.find("expected");
      if (expected && !expected->is_null()) {
        EXPECT_EQ(error, "");
        EXPECT_EQ(text, expected->as_string());
      } else {
        EXPECT_NE(error, "") << "an error was expected: " << c.at("message").as_string();
      }
    }
  }
  EXPECT_GT(num_cases, 200u);
}

// As transformers 5 prepares messages (chat_template_utils.py).
TEST(ChatTemplates, MessagesAreWithoutNullsAndWithTheirReasoningUnderEachName) {
  const ChatTemplate shown(
      "{% for m in messages %}{{ m | list | join(',') }}:{{ m.thinking }}/{{ m.reasoning_content }};{% endfor %}",
      "template");
  const auto render = [&](std::string_view messages) {
    return shown.render(Json::Object{{"messages", Json::parse(messages, "messages")}});
  };
  EXPECT_EQ(render(R"([{"role": "assistant", "content": null, "tool_calls": null, "kept": {"inner": null}}])"),
            "role,kept:/;");
  EXPECT_EQ(render(R"([{"role": "a", "reasoning": "r"}])"), "thinking,role,reasoning,reasoning_content:r/r;");
  EXPECT_EQ(render(R"([{"role": "a", "thinking": "t"}])"), "thinking,role,reasoning_content:t/t;");
  EXPECT_EQ(render(R"([{"role": "a", "reasoning_content": "c", "thinking": "t"}])"),
            "thinking,role,reasoning_content:t/c;");
  EXPECT_EQ(render(R"([{"role": "a", "reasoning_content": null, "reasoning": ""}])"),
            "thinking,role,reasoning,reasoning_content:/;");
}

}  // namespace
}  // namespace tegula
