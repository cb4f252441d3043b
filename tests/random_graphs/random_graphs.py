#!/usr/bin/env python3
"""Random graphs, run by `tegula` and held against NumPy.

usage: random_graphs.py --bin build/release/bin/tegula [--seed S] [--count N] [--device cpu] [--together K]   (needs numpy, ml_dtypes, safetensors)

Each graph is run in three ways. *Open*: every value is a result; each must be what NumPy gives for the operands as Tegula has them, rounded once.
*Closed*: only its results are; they must have the same bits, whatever was fused. *Apart*: every operand is a parameter, so that nothing is fused:
elementwise ops and views must again have the same bits. Several graphs are compiled as one program, which is faster. One that fails is run alone,
then without each of its nodes in turn, and what is left is printed with its seed.
"""
import argparse, os, pathlib, subprocess, sys, tempfile
import numpy as np
from safetensors.numpy import load_file, save_file

import elementwise, structured
from arrays import DTYPES, first_difference, same_bits
from graphs import Drawing


class Differs(Exception):
    pass


class Tegula:
    def __init__(self, args):
        self.args, self.folder, self.num_runs = args, tempfile.TemporaryDirectory(), 0
        self.environment = dict(os.environ, XDG_CACHE_HOME=self.folder.name)  # a cache of its own, thrown away at the end

    def run(self, text, inputs):
        """The results' arrays; raises Differs with the error's text."""
        self.num_runs += 1
        folder = pathlib.Path(self.folder.name)
        (folder / "a.graph").write_text(text)
        save_file({k: np.array(v, order="C") for k, v in inputs.items()}, folder / "in")
        command = [self.args.bin, "run", str(folder / "a.graph"), "--inputs", str(folder / "in"), "--output", str(folder / "out"), "--device", self.args.device]
        p = subprocess.run(command, capture_output=True, text=True, env=self.environment, timeout=300)
        if p.returncode:
            raise Differs(f"exit status {p.returncode}: {p.stderr.strip()[-1000:]}")
        out = load_file(folder / "out")
        return [out[str(i)] for i in range(len(out))]


def program(nodes, parameters, results):
    """How the text of one graph of all these begins; a parameter is a name and a value."""
    bodies = "".join(dict.fromkeys(n.bodies for n in nodes))
    declared = ", ".join(f"%{name}: {v.type} {v.kind}".rstrip() for name, v in parameters)
    types = ", ".join(v.type for v in results)
    return bodies + f"graph @main({declared}) -> ({types}) {{\n"


def run_together(tegula, graphs):
    """Each graph's difference, or None."""
    nodes = [n for g in graphs for n in g.nodes]
    given = [v for g in graphs for v in g.parameters]
    made = [v for n in nodes for v in n.results]
    text = program(nodes, [(v.name, v) for v in given], made)
    text += "".join(n.text() for n in nodes) + f"  return {', '.join('%' + v.name for v in made)}\n}}\n"
    arrays = {v.name: v.array for v in given}
    opened = arrays | {v.name: a for v, a in zip(made, tegula.run(text, arrays))}
    # The graphs as they are, and beside them the local ops apart, which read parameters of their own: no launch holds two of those.
    apart = lambda name: "x" + name
    alone = [n for n in nodes if n.op.is_local and n.operands]
    used = list({v: None for n in alone for v in n.operands})
    closed = [v for g in graphs for v in g.results]
    made_alone = [v for n in alone for v in n.results]
    text = program(nodes, [(v.name, v) for v in given] + [(apart(v.name), v) for v in used], closed + made_alone)
    text += "".join(n.text() for n in nodes) + "".join(n.text(apart, "y") for n in alone)
    text += f"  return {', '.join(['%' + v.name for v in closed] + ['%y' + v.name for v in made_alone])}\n}}\n"
    found = tegula.run(text, arrays | {apart(v.name): opened[v.name] for v in used})
    closed_arrays, apart_arrays = dict(zip(closed, found)), dict(zip(made_alone, found[len(closed):]))
    return [graph_difference(g, opened, closed_arrays, apart_arrays) for g in graphs]


def graph_difference(graph, opened, closed, apart):
    """The first, or None."""
    for n in graph.nodes:
        for v, want in zip(n.results, n.evaluate([opened[x.name] for x in n.operands])):
            if wrong := want.difference(opened[v.name], v.dtype):
                return f"%{v.name} = {n.op.name}: {wrong}"
            if v in apart and not (same := same_bits(opened[v.name], apart[v])).all():
                return f"%{v.name} = {n.op.name}: with others and apart {first_difference(opened[v.name], apart[v], same)}"
    for v in graph.results:
        if not (same := same_bits(closed[v], opened[v.name])).all():
            return f"%{v.name}: as the only result and with all {first_difference(closed[v], opened[v.name], same)}"
    return None


def problem_of(tegula, graph):
    try:
        return run_together(tegula, [graph])[0]
    except Differs as e:
        return str(e)


def shrunk(tegula, graph):
    """Without whatever can be left out while it still fails."""
    for n in list(reversed(graph.nodes)):
        if n in graph.nodes and (less := graph.without(n)) and problem_of(tegula, less):
            graph = less
    return graph


def report(tegula, seed, graph):
    problem = problem_of(tegula, graph)
    if not problem:
        return print(f"FAIL seed {seed}: only together with the graphs beside it")
    graph = shrunk(tegula, graph)
    print(f"FAIL seed {seed}: {problem_of(tegula, graph)}")
    print(program(graph.nodes, [(v.name, v) for v in graph.parameters], graph.results) + "".join(n.text() for n in graph.nodes) +
          f"  return {', '.join('%' + v.name for v in graph.results)}\n}}", flush=True)


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--bin", required=True)
    a.add_argument("--device", default="cpu")
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--count", type=int, default=200)
    a.add_argument("--together", type=int, default=8, help="graphs in one program")
    args = a.parse_args()
    tegula, failed = Tegula(args), 0
    ops = elementwise.OPS + structured.OPS * 2
    for first in range(args.seed, args.seed + args.count, args.together):
        seeds = range(first, min(first + args.together, args.seed + args.count))
        graphs = [Drawing(seed, f"g{seed}_", ops).finish(4 + seed % 9) for seed in seeds]
        try:
            problems = run_together(tegula, graphs)
        except (Differs, subprocess.TimeoutExpired):
            problems = [problem_of(tegula, g) for g in graphs]
            problems = problems if any(problems) else ["together"] * len(graphs)
        for seed, graph, problem in zip(seeds, graphs, problems):
            if problem:
                failed += 1
                report(tegula, seed, graph)
    print(f"{args.count - failed} passed, {failed} failed")
    raise SystemExit(failed > 0)


if __name__ == "__main__":
    main()
