"""A training run interrupted any number of times is bit for bit the uninterrupted run."""

import shutil
import signal

import pytest
from tiny_training import (
    losses,
    rows,
    signal_at_step,
    start,
    tensors,
    train,
)

STEPS = 40
RUN = (
    "--batch-size=4 --accumulation-steps=2 --epochs=2 --learning-rate=3e-3 --warmup-steps=4 "
    f"--max-steps={STEPS} --log-steps=1 --save-steps=6 --keep-checkpoints=3"
).split()


@pytest.fixture(scope="module")
def straight(tokens, tmp_path_factory):
    """Uninterrupted runs by number type."""
    done = {}

    def run(dtype):
        if dtype not in done:
            done[dtype] = tmp_path_factory.mktemp("straight") / "out"
            train(tokens, done[dtype], *RUN, f"--dtype={dtype}")
        return done[dtype]

    return run


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_killed_again_and_again(tokens, straight, tmp_path, dtype):
    out = tmp_path / "out"
    for step in (3, 8, 12, 13, 29, 36):
        process = start(tokens, out, *RUN, f"--dtype={dtype}")
        signal_at_step(process, step, signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
    train(tokens, out, *RUN, f"--dtype={dtype}")
    assert rows(out) == rows(straight(dtype))
    assert [row["step"] for row in rows(out) if row["kind"] == "train"] == list(
        range(1, STEPS + 1)
    )
    assert tensors(out, STEPS) == tensors(straight(dtype), STEPS)


def test_the_loss_falls(straight):
    curve = losses(straight("float32"))
    assert sum(curve[-5:]) < 0.8 * sum(curve[:5])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_saves_and_leaves_75(tokens, straight, tmp_path, number):
    out = tmp_path / "out"
    process = start(tokens, out, *RUN, "--dtype=float32")
    signal_at_step(process, 10, number)
    _, err = process.communicate()
    assert process.returncode == 75, err
    assert "the same command continues" in err
    train(tokens, out, *RUN, "--dtype=float32")
    assert tensors(out, STEPS) == tensors(straight("float32"), STEPS)
    assert rows(out) == rows(straight("float32"))


def test_steps_back_over_a_damaged_checkpoint(tokens, straight, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(straight("float32"), out)
    newest = out / f"step-{STEPS:06}" / "optimizer.safetensors"
    newest.write_bytes(newest.read_bytes()[:-1])
    err = train(tokens, out, *RUN, "--dtype=float32")
    assert "passed over a checkpoint" in err and "optimizer.safetensors is damaged" in err
    assert tensors(out, STEPS) == tensors(straight("float32"), STEPS)
    assert rows(out) == rows(straight("float32"))


def test_a_finished_run_repeated_does_nothing(tokens, straight):
    out = straight("float32")
    before = tensors(out, STEPS)
    assert "nothing to do" in train(tokens, out, *RUN, "--dtype=float32")
    assert tensors(out, STEPS) == before


def test_keeps_the_last_checkpoints(straight):
    kept = sorted(path.name for path in straight("float32").glob("step-*"))
    assert kept == ["step-000030", "step-000036", "step-000040"]


def test_another_configuration_is_refused_by_name(tokens, straight):
    err = train(
        tokens, straight("float32"), *RUN, "--learning-rate=1e-3", "--dtype=float32", expect=8
    )
    assert "learning_rate: 0.001 here, 0.003 in the checkpoint" in err
    err = train(tokens, straight("float32"), *RUN, "--dtype=float32", "--resume=none", expect=8)
    assert "choose another output" in err


def test_other_tokens_are_refused(tokens, straight, tmp_path):
    other = tmp_path / "tokens.bin"
    content = bytearray(tokens.read_bytes())
    content[0] ^= 1
    other.write_bytes(content)
    assert "data_digest" in train(other, straight("float32"), *RUN, "--dtype=float32", expect=8)


def test_another_micro_batch_sees_the_same_global_batches(tokens, straight, tmp_path):
    other = [flag for flag in RUN if "batch-size" not in flag and "accumulation" not in flag]
    train(tokens, tmp_path, *other, "--batch-size=8", "--accumulation-steps=1", "--dtype=float32")
    assert losses(tmp_path) == pytest.approx(losses(straight("float32")), rel=1e-4)


def test_non_finite_training_stops_before_the_update(tokens, tmp_path):
    err = train(tokens, tmp_path, *RUN, "--learning-rate=1e30", "--warmup-steps=0", expect=10)
    assert "at step 2" in err
    assert not list(tmp_path.glob("step-*"))


def test_ids_beyond_the_model_are_refused(tokens, tmp_path):
    err = train(tokens, tmp_path, *RUN, "--vocab-size=32", expect=8)
    assert "larger than the model's" in err
    assert not list(tmp_path.iterdir())
