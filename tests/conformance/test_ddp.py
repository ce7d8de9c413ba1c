"""Several ranks train on the global batches of one, and none is left waiting for a dead one."""

import signal
import subprocess
import sys

import pytest
from tiny_training import (
    arguments,
    environment,
    free_port,
    losses,
    rows,
    signal_at_step,
    start,
    tensors,
    train,
)

STEPS = 20
RUN = (
    "--batch-size=4 --accumulation-steps=2 --epochs=2 --learning-rate=3e-3 --warmup-steps=4 "
    f"--max-steps={STEPS} --log-steps=1 --save-steps=5 --dtype=float32 --peer-timeout-seconds=60"
).split()


@pytest.fixture(scope="module")
def one_rank(tokens, tmp_path_factory):
    out = tmp_path_factory.mktemp("one") / "out"
    train(tokens, out, *RUN)
    return out


def start_ranks(tokens, out, *flags, ranks=2):
    port = free_port()
    return [start(tokens, out, *flags, rank=rank, ranks=ranks, port=port) for rank in range(ranks)]


def finish(processes):
    return [(process.communicate()[1], process.returncode) for process in processes]


@pytest.mark.parametrize("ranks", [2, 3])
def test_ranks_share_the_global_batches(tokens, one_rank, tmp_path, ranks):
    ends = finish(start_ranks(tokens, tmp_path, *RUN, ranks=ranks))
    assert [code for _, code in ends] == [0] * ranks, ends
    assert losses(tmp_path) == pytest.approx(losses(one_rank), rel=1e-4)


def test_torchrun_starts_the_ranks(tokens, one_rank, tmp_path):
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc-per-node=2", "--no-python", *arguments(tokens, tmp_path, *RUN)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stderr
    assert losses(tmp_path) == pytest.approx(losses(one_rank), rel=1e-4)


def test_two_ranks_killed_and_resumed_are_bit_equal(tokens, tmp_path):
    straight, broken = tmp_path / "straight", tmp_path / "broken"
    assert [code for _, code in finish(start_ranks(tokens, straight, *RUN))] == [0, 0]
    processes = start_ranks(tokens, broken, *RUN)
    signal_at_step(processes[0], 8, signal.SIGKILL)
    finish(processes)
    assert [code for _, code in finish(start_ranks(tokens, broken, *RUN))] == [0, 0]
    assert rows(broken) == rows(straight)
    assert tensors(broken, STEPS) == tensors(straight, STEPS)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_lost_rank_ends_the_other_with_9(tokens, tmp_path, number):
    processes = start_ranks(
        tokens, tmp_path, *RUN, "--max-steps=100000", "--epochs=1000", "--peer-timeout-seconds=3"
    )
    for line in processes[0].stderr:
        if " step 5/" in line:
            processes[1].send_signal(number)
            break
    err = processes[0].communicate(timeout=60)[1]
    processes[1].kill()
    processes[1].communicate()
    assert processes[0].returncode == 9, err
    assert "another rank failed or did not answer" in err


def test_a_signal_to_one_rank_stops_both(tokens, tmp_path):
    processes = start_ranks(tokens, tmp_path, *RUN, "--max-steps=100000", "--epochs=1000")
    signal_at_step(processes[0], 5, signal.SIGTERM)
    assert [code for _, code in finish(processes)] == [75, 75]
    assert list(tmp_path.glob("step-*"))


def test_ranks_with_unlike_configurations_are_refused(tokens, tmp_path):
    port = free_port()
    processes = [
        start(tokens, tmp_path, *RUN, f"--seed={rank}", rank=rank, ranks=2, port=port)
        for rank in range(2)
    ]
    ends = finish(processes)
    assert [code for _, code in ends] == [8, 8], ends
    assert "the configuration of rank 0 differs from that of rank 1" in ends[0][0]
