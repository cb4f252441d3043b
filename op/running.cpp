#include "op/running.h"

namespace tegula::op {

KernelCall scan_kernel(const KernelCode& c, const std::string& initial, std::string step) {
  Lanes l = lanes(c, c.node.result_type().shape, axis_of(c.node));
  const Attr* reverse = c.node.attrs.find("reverse");
  for (size_t at; (at = step.find("AT")) != std::string::npos;) step.replace(at, 2, l.at());
  return l.call(c, reverse && std::get<bool>(*reverse), computed(c) + "(" + initial + ")",
                str("state = ", computed(c), "(", step, "); ", c.store(0), "(", l.at(), ", state);"));
}

}  // namespace tegula::op
