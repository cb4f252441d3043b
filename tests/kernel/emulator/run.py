#!/usr/bin/env python3
"""Runs the matmul and attention bodies thread by thread on this CPU, as each chip would (tests/kernel/emulator), against f64.

Then plants faults, one at a time, in a copy of a header of kernel/target: each must make a program fail. So a wrong swizzle, a
fragment's rows in another order, a barrier that is missing or a slot released early cannot go unseen.
usage: run.py SOURCE_DIR CLANG
"""
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

RIGHT = [("sm80", "matmul"), ("sm90", "matmul"), ("mfma", "matmul"), ("wmma", "matmul"), ("sm80", "attention"), ("sm90", "attention")]

# What is wrong; chip, program; header; (text that stands there once, what takes its place)...
FAULTS = [
    ("swizzle by rows modulo 4", "sm80", "matmul", "local_tile.h", ("piece % 8 ^ row % 8", "piece % 8 ^ row % 4")),
    ("swizzle by rows modulo 4", "sm90", "matmul", "local_tile.h", ("piece % 8 ^ row % 8", "piece % 8 ^ row % 4")),
    ("an image read as if it had no swizzle", "mfma", "matmul", "amd_pipeline.h", ("(piece ^ (i0 + r) % 8) * 8", "piece * 8")),
    ("a fragment's rows in pairs", "sm80", "matmul", "fragment.h", ("lane_id() / 4 + 8 * h", "lane_id() / 4 * 2 + h")),
    ("a fragment's rows in pairs", "sm90", "attention", "sm90_attention.h", ("r % 2 * 8 + lane_id() / 4", "r % 2 + lane_id() / 4 * 2")),
    ("the left operand's halves exchanged", "sm80", "matmul", "sm80_tile.h", ("l % 16, 2 * s + l / 16", "l % 8 + l / 16 * 8, 2 * s + l / 8 % 2")),
    ("a fragment's columns in order", "mfma", "matmul", "mfma_tile.h", ("q * 8 + l / 32 * 4", "q * 4 + l / 32 * 16")),
    ("a fragment's halves not exchanged", "wmma", "matmul", "wmma_tile.h", ("high ? below : above", "high ? above : below")),
    ("rows 512 bytes apart in a descriptor", "sm90", "matmul", "sm90_tile.h", ("u64(1024 >> 4)", "u64(512 >> 4)")),
    ("no barrier before use", "sm80", "matmul", "sm80_pipeline.h", ("copies_wait<stages - 2>();\n      barrier();", "copies_wait<stages - 2>();")),
    ("no barrier before use", "mfma", "matmul", "amd_pipeline.h", ("(held.put(near), ...);\n          barrier();", "(held.put(near), ...);")),
    ("no barrier after use", "wmma", "matmul", "amd_pipeline.h", ("barrier();\n          (held.put(near), ...);", "(held.put(near), ...);")),
    ("no fence after the queries", "sm90", "attention", "sm90_attention.h", ("    async_proxy_fence();\n", "")),
    ("copies not waited for", "sm80", "attention", "sm80_pipeline.h", ("copies_wait<stages - 2>();", "copies_wait<stages - 1>();")),
    ("a slot filled before it was used", "sm80", "matmul", "sm80_pipeline.h", ("filled = stages - 1;", "filled = stages - 2;")),
    ("a slot released while a product reads it", "sm90", "matmul", "sm90_pipeline.h",
     ("if ((settles || step > 0) && lane_id() == 0) mbarrier_arrive(empty(settles ? at.slot : before));", "if (lane_id() == 0) mbarrier_arrive(empty(at.slot));"),
     ("if (steps > 0 && lane_id() == 0) mbarrier_arrive(empty(before));", "")),
    ("a slot never released", "sm90", "attention", "sm90_pipeline.h", ("mbarrier_arrive(empty(settles ? at.slot : before));", "{}")),
    ("no fence before wgmma", "sm90", "matmul", "sm90_pipeline.h", ("      async_proxy_fence();\n", "")),
    ("a product not waited for", "sm90", "attention", "sm90_tile.h", ("wgmma_wait<0>();", "wgmma_wait<1>();")),
    ("NaN behind the last key", "sm90", "attention", "sm90_attention.h", ("e < (rows - inside) * slabs * 8", "e < 0")),
]

source, clang = Path(sys.argv[1]), sys.argv[2]


def run(chip, program, work, overlay=()):
    """The exit status and output of a program; headers are taken from `overlay` first."""
    binary = Path(work) / "program"
    subprocess.run([clang, "-std=c++20", "-O0", "-fwrapv", "-Wno-psabi", *[f"-I{d}" for d in overlay], f"-I{source}",
                    '-DKERNEL_TARGET="tests/kernel/emulator/target.h"', f"-DCHIP_{chip.upper()}",
                    source / f"tests/kernel/emulator/{program}_program.cpp", "-o", binary], check=True)
    done = subprocess.run([binary], capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout + done.stderr


def right(case):
    with tempfile.TemporaryDirectory() as work:
        status, output = run(*case, work)
    return status == 0, f"{case[1]} on {case[0]}:\n" + output


def caught(fault):
    what, chip, program, header, *changes = fault
    text = (source / "kernel/target" / header).read_text()
    for old, new in changes:
        if text.count(old) != 1:
            return False, f"{what}: {header} has {text.count(old)} times {old!r}; say the fault in the header's present words\n"
        text = text.replace(old, new)
    with tempfile.TemporaryDirectory() as work:
        copy = Path(work) / "kernel/target" / header
        copy.parent.mkdir(parents=True)
        copy.write_text(text)
        status, output = run(chip, program, work, [work])
    last = output.strip().splitlines()[-1:] or [f"status {status}"]
    return status != 0, f"{'caught' if status else 'NOT CAUGHT'}: {what} ({program} on {chip}): {''.join(last)}\n"


def main():
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = [*pool.map(right, RIGHT), *pool.map(caught, FAULTS)]
    for _, output in results:
        print(output, end="")
    failed = sum(not ok for ok, _ in results)
    print(f"{len(RIGHT)} programs, {len(FAULTS)} planted faults, {failed} not as they should be")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
