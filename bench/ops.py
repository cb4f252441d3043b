"""bench/ops.py [--only NAME] [--repeat N]: single ops next to NumPy and, where it is installed, torch on the CPU.

Each row is one op on one shape. The three libraries take turns, run by run, so that what else the machine does meets
all of them; medians are printed, and GB/s of what must be read and written. Builds build/release/bin/bench_graph.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

try:
    import torch
except ImportError:
    torch = None

ROOT = pathlib.Path(__file__).resolve().parent.parent
N = 2048  # rows and columns of what is larger than the caches of a core
LONG = N * N


def unary(op, shape, out, attrs=""):
    dims = lambda s: ", ".join(map(str, s))
    return (f"graph @g(%x: f32[{dims(shape)}]) -> f32[{dims(out)}] {{\n  %y = {op} %x {attrs} : f32[{dims(out)}]\n"
            "  return %y\n}\n")


def product(a, b, transposed_a, transposed_b):
    lines, names = [], {"a": "%a", "b": "%b"}
    for name, shape, swapped in (("a", a, transposed_a), ("b", b, transposed_b)):
        if swapped:
            lines.append(f"  %{name}t = transpose %{name} {{axes = [1, 0]}} : f32[{shape[1]}, {shape[0]}]\n")
            names[name] = f"%{name}t"
    m, n = a[transposed_a], b[1 - transposed_b]
    return (f"graph @g(%a: f32[{a[0]}, {a[1]}], %b: f32[{b[0]}, {b[1]}]) -> f32[{m}, {n}] {{\n{''.join(lines)}"
            f"  %c = matmul {names['a']}, {names['b']} : f32[{m}, {n}]\n  return %c\n}}\n")


class Case:
    def __init__(self, name, graph, shapes, numpy, torch, moved):
        self.name, self.graph, self.shapes = name, graph, shapes
        self.numpy, self.torch = numpy, torch
        self.bytes = moved  # that must be read and written


def cases():
    square, rows, back = (N, N), (N,), "{axes = [1]}"
    half = N // 2
    yield Case("sum, all", unary("sum", square, ()), [square], lambda x: x.sum(), lambda x: x.sum(), 4 * LONG)
    yield Case("sum, rows", unary("sum", square, rows, back), [square], lambda x: x.sum(1), lambda x: x.sum(1), 4 * LONG)
    yield Case("sum, columns", unary("sum", square, rows, "{axes = [0]}"), [square], lambda x: x.sum(0),
               lambda x: x.sum(0), 4 * LONG)
    yield Case("max, columns", unary("max", square, rows, "{axes = [0]}"), [square], lambda x: x.max(0),
               lambda x: x.amax(0), 4 * LONG)
    cube = (16, N // 4, N // 4)
    yield Case("mean, middle", unary("mean", cube, (16, N // 4), "{axes = [1]}"), [cube], lambda x: x.mean(1),
               lambda x: x.mean(1), 4 * LONG)
    yield Case("sum, few columns", unary("sum", (LONG // 16, 16), (16,), "{axes = [0]}"), [(LONG // 16, 16)],
               lambda x: x.sum(0), lambda x: x.sum(0), 4 * LONG)
    yield Case("transpose", unary("transpose", square, square, "{axes = [1, 0]}"), [square],
               lambda x: np.ascontiguousarray(x.T), lambda x: x.T.contiguous(), 8 * LONG)
    heads = (N // 4, 32, 256)
    yield Case("transpose, heads", unary("transpose", heads, (32, N // 4, 256), "{axes = [1, 0, 2]}"), [heads],
               lambda x: np.ascontiguousarray(x.transpose(1, 0, 2)), lambda x: x.transpose(0, 1).contiguous(), 8 * LONG)
    yield Case("softmax, rows", unary("softmax", square, square, "{axis = 1}"), [square],
               lambda x: (lambda e: e / e.sum(1, keepdims=True))(np.exp(x - x.max(1, keepdims=True))),
               lambda x: torch.softmax(x, 1), 8 * LONG)
    yield Case("softmax, columns", unary("softmax", square, square, "{axis = 0}"), [square],
               lambda x: (lambda e: e / e.sum(0, keepdims=True))(np.exp(x - x.max(0, keepdims=True))),
               lambda x: torch.softmax(x, 0), 8 * LONG)
    norm = (f"graph @g(%x: f32[{N}, {N}], %g: f32[{N}], %b: f32[{N}]) -> f32[{N}, {N}] {{\n"
            f"  %y = layer_norm %x, %g, %b {{epsilon = 1e-05}} : f32[{N}, {N}]\n  return %y\n}}\n")

    def layer_norm(x, g, b):
        m = x.mean(1, keepdims=True)
        return (x - m) / np.sqrt(x.var(1, keepdims=True) + 1e-5) * g + b

    yield Case("layer norm", norm, [square, rows, rows], layer_norm,
               lambda x, g, b: torch.nn.functional.layer_norm(x, (N,), g, b, 1e-5), 8 * LONG)
    yield Case("sort, rows", unary("sort", square, square), [square], lambda x: np.sort(x, 1),
               lambda x: torch.sort(x, 1)[0], 8 * LONG)
    yield Case("cumulative sum, rows", unary("cumulative_sum", square, square, "{axis = 1}"), [square],
               lambda x: np.cumsum(x, 1), lambda x: torch.cumsum(x, 1), 8 * LONG)
    yield Case("cumulative sum, columns", unary("cumulative_sum", square, square, "{axis = 0}"), [square],
               lambda x: np.cumsum(x, 0), lambda x: torch.cumsum(x, 0), 8 * LONG)
    yield Case("cumulative sum, one row", unary("cumulative_sum", (LONG,), (LONG,), "{axis = 0}"), [(LONG,)],
               lambda x: np.cumsum(x), lambda x: torch.cumsum(x, 0), 8 * LONG)
    a, b = (half, half), (half, half)
    moved = 12 * half * half
    yield Case("a b", product(a, b, 0, 0), [a, b], lambda a, b: a @ b, lambda a, b: a @ b, moved)
    yield Case("a b^T", product(a, b, 0, 1), [a, b], lambda a, b: a @ b.T, lambda a, b: a @ b.T, moved)
    yield Case("a^T b", product(a, b, 1, 0), [a, b], lambda a, b: a.T @ b, lambda a, b: a.T @ b, moved)


def timed(run):
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="cases whose name holds this")
    parser.add_argument("--repeat", type=int, default=15)
    options = parser.parse_args()
    subprocess.run(["ninja", "-C", str(ROOT / "build/release"), "bench_graph"], check=True, stdout=sys.stderr)
    chosen = [c for c in cases() if options.only in c.name]
    if torch is None:
        print("torch is not installed: NumPy alone", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for i, case in enumerate(chosen):
            files.append(os.path.join(folder, f"{i}.graph"))
            pathlib.Path(files[-1]).write_text(case.graph)
        tegula = subprocess.Popen([str(ROOT / "build/release/bin/bench_graph"), *files], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True)

        def ours(i):
            tegula.stdin.write(f"{i}\n")
            tegula.stdin.flush()
            return float(tegula.stdout.readline())

        print(f"{'op':26} {'tegula us':>10} {'GB/s':>6} {'numpy us':>10} {'torch us':>10} {'best / tegula':>14}")
        for i, case in enumerate(chosen):
            arrays = [np.random.default_rng(1).uniform(-1, 1, s).astype(np.float32) for s in case.shapes]
            tensors = [torch.from_numpy(x) for x in arrays] if torch else None
            times = ([], [], [])
            for _ in range(options.repeat):
                times[0].append(ours(i))
                times[1].append(timed(lambda: case.numpy(*arrays)))
                if torch:
                    times[2].append(timed(lambda: case.torch(*tensors)))
            t, n, p = (statistics.median(x) if x else float("nan") for x in times)
            best = min(x for x in (n, p) if x == x)
            print(f"{case.name:26} {t:10.1f} {case.bytes / t / 1e3:6.1f} {n:10.1f} {p:10.1f} {best / t:14.2f}", flush=True)


if __name__ == "__main__":
    main()
