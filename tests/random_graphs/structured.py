"""The other ops: shapes, indices, reductions, products, sorting, and graphs inside graphs. Each has a rule to draw it and one that is the
reference, in NumPy; functions are named after their ops."""
import numpy as np
from arrays import DTYPES, FLOATS, INTS, Want
from elementwise import BINARY, FLOAT, REAL, UNARY, parts_of
from graphs import Node, Op, Value, const

OPS = []


def op(draw, name=None, is_local=False):
    """A decorator of the function that evaluates."""
    def add(evaluate):
        OPS.append(Op(name or evaluate.__name__.rstrip("_"), draw, evaluate, is_local))
        return evaluate
    return add


def values(shape):
    return tuple(d.value for d in shape)


def text(shape):
    return "[" + ", ".join(d.text for d in shape) + "]"


def of_rank(d, least, dtypes=None):
    return d.pick(lambda v: v.rank >= least and (not dtypes or v.dtype in dtypes) and all(s.value for s in v.shape))


def along_axis(least=1, dtypes=None, more=None):
    """Draws an op with an axis; `more(d, x, axis)` gives the result's shape, further attributes and facts, or None."""
    def draw(d, op):
        x = of_rank(d, least, dtypes)
        if x is None:
            return None
        axis = d.r.randrange(x.rank)
        found = (x.shape, {}, {}) if more is None else more(d, x, axis)
        if found is None:
            return None
        shape, attrs, facts = found
        written = axis - x.rank if d.r.random() < 0.3 and op.name not in ("flip", "slice", "transpose") else axis
        return Node(op, [x], [(x.dtype, tuple(shape))], {"axis": written, **attrs}, {"axis": axis, **facts})
    return draw


def replaced(shape, axis, *dims):
    return tuple(shape[:axis]) + dims + tuple(shape[axis + 1:])


# ---- Shapes.


def draw_reshape(d, op):
    x = of_rank(d, 1)
    if x is None:
        return None
    dims, kind = list(x.shape), d.r.randrange(3)
    at = d.r.randrange(len(dims))
    if kind == 0 and len(dims) > 1:  # joins two axes
        at = min(at, len(dims) - 2)
        dims[at:at + 2] = [dims[at] * dims[at + 1]]
    elif kind == 1 and dims[at].text.isdigit():
        factor = d.r.choice([k for k in range(1, dims[at].value + 1) if dims[at].value % k == 0])
        dims[at:at + 1] = [const(factor), const(dims[at].value // factor)]
    else:
        dims.insert(at, const(1))
    return Node(op, [x], [(x.dtype, tuple(dims))], {"shape": text(dims)}, {"shape": values(dims)})


@op(draw_reshape, is_local=True)
def reshape(node, x):
    return x.reshape(node.facts["shape"])


def draw_broadcast_to(d, op):
    x = d.pick()
    dims = [d.dim() if s == const(1) else s for s in x.shape]
    if d.r.random() < 0.5:
        dims.insert(0, d.dim())
    return Node(op, [x], [(x.dtype, tuple(dims))], {"shape": text(dims)}, {"shape": values(dims)})


@op(draw_broadcast_to, is_local=True)
def broadcast_to(node, x):
    return np.broadcast_to(x, node.facts["shape"])


def draw_transpose(d, op):
    x = of_rank(d, 2)
    if x is None:
        return None
    axes = d.r.sample(range(x.rank), x.rank)
    return Node(op, [x], [(x.dtype, tuple(x.shape[a] for a in axes))], {"axes": axes}, {"axes": axes})


@op(draw_transpose, is_local=True)
def transpose(node, x):
    return x.transpose(node.facts["axes"])


def draw_slice(d, op):
    x = of_rank(d, 1)
    if x is None:
        return None
    axis = d.r.randrange(x.rank)
    dim, n = x.shape[axis], x.shape[axis].value
    start = d.r.randrange(n)
    if not dim.text.isdigit():  # of a symbol only what is there: the end is an expression
        attrs = {"axes": [axis], "starts": f"[{start}]", "stops": f"[{dim.text}]"}
        dims = replaced(x.shape, axis, type(dim)(f"{dim.text} - {start}", n - start))
        return Node(op, [x], [(x.dtype, dims)], attrs, {"axis": axis, "slice": slice(start, None)})
    step = d.r.choice([1, 1, 2, 3, -1, -2])
    stop = d.r.randrange(start + 1, n + 1) if step > 0 else d.r.randrange(-1, start)
    attrs = {"axes": [axis], "starts": f"[{start}]", "stops": f"[{stop}]", "steps": [step]}
    part = slice(start, None if stop < 0 else stop, step)
    return Node(op, [x], [(x.dtype, replaced(x.shape, axis, const(len(range(n)[part]))))], attrs, {"axis": axis, "slice": part})


@op(draw_slice, "slice", is_local=True)
def slice_(node, x):
    return x[(slice(None),) * node.facts["axis"] + (node.facts["slice"],)]


def draw_pad(d, op):
    x = of_rank(d, 1)
    if x is None:
        return None
    axis, low, high, inside = d.r.randrange(x.rank), d.r.randrange(3), d.r.randrange(3), d.r.choice([0, 0, 1])
    dim = x.shape[axis]
    longer = const(low + high + dim.value + inside * (dim.value - 1)) if dim.text.isdigit() else \
        type(dim)(f"{1 + inside}*({dim.text}) + {low + high} - {inside}", low + high + dim.value + inside * (dim.value - 1))
    value = d.r.choice([0.0, 1.0, -2.0]) if x.dtype[0] != "u" and x.dtype != "bool" else 1.0
    return Node(op, [x], [(x.dtype, replaced(x.shape, axis, longer))],
                {"axes": [axis], "low": [low], "high": [high], "interior": [inside], "value": value},
                {"axis": axis, "low": low, "inside": inside, "shape": values(replaced(x.shape, axis, longer)), "value": value})


@op(draw_pad, is_local=True)
def pad(node, x):
    f = node.facts
    out = np.full(f["shape"], f["value"]).astype(x.dtype)
    end = f["low"] + (x.shape[f["axis"]] - 1) * (f["inside"] + 1) + 1
    out[(slice(None),) * f["axis"] + (slice(f["low"], end, f["inside"] + 1),)] = x
    return out


def draw_joined(d, op):
    x = of_rank(d, 1)
    if x is None:
        return None
    axis, parts = d.r.randrange(x.rank), [x]
    for _ in range(d.r.choice([1, 1, 2])):
        y = d.pick(lambda v: v.dtype == x.dtype and v.shape == x.shape if op.name == "stack" else
                   v.dtype == x.dtype and v.rank == x.rank and replaced(v.shape, axis) == replaced(x.shape, axis), (x.dtype, x.shape))
        parts.insert(d.r.randrange(2), y)
    longer = parts[0].shape[axis]
    for v in parts[1:]:
        longer = longer + v.shape[axis]
    dims = x.shape[:axis] + (const(len(parts)),) + x.shape[axis:] if op.name == "stack" else replaced(x.shape, axis, longer)
    return Node(op, parts, [(x.dtype, dims)], {"axis": axis}, {"axis": axis})


@op(draw_joined, is_local=True)
def concat(node, *x):
    return np.concatenate(x, node.facts["axis"])


@op(draw_joined, is_local=True)
def stack(node, *x):
    return np.stack(x, node.facts["axis"])


def draw_flip(d, op):
    x = of_rank(d, 1)
    if x is None:
        return None
    axes = sorted(d.r.sample(range(x.rank), d.r.randint(1, x.rank)))
    return Node(op, [x], [(x.dtype, x.shape)], {"axes": axes}, {"axes": axes})


@op(draw_flip, is_local=True)
def flip(node, x):
    return np.flip(x, node.facts["axes"])


def number(name, choices):
    def more(d, x, axis):
        n = d.r.choice(choices)
        return x.shape, {name: n}, {name: n}
    return more


@op(along_axis(more=number("shift", [-3, -1, 1, 2, 7])), is_local=True)
def roll(node, x):
    return np.roll(x, node.facts["shift"], node.facts["axis"])


@op(along_axis(more=lambda d, x, axis: (replaced(x.shape, axis, const(3) * x.shape[axis]), {"repeats": "[3]"}, {})), is_local=True)
def repeat(node, x):
    return np.repeat(x, 3, node.facts["axis"])


def draw_triangle(d, op):
    x = of_rank(d, 2)
    if x is None:
        return None
    k = d.r.choice([-1, 0, 1, 2])
    return Node(op, [x], [(x.dtype, x.shape)], {"k": k}, {"k": k})


@op(draw_triangle, is_local=True)
def tril(node, x):
    return np.tril(x, node.facts["k"])


@op(draw_triangle, is_local=True)
def triu(node, x):
    return np.triu(x, node.facts["k"])


def draw_iota(d, op):
    dims, dtype = d.shape(), d.r.choice(["i32", "i64", "f32", "u8"])
    axis = d.r.randrange(len(dims))
    return Node(op, [], [(dtype, dims)], {"shape": text(dims), "axis": axis, "dtype": dtype}, {"shape": values(dims), "axis": axis})


@op(draw_iota, is_local=True)
def iota(node):
    shape, axis = node.facts["shape"], node.facts["axis"]
    return np.broadcast_to(np.arange(shape[axis]).reshape([-1 if i == axis else 1 for i in range(len(shape))]), shape)


def draw_constant(d, op):
    dims = tuple(const(n) for n in d.r.choice([(), (1,), (3,), (2, 4)]))
    array = d.noise(d.home, values(dims))
    numbers = ", ".join(repr(float(v)) for v in np.asarray(array).reshape(-1))
    return Node(op, [], [(d.home, dims)], {"value": f"{d.home}{text(dims)} ({numbers})"}, {"array": np.asarray(array).astype(np.float64)})


@op(draw_constant, is_local=True)
def constant(node):
    return node.facts["array"]


# ---- Reductions. Sums of 16-bit floats are counted in f32; the scale of an error is what was added, whatever cancelled.


def draw_reduction(dtypes, result=None):
    def draw(d, op):
        x = of_rank(d, 1, dtypes)
        if x is None:
            return None
        axes, keep = sorted(d.r.sample(range(x.rank), d.r.randint(1, x.rank))), d.r.random() < 0.5
        dims = tuple(const(1) if i in axes else s for i, s in enumerate(x.shape) if keep or i not in axes)
        return Node(op, [x], [(result or x.dtype, dims)], {"axes": axes, "keep_dims": str(keep).lower()}, {"axes": tuple(axes), "keep": keep})
    return draw


def reduction(name, dtypes, function, slack=0, result=None, scale=None):
    def evaluate(node, x):
        how = dict(axis=node.facts["axes"], keepdims=node.facts["keep"])
        count = x.size / max(1, function(x, **how).size)
        return Want(function(x, **how), slack and slack + count, scale(x, **how) if scale else 0)
    OPS.append(Op(name, draw_reduction(dtypes, result), evaluate))


def size_of(function):
    return lambda x, **how: function(np.abs(x), **how)


def log_sum(x, **how):
    m = x.max(**{**how, "keepdims": True})
    s = np.log(np.exp(x - m).sum(**{**how, "keepdims": True})) + m
    return s.reshape(x.max(**how).shape)


def wrapping(function):
    """Of integers in their own dtype, where NumPy would take 64 bits."""
    return lambda x, **how: function(x, dtype=x.dtype, **how)


reduction("sum", REAL, wrapping(np.sum), 4, scale=size_of(wrapping(np.sum)))
reduction("mean", FLOAT, np.mean, 4, scale=size_of(np.mean))
reduction("prod", REAL, wrapping(np.prod), 4)
reduction("max", REAL, np.max)
reduction("min", REAL, np.min)
reduction("any", {"bool"}, np.any)
reduction("all", {"bool"}, np.all)
reduction("count_nonzero", REAL, np.count_nonzero, result="i32")
reduction("var", FLOAT, np.var, 8, scale=lambda x, **how: np.mean(x * x, **how))
reduction("logsumexp", FLOAT, log_sum, 8, scale=size_of(np.max))


def draw_arg(d, op):
    node = along_axis(1, REAL)(d, op)
    if node:
        axis, keep, shape = node.facts["axis"], d.r.random() < 0.5, node.operands[0].shape
        node.types = [("i32", replaced(shape, axis, *([const(1)] if keep else [])))]
        node.attrs["keep_dims"], node.facts["keep"] = str(keep).lower(), keep
    return node


@op(draw_arg)
def argmax(node, x):
    return np.argmax(x, node.facts["axis"], keepdims=node.facts["keep"])


@op(draw_arg)
def argmin(node, x):
    return np.argmin(x, node.facts["axis"], keepdims=node.facts["keep"])


@op(along_axis(1, FLOAT))
def softmax(node, x):
    e = np.exp(x - x.max(node.facts["axis"], keepdims=True))
    return Want(e / e.sum(node.facts["axis"], keepdims=True), 8 + x.shape[node.facts["axis"]])


@op(along_axis(1, FLOAT))
def log_softmax(node, x):
    axis = node.facts["axis"]
    return Want(x - log_sum(x, axis=axis, keepdims=True), 8 + x.shape[axis], np.abs(x).max(axis, keepdims=True))


def draw_norm(d, op):
    x = of_rank(d, 1, FLOAT)
    if x is None:
        return None
    last, operands = x.shape[-1:], [x]
    if d.r.random() < 0.6:
        operands.append(d.pick(lambda v: v.dtype == x.dtype and v.shape == last, (x.dtype, last)))
    return Node(op, operands, [(x.dtype, x.shape)], {"epsilon": 0.001})


@op(draw_norm)
def rms_norm(node, x, weight=1.0):
    y = x / np.sqrt((x * x).mean(-1, keepdims=True) + 0.001)
    return Want(y * weight, 8 + x.shape[-1])


@op(draw_norm)
def layer_norm(node, x, weight=1.0):
    away = x - x.mean(-1, keepdims=True)
    deviation = np.sqrt((away * away).mean(-1, keepdims=True) + 0.001)
    largest = np.abs(x).max(-1, keepdims=True)
    return Want(away / deviation * weight, 12 + x.shape[-1], np.abs(weight) * largest / deviation * (1 + np.abs(away) / deviation))


@op(along_axis(1, REAL))
def cumulative_sum(node, x):
    axis = node.facts["axis"]
    return Want(np.cumsum(x, axis, dtype=x.dtype), 4 + x.shape[axis], np.cumsum(np.abs(x), axis))


@op(along_axis(1, REAL))
def cummax(node, x):
    return np.maximum.accumulate(x, node.facts["axis"])


# ---- Products.


def draw_matmul(d, op):
    a = of_rank(d, 2, FLOAT)
    if a is None:
        return None
    transposed = d.r.random() < 0.5
    k, n = a.shape[-1], d.dim()
    b = d.pick(lambda v: v.dtype == a.dtype and v.rank == 2 and v.shape[1 if transposed else 0] == k, (a.dtype, (n, k) if transposed else (k, n)))
    n = b.shape[0 if transposed else 1]
    return Node(op, [a, b], [(a.dtype, a.shape[:-1] + (n,))], {"transpose_b": str(transposed).lower()}, {"transposed": transposed})


@op(draw_matmul)
def matmul(node, a, b):
    b = b.T if node.facts["transposed"] else b
    return Want(a @ b, 4 + a.shape[-1], np.abs(a) @ np.abs(b))


# ---- Indices and order.


def indices_for(d, shape, n):
    """Mostly inside an axis of n, from either end; one in twenty outside."""
    array = d.rng.integers(-n, n, values(shape))
    outside = d.rng.random(values(shape)) < 0.05
    dtype = d.r.choice(["i32", "i64"])
    return d.parameter(dtype, shape, np.where(outside, array + 2 * n, array).astype(DTYPES[dtype]))


def inside(i, n):
    return np.where(i < 0, i + n, i), (i >= -n) & (i < n)


def draw_take(d, op):
    x = of_rank(d, 1)
    if x is None:
        return None
    axis = d.r.randrange(x.rank)
    i = indices_for(d, tuple(d.dim() for _ in range(d.r.choice([0, 1, 1, 2]))), x.shape[axis].value)
    return Node(op, [x, i], [(x.dtype, replaced(x.shape, axis, *i.shape))], {"axis": axis}, {"axis": axis})


@op(draw_take)
def take(node, x, i):
    axis = node.facts["axis"]
    i, ok = inside(i, x.shape[axis])
    out = np.take(x, np.where(ok, i, 0), axis)
    return np.where(ok.reshape(ok.shape + (1,) * (x.ndim - 1 - axis)), out, np.zeros((), x.dtype))


def draw_take_along_axis(d, op):
    x = of_rank(d, 1)
    if x is None:
        return None
    axis = d.r.randrange(x.rank)
    i = indices_for(d, replaced(x.shape, axis, d.dim()), x.shape[axis].value)
    return Node(op, [x, i], [(x.dtype, i.shape)], {"axis": axis}, {"axis": axis})


@op(draw_take_along_axis)
def take_along_axis(node, x, i):
    i, ok = inside(i, x.shape[node.facts["axis"]])
    return np.where(ok, np.take_along_axis(x, np.where(ok, i, 0), node.facts["axis"]), np.zeros((), x.dtype))


def draw_scatter(d, op):
    x = of_rank(d, 1, REAL)
    if x is None:
        return None
    axis = d.r.randrange(x.rank)
    i = indices_for(d, (d.dim(),), x.shape[axis].value)
    shape = replaced(x.shape, axis, *i.shape)
    u = d.pick(lambda v: v.dtype == x.dtype and v.shape == shape, (x.dtype, shape))
    return Node(op, [x, i, u], [(x.dtype, x.shape)], {"axis": axis}, {"axis": axis})


@op(draw_scatter)
def scatter(node, x, i, u):
    axis = node.facts["axis"]
    i, ok = inside(i, x.shape[axis])
    out, u = np.moveaxis(x.copy(), axis, 0), np.moveaxis(u, axis, 0)
    for k in np.flatnonzero(ok):  # in order: of equal indices the last is set
        out[i[k]] = u[k]
    return np.moveaxis(out, 0, axis)


def draw_dynamic_slice(d, op):
    x = of_rank(d, 1)
    if x is None:
        return None
    axis = d.r.randrange(x.rank)
    if not x.shape[axis].text.isdigit():
        return None
    size = d.r.randint(1, x.shape[axis].value)
    start = d.parameter("i32", (), np.asarray(d.rng.integers(-2, x.shape[axis].value + 2), np.int32))
    return Node(op, [x, start], [(x.dtype, replaced(x.shape, axis, const(size)))], {"axis": axis, "size": f"[{size}]"}, {"axis": axis, "size": size})


@op(draw_dynamic_slice)
def dynamic_slice(node, x, start):
    axis, size = node.facts["axis"], node.facts["size"]
    return np.take(x, np.arange(size) + np.clip(start, 0, x.shape[axis] - size), axis)


def draw_one_hot(d, op):
    i = d.pick(lambda v: v.dtype in ("i32", "i64") and v.rank < 4, ("i32", (d.dim(),)))
    size, dtype = d.r.choice([1, 3, 5]), d.home
    return Node(op, [i], [(dtype, i.shape + (const(size),))], {"size": f"[{size}]", "dtype": dtype}, {"size": size})


@op(draw_one_hot, is_local=True)
def one_hot(node, i):
    return (i[..., None] == np.arange(node.facts["size"])).astype(np.float64)


def order(d, x, axis):
    descending = d.r.random() < 0.5
    return x.shape, {"descending": str(descending).lower()}, {"descending": descending}


@op(along_axis(1, REAL, order))
def sort(node, x):
    out = np.sort(x, node.facts["axis"])
    return np.flip(out, node.facts["axis"]) if node.facts["descending"] else out


def draw_argsort(d, op):
    node = along_axis(1, set(FLOATS) | {"i8", "i16", "i32"}, order)(d, op)
    if node:
        node.types = [("i32", node.operands[0].shape)]
    return node


@op(draw_argsort)
def argsort(node, x):
    return np.argsort(-x if node.facts["descending"] else x, node.facts["axis"], kind="stable")


def draw_top_k(d, op):
    node = along_axis(1, FLOAT)(d, op)
    axis = node.facts["axis"] if node else 0
    if not node or not node.operands[0].shape[axis].text.isdigit():
        return None
    x, k = node.operands[0], d.r.randint(1, node.operands[0].shape[axis].value)
    dims = replaced(x.shape, axis, const(k))
    node.types, node.attrs["k"], node.facts["k"] = [(x.dtype, dims), ("i32", dims)], k, k
    return node


@op(draw_top_k)
def top_k(node, x):
    axis = node.facts["axis"]
    i = np.take(np.argsort(-x, axis, kind="stable"), np.arange(node.facts["k"]), axis)
    return [Want(np.take_along_axis(x, i, axis)), Want(i)]


# ---- Graphs inside graphs: bodies of exact ops, so that what they give is known to the bit.


def draw_body(d, name, x, y):
    """The text of a graph of x's and y's types that gives x's, and its nodes as (op, operands)."""
    steps, lines = [], []
    exact = [n for n in ("add", "sub", "maximum", "minimum", "neg", "abs") if x.dtype in (UNARY | BINARY)[n][0]]
    for i in range(d.r.randint(1, 3)):
        n = d.r.choice(exact)
        operands = [d.r.randrange(2 + i) for _ in range(1 if n in UNARY else 2)]
        steps.append((n, operands))
        lines.append(f"  %{i + 2} = {n} {', '.join(f'%{k}' for k in operands)}\n")
    return f"graph @{name}(%0: {x.type}, %1: {y.type}) -> {x.type} {{\n{''.join(lines)}  return %{len(lines) + 1}\n}}\n", steps


def run_body(steps, dtype, x, y):
    found = [x, y]
    for n, operands in steps:
        out = Want((UNARY | BINARY)[n][1](*[found[k] for k in operands])).rounded(dtype)
        found.append(out.astype(np.float64) if dtype in FLOATS else out)
    return found[-1]


def draw_call(d, op):
    x = d.pick(lambda v: v.dtype != "bool")
    if x is None:
        return None
    y = d.pick(lambda v: v.dtype == x.dtype and v.shape == x.shape, (x.dtype, x.shape))
    names = [d.name() for _ in range(1 if op.name == "call" else 2)]
    bodies = [draw_body(d, n, x, y) for n in names]
    attrs = dict(zip(["graph"] if op.name == "call" else ["then", "otherwise"], ["@" + n for n in names]))
    predicate = [] if op.name == "call" else [d.pick(lambda v: v.dtype == "bool" and v.rank == 0, ("bool", ()))]
    return Node(op, predicate + [x, y], [(x.dtype, x.shape)], attrs, {"steps": [s for _, s in bodies], "dtype": x.dtype}, "".join(t for t, _ in bodies))


@op(draw_call)
def call(node, x, y):
    return run_body(node.facts["steps"][0], node.facts["dtype"], x, y)


@op(draw_call)
def cond(node, predicate, x, y):
    return run_body(node.facts["steps"][0 if predicate else 1], node.facts["dtype"], x, y)
