#include "tests/fuzz/fuzz_cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <stdexcept>

#include "common/error.h"
#include "tests/reference/textbook_bpe.h"
#include "tests/support/sentencepiece_file.h"
#include "tokenizer/byte_level/rank_file.h"
#include "tokenizer/text/byte_alphabet.h"
#include "tokenizer/text/utf8_lossy.h"
#include "tokenizer/text/vocabulary.h"

namespace corpusmill::fuzz {
namespace {

using nlohmann::json;

constexpr std::string_view kRanksConfig = R"({"pat_str": "llama3"})";
// Of the text that is compared: the textbook takes quadratic time.
constexpr std::size_t kTextBytesMax = 1500;
constexpr unsigned kMergeTables = 8;

json byte_level_json(const std::vector<reference::Merge>& merges, bool use_regex) {
  std::vector<std::string> spelled;
  json vocab = json::object();
  for (unsigned byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    spelled.push_back(spell_bytes({&c, 1}));
    vocab[spelled.back()] = byte;
  }
  json pairs = json::array();
  for (const reference::Merge& merge : merges) {
    pairs.push_back(json::array({spelled[merge.left], spelled[merge.right]}));
    spelled.push_back(spelled[merge.left] + spelled[merge.right]);
    vocab[spelled.back()] = merge.result;
  }
  const json bytes = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", use_regex}};
  return {{"added_tokens", json::array()},
          {"normalizer", nullptr},
          {"pre_tokenizer", bytes},
          {"decoder", bytes},
          {"model", {{"type", "BPE"}, {"vocab", vocab}, {"merges", pairs}}}};
}

json added_token(const char* content, unsigned id, bool special) {
  return {
      {"id", id},           {"content", content}, {"special", special},     {"normalized", false},
      {"lstrip", !special}, {"rstrip", !special}, {"single_word", !special}};
}

std::string byte_level_seed() {
  json file = byte_level_json({{'h', 'e', 256}, {'l', 'l', 257}, {257, 'o', 258}}, true);
  file["added_tokens"] = {added_token("<s>", 259, true), added_token("word", 260, false)};
  file["normalizer"] = {{"type", "NFC"}};
  return file.dump();
}

std::string char_level_seed() {
  json vocab = {{"<unk>", 0}};
  for (const char* token : {"▁", "h", "e", "l", "o", "▁h", "▁he", "世"})
    vocab[token] = vocab.size();
  const json mark = {{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", "▁"}};
  const json space = {{"type", "Replace"}, {"pattern", {{"String", "▁"}}}, {"content", " "}};
  const json fuse = {{"type", "Fuse"}};
  return json({{"added_tokens", {added_token("<s>", 9, true)}},
               {"normalizer", mark},
               {"pre_tokenizer", nullptr},
               {"decoder", {{"type", "Sequence"}, {"decoders", {space, fuse}}}},
               {"model",
                {{"type", "BPE"},
                 {"unk_token", "<unk>"},
                 {"fuse_unk", true},
                 {"vocab", vocab},
                 {"merges", {"▁ h", "▁h e"}}}}})
      .dump();
}

std::string rank_seed() {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string file;
  for (unsigned byte = 0; byte < 256; ++byte) {
    file += fmt::format("{}{}== {}\n", kDigits[byte >> 2], kDigits[(byte & 3) << 4], byte);
  }
  return file + "aGU= 256\nbGw= 257\nbGxv 258\n";  // he, ll, llo
}

std::string sentencepiece_seed(SentencepieceModel::Type type) {
  using PieceType = SentencepieceModel::PieceType;
  SentencepieceModel model;
  model.type = type;
  model.pieces = {{"<unk>", 0, PieceType::kUnknown},
                  {"<s>", 0, PieceType::kControl},
                  {"</s>", 0, PieceType::kControl}};
  float score = 0;
  for (const char* piece : {"▁he", "▁h", "▁", "h", "e", "l", "o", "ll", "llo", "世"}) {
    model.pieces.push_back({piece, score -= 1, PieceType::kNormal});
  }
  return sentencepiece_file(model);
}

// Some merges over the letters and bytes that fuzzing comes across soonest.
std::vector<reference::Merge> random_merges(unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::uint32_t> ids = {'a', 'b', ' ', 0, 0xE4, 0xB8, 0x96, 0xC3, 0xA9};
  std::vector<reference::Merge> merges;
  while (merges.size() < 24) {
    const std::uint32_t left = ids[random() % ids.size()];
    const std::uint32_t right = ids[random() % ids.size()];
    const bool known = std::any_of(merges.begin(), merges.end(), [&](const auto& merge) {
      return merge.left == left && merge.right == right;
    });
    if (known) continue;
    ids.push_back(static_cast<std::uint32_t>(256 + merges.size()));
    merges.push_back({left, right, ids.back()});
  }
  return merges;
}

struct MergeCase {
  std::vector<reference::Merge> merges;
  std::unique_ptr<Tokenizer> whole, cut;
};

// Random merges may spell one token in two ways, which no vocabulary has: other seeds then.
MergeCase make_case(unsigned number) {
  for (unsigned seed = number;; seed += kMergeTables) {
    MergeCase made;
    made.merges = random_merges(seed);
    json whole = byte_level_json(made.merges, false);
    if (whole["model"]["vocab"].size() != 256 + made.merges.size()) continue;
    made.whole = tokenizer_of(whole.dump());
    made.cut = tokenizer_of(byte_level_json(made.merges, true).dump());
    return made;
  }
}

const MergeCase& merge_case(unsigned number) {
  static std::map<unsigned, MergeCase> cases;
  const auto found = cases.find(number);
  return found != cases.end() ? found->second
                              : cases.emplace(number, make_case(number)).first->second;
}

}  // namespace

const std::vector<std::string>& tokenizer_seeds() {
  static const std::vector<std::string> seeds = {
      byte_level_seed(), char_level_seed(), rank_seed(),
      sentencepiece_seed(SentencepieceModel::Type::kBpe),
      sentencepiece_seed(SentencepieceModel::Type::kUnigram)};
  return seeds;
}

std::unique_ptr<Tokenizer> tokenizer_of(std::string_view bytes) {
  return make_tokenizer(std::string(bytes), "file",
                        looks_like_rank_file(bytes) ? kRanksConfig : "", "config");
}

void try_tokenizer_file(std::string_view bytes) {
  constexpr std::string_view kText = "hello <s> 世界 word\xF0\x9F\x98\x80 e\xCC\x81 ";
  try {
    const auto tokenizer = tokenizer_of(bytes);
    for (const SpecialInText policy :
         {SpecialInText::kParse, SpecialInText::kText, SpecialInText::kReject}) {
      std::vector<TokenId> ids;
      tokenizer->encode(kText, policy, ids);
      tokenizer->decode(ids);
    }
    const std::vector<TokenId> some = {0, 1, 255, 300, kTokenIdsMax, ~TokenId{0}};
    tokenizer->decode(some);
    for (const TokenId id : some) tokenizer->token(id);
    tokenizer->parts();
  } catch (const Error&) {
  }
}

void try_text(std::string_view bytes) {
  if (bytes.empty()) return;
  const MergeCase& merge = merge_case(static_cast<std::uint8_t>(bytes.front()) % kMergeTables);
  const std::string text = to_utf8_lossy(bytes.substr(1, kTextBytesMax));
  std::vector<std::uint32_t> expected;
  for (const char c : text) expected.push_back(static_cast<std::uint8_t>(c));
  expected = reference::apply_merges(std::move(expected), merge.merges);
  const std::vector<TokenId> ids = merge.whole->encode_text(text);
  if (ids != expected) throw std::logic_error("not the ids of the textbook");
  if (merge.whole->decode(ids) != text) throw std::logic_error("not decoded to the text");
  if (merge.cut->decode(merge.cut->encode_text(text)) != text) {
    throw std::logic_error("pretokens do not decode to the text");
  }
}

}  // namespace corpusmill::fuzz
