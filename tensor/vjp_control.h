// Gradients of control flow, whose rules differentiate the bodies.
#pragma once

#include "graph/op.h"

namespace tegula {

// The gradient rule of an op of control flow that has one, else null.
Values (*vjp_of_control(const Op& op))(const Vjp&);

}  // namespace tegula
