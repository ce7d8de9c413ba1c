#include "tokenizer/json_tokenizer.h"

#include <future>
#include <utility>

#include "common/digest.h"
#include "tokenizer/byte_level/byte_level_spec.h"
#include "tokenizer/byte_level/byte_level_tokenizer.h"
#include "tokenizer/char_bpe/char_bpe_json_spec.h"
#include "tokenizer/char_bpe/char_bpe_tokenizer.h"
#include "tokenizer/special_ids.h"
#include "tokenizer/tokenizer_json.h"

namespace corpusmill {

std::unique_ptr<Tokenizer> make_json_tokenizer(const std::string& json,
                                               const std::string& json_name,
                                               std::string_view config,
                                               const std::string& config_name) {
  // Of a large file it takes a while.
  std::future<std::string> digest =
      std::async(std::launch::async, [&] { return digest_of(json).hex(); });
  TokenizerJson parsed = parse_tokenizer_json(json, json_name);
  const SpecialIds special_ids = find_special_ids(
      config, config_name, [&](std::string_view token) { return parsed.vocabulary.find(token); });
  if (looks_like_char_bpe(parsed)) {
    return make_char_bpe_tokenizer(char_bpe_json_spec(std::move(parsed)), special_ids, digest.get(),
                                   json_name);
  }
  return make_byte_level_tokenizer(byte_level_spec(std::move(parsed)), special_ids, digest.get());
}

}  // namespace corpusmill
