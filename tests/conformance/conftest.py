"""What every conformance test needs: the built programs, and the shared corpora where they are.

CORPUSMILL_BIN names the folder of the programs; default build/release/bin.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("CORPUSMILL_BIN", ROOT / "build" / "release" / "bin")).resolve()
SHARED_DATA = ROOT.parent / "shared" / "data"

sys.path.insert(0, str(ROOT / "demo"))


@dataclass
class Finished:
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict:
        return json.loads(self.out)


def run_program(name: str, *arguments, expect: int | None = 0, **options) -> Finished:
    """Runs a program of ours; fails the test where the exit code is not `expect` (None: any)."""
    command = [str(BIN / name), *map(str, arguments)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        **options,
    )
    if expect is not None and done.returncode != expect:
        pytest.fail(
            f"{' '.join(command)}: exit code {done.returncode}, not {expect}\n{done.stderr}"
        )
    return Finished(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def corpusmill():
    """`corpusmill("check", path, expect=1)` runs the preparation tool."""
    if not (BIN / "corpusmill").exists():
        pytest.skip(f"no corpusmill in {BIN}")

    def run(*arguments, **options) -> Finished:
        return run_program("corpusmill", *arguments, **options)

    return run


@pytest.fixture(scope="session")
def corpusmill_train():
    """`corpusmill_train("pretrain", config)` runs the trainer."""
    if not (BIN / "corpusmill-train").exists():
        pytest.skip(f"no corpusmill-train in {BIN}")

    def run(*arguments, **options) -> Finished:
        return run_program("corpusmill-train", *arguments, **options)

    return run


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of the shared corpora and tokenizers; its tests are skipped without it."""
    if not SHARED_DATA.is_dir():
        pytest.skip("no ../shared/data beside the checkout")
    return SHARED_DATA


@pytest.fixture(scope="module")
def tokens(tmp_path_factory) -> Path:
    """Shards for tests/conformance/tiny_training.py; its tests are skipped without a trainer."""
    import tiny_training

    tiny_training.require_trainer()
    return tiny_training.write_tokens(tmp_path_factory.mktemp("data"))
