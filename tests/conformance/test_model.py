"""The model against transformers' LlamaForCausalLM: same weights, logits, loss and gradients."""

import json
import os
import pathlib
import subprocess

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
safetensors_torch = pytest.importorskip("safetensors.torch")

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("CORPUSMILL_BIN", ROOT / "build/release/bin"))
PROBE = BIN / "llama_probe"

pytestmark = pytest.mark.skipif(not PROBE.exists(), reason=f"{PROBE} is not built")

OUR_KEYS = (
    "vocab_size hidden_size num_hidden_layers num_attention_heads num_key_value_heads"
    " intermediate_size max_position_embeddings rms_norm_eps tie_word_embeddings"
).split()


def make_model(tied, kv_heads):
    torch.manual_seed(11)
    config = transformers.LlamaConfig(
        vocab_size=331,
        hidden_size=96,
        num_hidden_layers=5,
        num_attention_heads=6,
        num_key_value_heads=kv_heads,
        intermediate_size=160,
        max_position_embeddings=128,
        rms_norm_eps=1e-5,
        rope_theta=1e4,
        tie_word_embeddings=tied,
        attn_implementation="eager",
    )
    model = transformers.LlamaForCausalLM(config)
    with torch.no_grad():
        # Large enough that attention is not uniform, and norms that are not all 1.
        for name, parameter in model.named_parameters():
            if "norm" in name:
                parameter.uniform_(0.5, 1.5)
            else:
                parameter.normal_(0, 0.08)
    return model


def make_batch():
    generator = torch.Generator().manual_seed(5)
    ids = torch.randint(331, (3, 70), generator=generator)
    targets = torch.randint(331, (3, 70), generator=generator)
    targets[0, 40:] = -100
    return ids, targets


def save_case(folder, model, ids, targets):
    weights = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    safetensors_torch.save_file(weights, folder / "model.safetensors")
    safetensors_torch.save_file({"ids": ids, "targets": targets}, folder / "batch.safetensors")
    config = {key: getattr(model.config, key) for key in OUR_KEYS}
    config["rope_theta"] = 1e4
    (folder / "config.json").write_text(json.dumps(config))


def probe(folder, precision="fp32"):
    subprocess.run([PROBE, folder, precision], check=True, timeout=120)
    return safetensors_torch.load_file(folder / "result.safetensors")


def reference(model, ids, targets):
    logits = model(ids).logits
    loss = torch.nn.functional.cross_entropy(
        logits.float().flatten(0, 1), targets.flatten(), ignore_index=-100
    )
    loss.backward()
    return logits.detach(), loss.detach()


@pytest.mark.parametrize("tied", [True, False], ids=["tied", "untied"])
@pytest.mark.parametrize("kv_heads", [2, 6], ids=["grouped", "one-to-one"])
def test_loss_and_gradients_equal(tmp_path, tied, kv_heads):
    model = make_model(tied, kv_heads)
    ids, targets = make_batch()
    save_case(tmp_path, model, ids, targets)
    ours = probe(tmp_path)
    logits, loss = reference(model, ids, targets)
    assert abs(ours["loss"].item() - loss.item()) < 1e-5
    assert (ours["logits"] - logits).abs().max().item() < 1e-5 * logits.abs().max().item()
    names = {name for name, _ in model.named_parameters()}
    assert {key.removeprefix("grad.") for key in ours if key.startswith("grad.")} == names
    for name, parameter in model.named_parameters():
        difference = (ours["grad." + name] - parameter.grad).abs().max().item()
        assert difference < 1e-5 * max(1.0, parameter.grad.abs().max().item()), name


def test_bfloat16_gradients_point_the_same_way(tmp_path):
    model = make_model(True, 2)
    ids, targets = make_batch()
    save_case(tmp_path, model, ids, targets)
    ours = probe(tmp_path, "bf16")
    _, loss = reference(model, ids, targets)
    assert abs(ours["loss"].item() - loss.item()) < 0.05
    for name, parameter in model.named_parameters():
        ours_flat, theirs = ours["grad." + name].flatten(), parameter.grad.flatten()
        assert ours_flat.dtype == torch.float32
        assert torch.nn.functional.cosine_similarity(ours_flat, theirs, dim=0) > 0.98, name


def test_our_file_loads_by_from_pretrained(tmp_path):
    model = make_model(True, 2)
    ids, targets = make_batch()
    save_case(tmp_path, model, ids, targets)
    probe(tmp_path)
    # result.safetensors is a file of ours; under the weights' names it is a model file.
    ours = safetensors_torch.load_file(tmp_path / "result.safetensors")
    gradients = {k.removeprefix("grad."): v for k, v in ours.items() if k.startswith("grad.")}
    folder = tmp_path / "hf"
    folder.mkdir()
    model.config.save_pretrained(folder)
    safetensors_torch.save_file(gradients, folder / "model.safetensors", {"format": "pt"})
    loaded, info = transformers.LlamaForCausalLM.from_pretrained(
        folder, output_loading_info=True, dtype=torch.float32
    )
    assert not info["missing_keys"] and not info["unexpected_keys"]
    for name, parameter in loaded.named_parameters():
        assert torch.equal(parameter, gradients[name]), name
