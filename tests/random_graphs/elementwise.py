"""The elementwise ops: what each is in NumPy, and how far from exact it may be (in epsilons of the dtype that it computes in)."""
import math
import numpy as np
from arrays import FLOATS, INTS, Want, rounded
from graphs import Node, Op, const

FLOAT, REAL = set(FLOATS), set(FLOATS) | set(INTS)
INT, BITS, ANY = set(INTS), set(INTS) | {"bool"}, set(FLOATS) | set(INTS) | {"bool"}
erf = np.vectorize(math.erf, otypes=[np.float64])
erfc = np.vectorize(math.erfc, otypes=[np.float64])


def sigmoid(x):
    return np.where(x < 0, np.exp(x) / (1 + np.exp(x)), 1 / (1 + np.exp(-x)))


def softplus(x):
    return np.logaddexp(x, 0)


def truncated(x, y):
    return np.where(y == 0, 0, np.fmod(x, np.where(y == 0, 1, y)))


def divided(x, y):
    return np.where(y == 0, 0, np.floor_divide(x, np.where(y == 0, 1, y)))


def modulo(x, y):
    return np.where(y == 0, 0, np.remainder(x, np.where(y == 0, 1, y)))


def real_or_int(of_floats, of_ints):
    return lambda x, y: of_floats(x, y) if x.dtype == np.float64 else of_ints(x, y)


def gelu_tanh(x):
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


# name: (dtypes, function, slack, the result's dtype where it is another, what errors are relative to)
UNARY = {
    "abs": (REAL, np.abs), "neg": (REAL, np.negative), "square": (REAL, np.square), "sign": (REAL, np.sign),
    "floor": (FLOAT, np.floor), "ceil": (FLOAT, np.ceil), "round": (FLOAT, np.rint), "trunc": (FLOAT, np.trunc),
    "relu": (REAL, lambda x: np.maximum(x, 0)), "stop_gradient": (ANY, lambda x: x), "sqrt": (FLOAT, np.sqrt),
    "reciprocal": (FLOAT, np.reciprocal, 2), "rsqrt": (FLOAT, lambda x: 1 / np.sqrt(x), 4),
    "exp": (FLOAT, np.exp, 4), "exp2": (FLOAT, np.exp2, 4), "expm1": (FLOAT, np.expm1, 4),
    "log": (FLOAT, np.log, 4), "log1p": (FLOAT, np.log1p, 4), "log2": (FLOAT, np.log2, 4), "log10": (FLOAT, np.log10, 4),
    "sin": (FLOAT, np.sin, 4), "cos": (FLOAT, np.cos, 4), "tan": (FLOAT, np.tan, 8),
    "asin": (FLOAT, np.arcsin, 4), "acos": (FLOAT, np.arccos, 4), "atan": (FLOAT, np.arctan, 4),
    "sinh": (FLOAT, np.sinh, 6), "cosh": (FLOAT, np.cosh, 6), "tanh": (FLOAT, np.tanh, 6),
    "asinh": (FLOAT, np.arcsinh, 6), "acosh": (FLOAT, np.arccosh, 6), "atanh": (FLOAT, np.arctanh, 6),
    "erf": (FLOAT, erf, 6), "erfc": (FLOAT, erfc, 30),
    "sigmoid": (FLOAT, sigmoid, 8), "silu": (FLOAT, lambda x: x * sigmoid(x), 8), "softsign": (FLOAT, lambda x: x / (1 + np.abs(x)), 4),
    "softplus": (FLOAT, softplus, 8), "log_sigmoid": (FLOAT, lambda x: -softplus(-x), 8),
    "gelu": (FLOAT, lambda x: x * 0.5 * erfc(-x / math.sqrt(2)), 8, None, np.abs),
    "gelu_tanh": (FLOAT, gelu_tanh, 8, None, np.abs),
    "elu": (FLOAT, lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))), 4),
    "leaky_relu": (FLOAT, lambda x: np.where(x > 0, x, 0.01 * x), 2),
    "isnan": (FLOAT, np.isnan, 0, "bool"), "isfinite": (FLOAT, np.isfinite, 0, "bool"), "signbit": (FLOAT, np.signbit, 0, "bool"),
    "logical_not": ({"bool"}, np.logical_not), "bitwise_invert": (BITS, np.invert),
}
BINARY = {
    "add": (REAL, np.add), "sub": (REAL, np.subtract), "mul": (REAL, np.multiply), "div": (FLOAT, np.divide),
    "maximum": (REAL, np.maximum), "minimum": (REAL, np.minimum), "copysign": (FLOAT, np.copysign),
    "fmod": (REAL, real_or_int(np.fmod, truncated)), "remainder": (REAL, real_or_int(np.remainder, modulo), 2, None, lambda x, y: np.abs(y)),
    "floor_divide": (INT, divided), "atan2": (FLOAT, np.arctan2, 6), "hypot": (FLOAT, np.hypot, 4),
    "logaddexp": (FLOAT, np.logaddexp, 8, None, lambda x, y: np.maximum(np.abs(x), np.abs(y))),
    "pow": (FLOAT, np.power, 16),
    "bitwise_and": (BITS, np.bitwise_and), "bitwise_or": (BITS, np.bitwise_or), "bitwise_xor": (BITS, np.bitwise_xor),
    "logical_and": ({"bool"}, np.logical_and), "logical_or": ({"bool"}, np.logical_or), "logical_xor": ({"bool"}, np.logical_xor),
    **{name: (ANY, f, 0, "bool") for name, f in dict(equal=np.equal, not_equal=np.not_equal).items()},
    **{name: (REAL, f, 0, "bool") for name, f in dict(less=np.less, less_equal=np.less_equal, greater=np.greater, greater_equal=np.greater_equal).items()},
}


def broadcast(*shapes):
    """The shape that these broadcast to, or None."""
    rank, out = max(map(len, shapes)), []
    for i in range(-rank, 0):
        dims = {s[i] for s in shapes if len(s) >= -i} - {const(1)}
        if len(dims) > 1:
            return None
        out.append(dims.pop() if dims else const(1))
    return tuple(out)


def parts_of(d, shape):
    """`shape` with some axes 1 and, it may be, without its first ones: what broadcasts to it."""
    return tuple(const(1) if d.r.random() < 0.25 else dim for dim in shape[d.r.choice([0, 0, 0, len(shape) // 2]):])


def operand_for(d, x):
    """Another operand of x's dtype that broadcasts with it; of itself now and then."""
    return d.pick(lambda v: v.dtype == x.dtype and broadcast(v.shape, x.shape) is not None and (v is not x or d.r.random() < 0.2),
                  (x.dtype, parts_of(d, x.shape)))


def elementwise(name, arity, dtypes, function, slack=0, result=None, scale=None):
    def draw(d, op):
        x = d.pick(lambda v: v.dtype in dtypes)
        if x is None:
            return None
        operands = [x] + [operand_for(d, x) for _ in range(arity - 1)]
        if arity > 1 and d.r.random() < 0.5:
            operands.reverse()
        return Node(op, operands, [(result or x.dtype, broadcast(*[v.shape for v in operands]))])

    def evaluate(node, *x):
        return Want(function(*x), slack, scale(*x) if scale else 0)
    return Op(name, draw, evaluate, is_local=True)


def draw_where(d, op):
    x = d.pick(lambda v: v.dtype != "bool")
    if x is None:
        return None
    y = operand_for(d, x)
    shape = broadcast(x.shape, y.shape)
    condition = d.pick(lambda v: v.dtype == "bool" and broadcast(v.shape, shape) is not None, ("bool", parts_of(d, shape)))
    return Node(op, [condition, x, y], [(x.dtype, broadcast(condition.shape, shape))])


def draw_cast(d, op):
    x = d.pick()
    to = d.home if x.dtype != d.home and d.r.random() < 0.5 else d.r.choice(FLOATS + INTS + ("bool",))
    return Node(op, [x], [(to, x.shape)], {"to": to}, {"to": to})


def evaluate_cast(node, x):
    to = node.facts["to"]
    if to == "bool":
        return x != 0
    if to in INTS and x.dtype == np.float64:  # what is outside its range becomes the nearest end
        limits = np.iinfo(to.replace("u", "uint") if to[0] == "u" else to.replace("i", "int"))
        inside = np.clip(np.nan_to_num(np.trunc(x), posinf=1e30, neginf=-1e30), float(limits.min), float(limits.max))
        return np.where(inside >= float(limits.max), limits.max, np.where(inside >= float(limits.max), 0, inside).astype(rounded(0, to).dtype))
    return x.astype(np.float64) if x.dtype == np.bool_ and to in FLOATS else x


OPS = [elementwise(name, 1, *rule) for name, rule in UNARY.items()] + [elementwise(name, 2, *rule) for name, rule in BINARY.items()] + \
    [Op("where", draw_where, lambda node, c, x, y: np.where(c, x, y), is_local=True), Op("cast", draw_cast, evaluate_cast, is_local=True)]
