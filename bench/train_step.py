"""A training step of ours against the same model and optimizer in PyTorch eager.

    python bench/train_step.py [--preset 25.83m] [--batch 4] [--seq-len 512] [--threads 2] ...

The peer is transformers' LlamaForCausalLM (SDPA attention) with torch.optim.AdamW(fused=True),
clipping and, in bf16, torch.autocast: what a MiniMind-style loop runs. Rounds alternate between the
two, so that what else the machine does hits both; the ratio is of the best and of the median step
over all rounds.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
BIN = pathlib.Path(os.environ.get("CORPUSMILL_BIN", ROOT / "build/release/bin"))

# name: hidden, layers, heads, kv heads, feed-forward, vocabulary
SHAPES = {
    "tiny": (192, 4, 6, 2, 512, 6400),
    "25.83m": (512, 8, 8, 2, 1408, 6400),
    "104m": (768, 16, 8, 2, 2048, 6400),
}


def peer(options):
    import torch
    import transformers

    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    hidden, layers, heads, kv_heads, feed_forward, vocabulary = SHAPES[options.preset]
    config = transformers.LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
        intermediate_size=feed_forward,
        max_position_embeddings=2048,
        rope_theta=1e6,
        rms_norm_eps=1e-5,
        tie_word_embeddings=True,
        attn_implementation="sdpa",
        use_cache=False,
    )
    model = transformers.LlamaForCausalLM(config)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=5e-4, betas=(0.9, 0.95), weight_decay=0.1, fused=True
    )
    ids = torch.randint(vocabulary, (options.batch, options.seq_len + 1))
    inputs, targets = ids[:, :-1], ids[:, 1:].flatten()
    seconds = []
    for _ in range(options.steps):
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        for _ in range(options.micro_steps):
            with torch.autocast("cpu", torch.bfloat16, enabled=options.dtype == "bf16"):
                logits = model(inputs).logits
                loss = torch.nn.functional.cross_entropy(logits.float().flatten(0, 1), targets)
            (loss / options.micro_steps).backward()
            last_loss = loss.item()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": seconds, "loss": last_loss}))


def run(command):
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])["seconds"][1:]  # the first step warms up


def compare(options):
    ours_command = [BIN / "train_step_bench", options.preset, options.dtype, options.batch]
    ours_command += [options.seq_len, options.threads, options.steps, options.micro_steps]
    ours_command = [str(part) for part in ours_command]
    peer_command = [sys.executable, __file__, "--peer"]
    for name in ("preset", "dtype", "batch", "seq_len", "threads", "steps", "micro_steps"):
        peer_command += ["--" + name.replace("_", "-"), str(getattr(options, name))]
    ours, theirs = [], []
    for _ in range(options.rounds):
        ours += run(ours_command)
        theirs += run(peer_command)
    tokens = options.batch * options.seq_len * options.micro_steps
    print(f"{options.preset} {options.dtype} batch {options.batch} x {options.seq_len}, ", end="")
    print(f"{options.micro_steps} micro-steps, {options.threads} threads, {len(ours)} steps each")
    for label, pick in (("best", min), ("median", statistics.median)):
        rate, peer_rate = tokens / pick(ours), tokens / pick(theirs)
        print(f"  {label:6} ours {rate:8.0f} tokens/s, PyTorch eager {peer_rate:8.0f}, ", end="")
        print(f"ratio {rate / peer_rate:.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", default="25.83m", choices=SHAPES)
    parser.add_argument("--dtype", default="fp32", choices=("fp32", "bf16"))
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--seq-len", type=int, default=512)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--micro-steps", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        peer(options)
    else:
        compare(options)


if __name__ == "__main__":
    main()
