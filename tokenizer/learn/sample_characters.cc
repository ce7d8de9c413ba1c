#include "tokenizer/learn/sample_characters.h"

#include <algorithm>

#include "tokenizer/learn/parallel_for.h"
#include "tokenizer/text/unicode_class.h"

namespace corpusmill {
namespace {

constexpr std::size_t kCodePoints = 0x110000;

// Returns the bytes in runs of two or more ASCII characters.
std::uint64_t count_characters(std::string_view pretoken, std::uint64_t count,
                               std::vector<std::uint64_t>& counts) {
  std::uint64_t run_bytes = 0;
  for_each_atom(
      pretoken,
      [&](std::string_view run) {
        for (const char c : run) counts[static_cast<std::uint8_t>(c)] += count;
        if (run.size() > 1) run_bytes += run.size();
      },
      [&](std::uint32_t code_point) { counts[code_point] += count; });
  return run_bytes;
}

}  // namespace

SampleCharacters SampleCharacters::count(const CountedKeys& pretokens, int threads) {
  SampleCharacters characters;
  characters.ascii_run_bytes.resize(pretokens.parts());
  std::vector<std::vector<std::uint64_t>> counts(static_cast<std::size_t>(std::max(threads, 1)));
  parallel_for(threads, pretokens.parts(), [&](std::size_t worker, std::size_t part) {
    counts[worker].resize(kCodePoints);
    std::uint64_t run_bytes = 0;
    pretokens.for_each(part, [&](std::string_view pretoken, std::uint64_t count) {
      run_bytes += count_characters(pretoken, count, counts[worker]);
    });
    characters.ascii_run_bytes[part] = run_bytes;
  });
  for (std::uint32_t code_point = 0; code_point < kCodePoints; ++code_point) {
    std::uint64_t sum = 0;
    for (const auto& of_worker : counts) sum += of_worker.empty() ? 0 : of_worker[code_point];
    if (sum > 0) characters.by_frequency.push_back({code_point, sum});
    characters.total += sum;
  }
  std::stable_sort(
      characters.by_frequency.begin(), characters.by_frequency.end(),
      [](const CharacterCount& a, const CharacterCount& b) { return a.count > b.count; });
  return characters;
}

std::span<const CharacterCount> SampleCharacters::covering(double coverage) const {
  const double wanted = coverage * static_cast<double>(total);
  std::uint64_t sum = 0;
  std::size_t taken = 0;
  while (taken < by_frequency.size() && static_cast<double>(sum) < wanted) {
    sum += by_frequency[taken++].count;
  }
  return std::span(by_frequency).first(taken);
}

CharacterTokens::CharacterTokens(const SampleCharacters& characters, const TokenTable& tokens)
    : index_(kCodePoints), tokens_(1), counts_(1) {
  std::string bytes;
  for (const CharacterCount& character : characters.by_frequency) {
    if (character.code_point < 0x80) continue;
    bytes.clear();
    append_utf8(character.code_point, bytes);
    Tokens its;
    for (const char c : bytes) {
      its.ids[its.count++] = tokens.of_byte(static_cast<std::uint8_t>(c));
    }
    index_[character.code_point] = static_cast<std::uint32_t>(tokens_.size());
    tokens_.push_back(its);
    counts_.push_back(character.count);
  }
}

void CharacterTokens::seed(std::uint32_t code_point, TokenTable& tokens) {
  const Tokens& its = of(code_point);
  TokenId whole = its.ids[0];
  for (std::uint8_t i = 1; i < its.count; ++i) {
    std::uint64_t& made = seeds_[token_pair(whole, its.ids[i])];
    if (made == 0) made = tokens.merge(whole, its.ids[i]) + std::uint64_t{1};
    whole = static_cast<TokenId>(made - 1);
  }
}

void CharacterTokens::apply_seeds() {
  for (Tokens& its : tokens_) {
    while (its.count > 1) {
      const std::uint64_t* const made = seeds_.find(token_pair(its.ids[0], its.ids[1]));
      if (made == nullptr) break;
      its.ids[0] = static_cast<TokenId>(*made - 1);
      std::copy(its.ids + 2, its.ids + its.count, its.ids + 1);
      --its.count;
    }
  }
}

std::uint64_t CharacterTokens::cells() const {
  std::uint64_t cells = 0;
  for (const Tokens& its : tokens_) cells += its.count > 1 ? its.count : 0;
  return cells;
}

void CharacterTokens::set_units(MergeLearner& learner, std::size_t position) {
  unit_tokens_ = tokens_;
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    const Tokens& its = tokens_[i];
    if (its.count < 2) continue;
    learner.set_unit(position, {its.ids, its.count}, counts_[i]);
    position += its.count;
  }
}

void CharacterTokens::take_back(const MergeLearner& learner, std::size_t position) {
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    if (unit_tokens_[i].count < 2) continue;
    const std::size_t end = position + unit_tokens_[i].count;
    tokens_[i].count = 0;
    learner.for_each_token(position, end,
                           [&](TokenId id) { tokens_[i].ids[tokens_[i].count++] = id; });
    position = end;
  }
}

}  // namespace corpusmill
