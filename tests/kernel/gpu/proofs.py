#!/usr/bin/env python3
"""Compiles the matmul and attention bodies for GPUs and reads what became of them (tests/kernel/gpu/kernels.cpp).

The inner loop of a matmul must be matrix instructions fed by the chip's own loads and copies; nothing may spill. PTX must be
accepted by ptxas (skipped, saying so, where there is none), without a remark that products were serialised or registers did not change
hands; AMD's code must link.
usage: proofs.py SOURCE_DIR CLANG [FOLDER]      FOLDER keeps the PTX and the machine code, for a machine with a GPU
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

NV = "nvptx64-nvidia-cuda"
AMD = "amdgcn-amd-amdhsa"
CHIPS = {"sm_80": (NV, "ptx70", "SM80"), "sm_90a": (NV, "ptx80", "SM90"), "gfx942": (AMD, None, "MFMA"), "gfx1100": (AMD, None, "WMMA")}
# What the inner loops of a kernel hold, at least so often. The first of each names the loop: the largest that has it
# and stores nothing to global memory, so the epilogue is outside.
MMA = r"\bmma\.sync\.aligned\.m16n8k16"
PRODUCTS = {
    "sm_80": [{MMA: 128, r"\bldmatrix\.sync\.aligned\.m8n8\.x4\.shared": 32, r"\bcp\.async\.cg\.shared": 16, r"\bcp\.async\.wait_group": 1, r"\bbar": 1}],
    "sm_90a": [{r"\bwgmma\.mma_async": 4, r"\bmbarrier\.try_wait": 1, r"\bmbarrier\.arrive": 1},
               {r"\bcp\.async\.cg\.shared": 8, r"\bcp\.async\.bulk": 1, r"\bmbarrier\.try_wait": 1, r"\bmbarrier\.arrive": 1}],
    "gfx942": [{r"\bv_mfma_f32_32x32x8": 32, r"\bds_read_b128": 16, r"\bds_write_b128": 8, r"\bglobal_load_dwordx4": 8, r"\bs_barrier": 2}],
    "gfx1100": [{r"\bv_wmma_f32_16x16x16_bf16": 32, r"\bds_load_b128": 32, r"\bds_store_b128": 4, r"\bglobal_load_b128": 4, r"\bs_barrier": 2}],
}
ATTENTION = {
    "sm_80": [{MMA: 64, r"\bldmatrix": 32, r"\bldmatrix\S*\.trans": 16, r"\bcp\.async\.cg\.shared": 8, r"\bex2\.approx": 8}],
    "sm_90a": [{r"\bwgmma\.mma_async": 16, r"\bmbarrier\.try_wait": 1, r"\bex2\.approx": 8}, {r"\bcp\.async\.bulk": 2, r"\bmbarrier\.try_wait": 1}],
}
KERNELS = [(k, c) for k in ("matmul", "pair") for c in CHIPS] + [(k, c) for k in ("prefill", "decode") for c in ATTENTION]
STORE = r"\bst\.global|\b(?:global|flat)_store"
IN_NO_LOOP = r"\b(?:ld|st)\.local\b|\bscratch_|\bbuffer_(?:load|store)\S* .*\boffen\b"


def loops(text):
    """The lines of each loop, from a label to the last branch back to it; the largest first."""
    lines = text.splitlines()
    labels, ends = {}, {}
    for n, line in enumerate(lines):
        if m := re.match(r"(\$?\.?L\w*):", line):
            labels[m.group(1)] = n
        ends.update((labels[target], n) for target in re.findall(r"(?:bra\S*|branch\S*)\s.*?(\$?\.?L\w+)", line) if target in labels)
    return ["\n".join(lines[first:last]) for first, last in sorted(ends.items(), key=lambda span: span[0] - span[1])]


def complaints(kernel, chip, text):
    """What is wrong with a kernel's assembly."""
    all_loops = loops(text)
    for wanted in (PRODUCTS if kernel in ("matmul", "pair") else ATTENTION)[chip]:
        inner = next((loop for loop in all_loops if re.search(next(iter(wanted)), loop) and not re.search(STORE, loop)), "")
        for pattern, least in wanted.items():
            if (found := len(re.findall(pattern, inner))) < least:
                yield f"an inner loop has {pattern} {found} times, not {least}"
    if bad := re.findall(f".*(?:{IN_NO_LOOP}).*", "\n".join(all_loops)):
        yield f"a loop goes through a thread's own memory: {bad[0].strip()}"
    for name in ("vgpr_spill_count", "sgpr_spill_count"):
        if CHIPS[chip][0] == AMD and not re.search(rf"\.{name}: +0\b", text):
            yield f"the metadata does not say {name} 0"


def find_ptxas():
    wheels = glob.glob(f"{sys.prefix}/lib/python3*/site-packages/nvidia/**/bin/ptxas", recursive=True)
    found = [shutil.which("ptxas"), *wheels, "/usr/local/cuda/bin/ptxas"]
    return next((p for p in found if p and os.access(p, os.X_OK)), None)


def bounded(text):
    """PTX with the launch's bounds, which no C++ attribute says."""
    threads = re.search(r"k_threads = (\d+)", text).group(1)
    return re.sub(r"(\.visible \.entry.*?\n\))\n", rf"\1\n.maxntid {threads}\n.minnctapersm 1\n", text, count=1, flags=re.S)


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def prove(source, clang, ptxas, folder, kernel, chip):
    """The assembly, what is wrong, and a line about it."""
    triple, feature, define = CHIPS[chip]
    base = Path(folder) / f"{kernel}_{chip}"
    text_file = base.with_suffix(".ptx" if triple == NV else ".s")
    status, output = run(clang, "-cc1", "-triple", triple, "-target-cpu", chip, *(["-target-feature", f"+{feature}"] if feature else []),
                         "-std=c++20", "-ffreestanding", "-fno-rtti", "-O3", "-ffp-contract=on", "-fwrapv", "-fconvergent-functions", "-Wall", "-Wextra",
                         "-Werror", "-I", source, f"-DCHIP_{define}", f"-DKERNEL_{kernel.upper()}", "-S", f"{source}/tests/kernel/gpu/kernels.cpp", "-o", str(text_file))
    if status:
        return "", [output], ""
    text = text_file.read_text()
    wrong, said = list(complaints(kernel, chip, text)), ""
    if triple == NV:
        text_file.write_text(bounded(text))
        if ptxas:
            status, output = run(ptxas, "-v", f"-arch={chip}", str(text_file), "-o", str(base.with_suffix(".cubin")))
            said = " ".join(re.findall(r"Used \d+ registers", output))
            if status or not re.search(r"\b0 bytes spill stores, 0 bytes spill loads", output) or re.search(r"C75\d\d", output):
                wrong.append(f"ptxas says: {output}")
    else:
        said = " ".join(re.findall(r"\.vgpr_count: +\d+", text))
        status, output = run(clang, "-target", triple, f"-mcpu={chip}", "-nogpulib", "-c", str(text_file), "-o", str(base.with_suffix(".o")))
        if status == 0:
            status, output = run("ld.lld-22", "-shared", str(base.with_suffix(".o")), "-o", str(base.with_suffix(".hsaco")))
        if status:
            wrong.append(f"it does not link: {output}")
    return text, wrong, said


def self_test(texts):
    """The checks find what is wrong in assembly that was spoilt."""
    for kernel, chip, old, new in [("matmul", "sm_80", "ldmatrix", "ld.shared"), ("matmul", "sm_80", "mma.sync", "fma.rn.f32"), ("matmul", "sm_90a", "wgmma.mma_async", "x"),
                                   ("matmul", "gfx942", "v_mfma", "v_fma"), ("matmul", "gfx942", "spill_count: ", "spill_count: 1"),
                                   ("prefill", "sm_80", "cp.async.cg", "ld.local.v4"), ("prefill", "sm_90a", "ex2.approx", "fma")]:
        if not list(complaints(kernel, chip, texts[kernel, chip].replace(old, new))):
            yield f"proofs.py is broken: it does not miss {old} in {kernel} for {chip}"


def main():
    source, clang = sys.argv[1:3]
    ptxas, texts, failed = find_ptxas(), {}, 0
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(os.cpu_count()) as pool:
        folder = sys.argv[3] if len(sys.argv) > 3 else temporary
        os.makedirs(folder, exist_ok=True)
        for (kernel, chip), (text, wrong, said) in zip(KERNELS, pool.map(lambda k: prove(source, clang, ptxas, folder, *k), KERNELS)):
            texts[kernel, chip] = text
            failed += bool(wrong)
            print(f"{'FAILED' if wrong else 'ok'}: {kernel} for {chip} {said}", *wrong, sep="\n  " if wrong else "")
    if not failed:
        for line in self_test(texts):
            failed += 1
            print(line)
    print("" if ptxas else "skipped: ptxas, of which there is none here\n", f"{len(KERNELS)} kernels, {failed} not as they should be", sep="")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
