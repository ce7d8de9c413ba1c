"""A training run of a model so small that a step takes milliseconds, for tests of the loop."""

import json
import os
import signal
import socket
import subprocess
from pathlib import Path

import numpy as np
import pytest
from conftest import BIN

TRAINER = BIN / "corpusmill-train"
VOCABULARY = 64
MODEL = (
    f"--vocab-size={VOCABULARY} --hidden-size=32 --num-hidden-layers=2 --num-attention-heads=4 "
    "--num-key-value-heads=2 --seq-len=16 --threads=1"
).split()


def require_trainer():
    if not TRAINER.exists():
        pytest.skip(f"no corpusmill-train in {BIN}")


def write_tokens(folder: Path, count: int = 4_000) -> Path:
    """Ids that a model can learn: each follows from the one before, one time in eight by chance."""
    draw = np.random.default_rng(7)
    ids = np.zeros(count, dtype=np.uint16)
    for i in range(1, count):
        chance = draw.integers(0, 8) == 0
        ids[i] = draw.integers(0, VOCABULARY) if chance else (ids[i - 1] * 5 + 3) % VOCABULARY
    path = folder / "tokens.bin"
    ids.tofile(path)
    return path


def arguments(data: Path, out: Path, *flags) -> list[str]:
    """A flag given again replaces the earlier one."""
    given = {}
    for flag in [f"--data={data}", f"--output={out}", *MODEL, *flags]:
        name, value = flag.split("=")
        given[name] = value
    return [str(TRAINER), "pretrain", *(f"{name}={value}" for name, value in given.items())]


def environment(rank: int = 0, ranks: int = 1, port: int = 0) -> dict[str, str]:
    variables = {k: v for k, v in os.environ.items() if k not in ("RANK", "WORLD_SIZE")}
    if ranks > 1:
        variables |= {"RANK": str(rank), "WORLD_SIZE": str(ranks), "MASTER_PORT": str(port)}
        variables |= {"MASTER_ADDR": "127.0.0.1"}
    return variables


def start(data: Path, out: Path, *flags, **rank) -> subprocess.Popen:
    return subprocess.Popen(
        arguments(data, out, *flags),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**rank),
    )


def train(data: Path, out: Path, *flags, expect: int = 0) -> str:
    """Runs to the end; returns standard error."""
    process = start(data, out, *flags)
    _, err = process.communicate()
    assert process.returncode == expect, err
    return err


def signal_at_step(process: subprocess.Popen, step: int, number: signal.Signals) -> str:
    """Reads the log until `step` is done, then signals. Returns the lines read."""
    lines = []
    for line in process.stderr:
        lines.append(line)
        if f" step {step}/" in line:
            process.send_signal(number)
            break
    return "".join(lines)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def rows(out: Path) -> list[dict]:
    """metrics.jsonl without what the clock decides."""
    found = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    for row in found:
        row.pop("time", None)
    return found


def losses(out: Path) -> list[float]:
    return [row["loss"] for row in rows(out) if row["kind"] == "train"]


def tensors(out: Path, step: int) -> tuple[bytes, bytes]:
    folder = out / f"step-{step:06}"
    return (folder / "model.safetensors").read_bytes(), (
        folder / "optimizer.safetensors"
    ).read_bytes()
