"""Random graphs: values, nodes and their text, and the drawing of one. What ops there are is in elementwise.py and structured.py.

A graph is drawn with its arrays: each node is evaluated as it is drawn, so that indices are mostly inside, logarithms mostly defined, and every
symbol has its value. A draw that cannot be (no operand fits) is drawn again.
"""
import dataclasses, random
import numpy as np
from arrays import DTYPES, FLOATS, INTS, Want, wide


@dataclasses.dataclass(frozen=True)
class Dim:
    """An extent: its text in the graph, and what the run binds it to."""
    text: str
    value: int

    def __add__(self, other):
        return Dim(f"{self.text} + {other.text}", self.value + other.value)

    def __mul__(self, other):
        return Dim(f"({self.text})*({other.text})", self.value * other.value)


def const(n):
    return Dim(str(int(n)), int(n))


@dataclasses.dataclass(eq=False)
class Value:
    name: str
    dtype: str
    shape: tuple
    array: np.ndarray  # as NumPy has it
    kind: str = ""     # of a parameter: "", "weight" or "state"

    @property
    def type(self):
        return f"{self.dtype}[{', '.join(d.text for d in self.shape)}]"

    @property
    def rank(self):
        return len(self.shape)


@dataclasses.dataclass(eq=False)
class Node:
    """`op` has the rule that evaluates it; attrs are text; `facts` are what that rule needs to know beside its operands."""
    op: object
    operands: list
    types: list  # of its results: (dtype, shape)
    attrs: dict = dataclasses.field(default_factory=dict)
    facts: dict = dataclasses.field(default_factory=dict)
    bodies: str = ""  # the text of the graphs that attrs name
    results: list = dataclasses.field(default_factory=list)

    def evaluate(self, arrays):
        """A Want for each result, of operands that may be any dtype's arrays."""
        with np.errstate(all="ignore"):
            out = self.op.evaluate(self, *[wide(a) for a in arrays])
        return [w if isinstance(w, Want) else Want(w) for w in (out if isinstance(out, list) else [out])]

    def text(self, rename=lambda name: name, prefix=""):
        attrs = " {" + ", ".join(f"{k} = {v}" for k, v in self.attrs.items()) + "}" if self.attrs else ""
        operands = ", ".join("%" + rename(v.name) for v in self.operands)
        return f"  {', '.join('%' + prefix + v.name for v in self.results)} = {self.op.name} {operands}{attrs}\n"


@dataclasses.dataclass(eq=False)
class Op:
    """`draw` gives a Node, or None where it found no operands; `evaluate` the arrays that it should give, wide.
    is_local: each element comes from elements of the operands, so that fused or not it is the same bits."""
    name: str
    draw: object
    evaluate: object
    is_local: bool = False


class Graph:
    """Parameters and nodes, in order; `prefix` is before each name, so that graphs can stand in one text."""

    def __init__(self, prefix):
        self.prefix, self.parameters, self.nodes, self.results = prefix, [], [], []

    def values(self):
        return self.parameters + [v for n in self.nodes for v in n.results]

    def without(self, node):
        """The graph without a node and what needs it, or None if nothing is left."""
        out, gone = Graph(self.prefix), set(node.results)
        for n in self.nodes:
            if n is node or gone & set(n.operands):
                gone |= set(n.results)
            else:
                out.nodes.append(n)
        out.parameters = self.parameters[:1] + [p for p in self.parameters[1:] if any(p in n.operands for n in out.nodes)]
        out.results = [v for v in self.results if v not in gone] or [v for n in out.nodes[-1:] for v in n.results]
        return out if out.nodes else None


class Drawing:
    """A graph in the making. Its random numbers come from the seed alone."""

    def __init__(self, seed, prefix, ops):
        self.r, self.graph, self.ops, self.count = random.Random(seed), Graph(prefix), ops, 0
        self.rng = np.random.default_rng(seed)
        self.symbols = [Dim(s + prefix, self.r.choice([1, 2, 3, 4, 5, 7, 9, 16, 33])) for s in "nm"]
        self.home = self.r.choice(FLOATS)  # most values have one dtype, so that operands fit each other

    def finish(self, num_nodes):
        self.parameter(self.home, tuple(self.symbols))  # binds them, whatever else is there
        for _ in range(self.r.randint(0, 2)):
            self.parameter(self.home, self.shape())
        if self.r.random() < 0.4:
            self.parameter(self.r.choice(INTS), self.shape())
        while len(self.graph.nodes) < num_nodes:
            self.append(self.r.choice(self.ops))
        used = {v for n in self.graph.nodes for v in n.operands}
        self.graph.results = [v for n in self.graph.nodes for v in n.results if v not in used or self.r.random() < 0.1]
        return self.graph

    def append(self, op):
        node = op.draw(self, op)
        if node is None or any(self.size(shape) > 20000 or len(shape) > 5 for _, shape in node.types):
            return
        wants = node.evaluate([v.array for v in node.operands])
        arrays = [w.rounded(dtype) for w, (dtype, _) in zip(wants, node.types)]
        if not all(self.is_tame(a) for a in arrays) and self.r.random() < 0.95:
            return
        for (dtype, shape), array in zip(node.types, arrays):
            assert array.shape == tuple(d.value for d in shape), (op.name, array.shape, shape)
            node.results.append(Value(self.name(), dtype, tuple(shape), array))
        self.graph.nodes.append(node)

    @staticmethod
    def size(shape):
        return int(np.prod([d.value for d in shape], dtype=np.int64))

    @staticmethod
    def is_tame(a):
        a = wide(a)
        return a.dtype != np.float64 or bool((np.isfinite(a) & (np.abs(a) < 1e4)).all())

    def name(self):
        self.count += 1
        return f"{self.graph.prefix}{self.count}"

    def dim(self):
        return self.r.choice(self.symbols) if self.r.random() < 0.4 else const(self.r.choice([1, 2, 3, 4, 6, 8, 17, 32, 40]))

    def shape(self):
        return tuple(self.dim() for _ in range(self.r.choice([1, 2, 2, 2, 3, 3])))

    def noise(self, dtype, shape):
        """Values of a usual size, with a few zeros and ties."""
        if dtype == "bool":
            return self.rng.random(shape) < 0.5
        if dtype in INTS:
            low = 0 if dtype[0] == "u" else -9
            return self.rng.integers(low, 10, shape).astype(DTYPES[dtype])
        a = self.rng.normal(0, self.r.choice([0.3, 1, 1, 3]), shape)
        return (np.round(a) if self.r.random() < 0.15 else a).astype(DTYPES[dtype])

    def parameter(self, dtype, shape, array=None):
        kind = self.r.choice(["", "", "", "state", "weight"])
        if kind == "weight" and not all(d.text.isdigit() for d in shape):
            kind = ""
        array = self.noise(dtype, tuple(d.value for d in shape)) if array is None else array
        v = Value(self.name(), dtype, tuple(shape), array, kind)
        self.graph.parameters.append(v)
        return v

    def pick(self, fits=lambda v: True, new=None):
        """A value that fits, rather a late one; where there is none, or now and then, a new parameter of type `new`."""
        found = [v for v in self.graph.values() if fits(v)]
        if new and (not found or self.r.random() < 0.15):
            return self.parameter(*new)
        if not found:
            return None
        return found[-1 - min(int(self.r.expovariate(0.5)), len(found) - 1)]
