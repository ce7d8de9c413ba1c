// Continues a sequence of ids with a model, one token at a time, with a key-value cache.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "common/token_id.h"
#include "train/llama.h"
#include "train/token_sampler.h"

namespace corpusmill {

struct GenerateOptions {
  SamplerOptions sampler = {};
  std::int64_t new_tokens_max = 256;
  std::optional<TokenId> eos = std::nullopt;  // generation ends when it comes up
};

enum class GenerateEnd : std::uint8_t { kEos, kTokensMax, kPositionsMax, kStopped };
std::string_view generate_end_name(GenerateEnd end);  // "eos", "max_new_tokens", ...

struct GenerateResult {
  std::int64_t new_tokens = 0;  // EOS not counted
  GenerateEnd end = GenerateEnd::kTokensMax;
};

// Calls `on_token` for each new token, EOS not among them; it returns false to stop. Ends when the
// model has no more positions. Throws Error(kUsage) for an empty prompt, an id that the model does
// not have, or a prompt longer than its positions.
GenerateResult generate(Llama& model, std::span<const TokenId> prompt,
                        const GenerateOptions& options,
                        const std::function<bool(TokenId)>& on_token);

}  // namespace corpusmill
