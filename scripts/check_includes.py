#!/usr/bin/env python3
"""The include rule (docs/architecture.md): which room may include which.

A quoted include is written from the root ("graph/type.h") and names a file that exists. kernel/ is freestanding. Only jit/
sees the compiler's headers, only device/ the drivers'. Tests and benchmarks may see everything but those. Before the tree is read,
the rule is tried on cases whose answer is known: a check that cannot fail is no check.
"""
import re
import subprocess
import sys
from pathlib import Path

# What a room may include beside itself; whatever those may see, it may see too.
DIRECT = {
    "base": [],
    "device": ["base"],
    "jit": ["device"],
    "kernel": [],
    "graph": ["base"],
    "op": ["graph", "kernel"],  # kernel/: how many blocks a launch has, in constexpr functions that the host shares
    "compile": ["op", "jit", "device"],
    "runtime": ["compile"],
    "tensor": ["runtime"],
    "nn": ["tensor", "weights"],  # weights/: what a config says of rope
    "weights": ["base"],
    "model": ["nn"],
    "text": ["base"],
    "serve": ["model", "text"],
    "cli": ["serve"],
    "python": ["serve"],
}
# Files held closer than their room, so that they can be tested alone.
CLOSER = {"serve/scheduler": ["base"], "serve/block_pool": ["base"]}
GENERATED = {"op/list.h", "model/all.h", "model/all_encoders.h"}  # written into the build folder
FREE = {"tests", "bench", "examples"}
COMPILER = re.compile(r"(clang|clang-c|llvm|llvm-c|lld)/")
DRIVER = re.compile(r"(CL/|cuda|nvml|hip/|hsa/|level_zero/)")
INCLUDE = re.compile(r'\s*#\s*include(?:_next)?\s*(?:"([^"]+)"|<([^>]+)>|(\S+))')


def visible(room):
    seen, todo = set(), [room]
    while todo:
        r = todo.pop()
        if r not in seen:
            seen.add(r)
            todo += DIRECT[r]
    return seen


def complaint(path, quoted, name, exists):
    """What is wrong with one include in one file, or None."""
    room = path.split("/")[0]
    if COMPILER.match(name) and room != "jit":
        return f"{name}: only jit/ sees the compiler's headers"
    if DRIVER.match(name) and room != "device":
        return f"{name}: only device/ sees a driver's headers"
    if not quoted:
        return f"<{name}>: kernel/ is freestanding and includes only kernel/" if room == "kernel" else None
    if COMPILER.match(name):
        return None
    if room in FREE and "/" not in name:
        return None  # a file beside the test
    if not exists(name):
        return f'"{name}": no such file; an include is written from the root, such as "graph/type.h"'
    if room in FREE:
        return None
    target = name.split("/")[0]
    if room not in DIRECT:
        return f"{room}/ is no room; scripts/check_includes.py lists them"
    closer = CLOSER.get(re.sub(r"\.(h|cpp)$", "", path))
    allowed = visible(room) if closer is None else {*closer, *[p for p in CLOSER if name.startswith(p)]}
    if closer is not None and any(name.startswith(p + ".") for p in CLOSER):
        return None
    if target not in allowed:
        return f'"{name}": {path if closer is not None else room + "/"} may include only {", ".join(sorted(allowed))}'
    return None


def self_test():
    there = lambda name: name != "graph/gone.h"
    cases = [
        # path, quoted, name, allowed
        ("base/a.cpp", True, "base/error.h", True),
        ("base/a.cpp", False, "vector", True),
        ("base/a.cpp", True, "graph/type.h", False),
        ("graph/a.h", True, "op/list.h", False),
        ("op/a.h", True, "jit/jit.h", False),
        ("op/a.cpp", True, "kernel/matmul.h", True),
        ("graph/a.cpp", True, "kernel/matmul.h", False),
        ("compile/emit.cpp", True, "jit/jit.h", True),
        ("compile/emit.cpp", True, "base/error.h", True),
        ("compile/emit.cpp", True, "nn/rope.h", False),
        ("compile/emit.cpp", True, "runtime/run.h", False),
        ("runtime/run.cpp", True, "compile/layout.h", True),
        ("runtime/run.cpp", True, "tensor/vjp.h", False),
        ("tensor/vjp.cpp", True, "runtime/run.h", True),
        ("kernel/a.h", True, "kernel/tile.h", True),
        ("kernel/a.h", True, "base/error.h", False),
        ("kernel/a.h", False, "cmath", False),
        ("jit/clang.cpp", False, "llvm/IR/Module.h", True),
        ("jit/clang.cpp", True, "clang/Basic/Version.h", True),
        ("compile/a.cpp", False, "llvm/IR/Module.h", False),
        ("tests/op/a_test.cpp", True, "clang/Basic/Version.h", False),
        ("device/opencl.cpp", False, "CL/cl.h", True),
        ("nn/a.cpp", False, "CL/cl.h", False),
        ("model/llama.cpp", True, "weights/gguf.h", True),
        ("weights/gguf.cpp", True, "model/model.h", False),
        ("model/llama.cpp", True, "text/bpe.h", False),
        ("text/bpe.cpp", True, "weights/gguf.h", False),
        ("serve/engine.cpp", True, "model/model.h", True),
        ("serve/scheduler.cpp", True, "serve/block_pool.h", True),
        ("serve/scheduler.cpp", True, "serve/engine.h", False),
        ("serve/scheduler.h", True, "model/model.h", False),
        ("cli/main.cpp", True, "weights/gguf.h", True),
        ("graph/a.cpp", True, "graph/gone.h", False),
        ("graph/a.cpp", True, "type.h", False),
        ("tests/graph/a_test.cpp", True, "type.h", True),
        ("tests/cli/a_test.cpp", True, "op/list.h", True),
        ("helpers/a.h", True, "base/error.h", False),
    ]
    exists = lambda name: "/" in name and there(name)
    for path, quoted, name, allowed in cases:
        got = complaint(path, quoted, name, exists)
        if (got is None) != allowed:
            sys.exit(f"check_includes.py is broken: {path} including {name}: {got or 'allowed'}")


def main():
    self_test()
    root = Path(__file__).resolve().parent.parent
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.h", "*.cpp"],
                            cwd=root, capture_output=True, text=True, check=True).stdout
    bad = checked = 0
    for path in listed.splitlines():
        file = root / path
        if not file.exists():
            continue
        for number, line in enumerate(file.read_text().splitlines(), 1):
            m = INCLUDE.match(line)
            if not m or m.group(3):
                continue
            checked += 1
            found = complaint(path, m.group(1) is not None, m.group(1) or m.group(2), lambda name: name in GENERATED or (root / name).is_file())
            if found:
                bad += 1
                print(f"{path}:{number}: {found}")
    print(f"include rule: {checked} includes read, {bad} against the rule")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
