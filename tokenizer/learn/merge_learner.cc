#include "tokenizer/learn/merge_learner.h"

#include <algorithm>

#include "tokenizer/text/byte_alphabet.h"

namespace corpusmill {

TokenTable::TokenTable(const std::vector<std::string>& specials) {
  for (const std::string& special : specials) {
    specials_.emplace(special, static_cast<TokenId>(size()));
    spellings_.push_back(special);
    bytes_.push_back(0);
  }
  std::vector<std::pair<std::uint32_t, std::uint8_t>> alphabet;
  for (unsigned byte = 0; byte < 256; ++byte) {
    alphabet.emplace_back(byte_spelling(static_cast<std::uint8_t>(byte)), byte);
  }
  std::sort(alphabet.begin(), alphabet.end());
  for (const auto& [code_point, byte] : alphabet) {
    const char c = static_cast<char>(byte);
    const std::string spelling = spell_bytes({&c, 1});
    const auto special = specials_.find(spelling);
    byte_ids_[byte] = special == specials_.end() ? static_cast<TokenId>(size()) : special->second;
    if (special == specials_.end()) {
      spellings_.push_back(spelling);
      bytes_.push_back(1);
    } else {
      bytes_[special->second] = 1;
    }
  }
}

TokenId TokenTable::merge(TokenId left, TokenId right) {
  merges_.emplace_back(left, right);
  const std::string joined = spellings_[left] + spellings_[right];
  const std::uint32_t bytes = bytes_[left] + bytes_[right];
  if (const auto special = specials_.find(joined); special != specials_.end()) {
    bytes_[special->second] = bytes;
    return special->second;
  }
  spellings_.push_back(joined);
  bytes_.push_back(bytes);
  return static_cast<TokenId>(size() - 1);
}

MergeLearner::MergeLearner(TokenTable& tokens, const MergeLimits& limits, std::size_t cells)
    : tokens_(&tokens), limits_(limits), cells_(cells + 1) {
  cells_[cells] = {0, kUnitBegin};
  const std::size_t ids = std::max(limits.tokens_max, tokens.size()) + 1;
  lefts_.sums.resize(ids);
  rights_.sums.resize(ids);
  slots_.resize(ids);
}

void MergeLearner::set_unit(std::size_t position, std::span<const TokenId> tokens,
                            std::uint64_t weight) {
  auto stored = static_cast<std::uint32_t>(weight);
  if (weight >= kLargeWeight) {
    const std::scoped_lock lock(large_weights_mutex_);
    stored = kLargeWeight | static_cast<std::uint32_t>(large_weights_.size());
    large_weights_.push_back(weight);
  }
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    cells_[position + i] = {tokens[i], stored | (i == 0 ? kUnitBegin : 0)};
  }
}

void MergeLearner::count_pairs() {
  const std::size_t cells = cells_.size() - 1;
  for (std::size_t i = 0; i + 1 < cells; ++i) {
    if (begins_unit(i + 1)) continue;
    const TokenPair pair = token_pair(cells_[i].token, cells_[i + 1].token);
    std::uint64_t& index = pair_states_[pair];
    if (index == 0) {
      pairs_.push_back({.pair = pair, .count = 0, .places_count = 0, .places = nullptr});
      index = pairs_.size();
    }
    pairs_[index - 1].count += weight_at(i);
    ++pairs_[index - 1].places_count;
  }
  for (std::uint32_t i = 0; i < pairs_.size(); ++i) {
    PairState& state = pairs_[i];
    const std::uint32_t bytes =
        tokens_->bytes_of(left_of(state.pair)) + tokens_->bytes_of(right_of(state.pair));
    if (state.count < limits_.count_min || !limits_.allows(bytes)) {
      state.count = 0;
    } else {
      state.places = std::make_unique<std::uint32_t[]>(state.places_count);
      queue_.push({state.count, state.pair, i});
    }
    state.places_count = 0;
  }
  for (std::size_t i = 0; i + 1 < cells; ++i) {
    if (begins_unit(i + 1)) continue;
    PairState& state =
        pairs_[*pair_states_.find(token_pair(cells_[i].token, cells_[i + 1].token)) - 1];
    if (state.count > 0) state.places[state.places_count++] = static_cast<std::uint32_t>(i);
  }
}

std::uint64_t MergeLearner::learn(std::uint64_t above) {
  while (!queue_.empty()) {
    const Candidate top = queue_.top();
    const std::uint64_t count = pairs_[top.state].count;
    if (count == top.count && (count <= above || tokens_->size() >= limits_.tokens_max)) {
      return count;
    }
    queue_.pop();
    if (count == top.count) {
      merge(top.state);
    } else if (count >= limits_.count_min) {
      queue_.push({count, top.pair, top.state});
    }
  }
  return 0;
}

void MergeLearner::Neighbours::add(TokenId neighbour, std::uint32_t place, std::uint64_t weight) {
  Sum& sum = sums[neighbour];
  if (sum.places == 0) seen.push_back(neighbour);
  sum.count += weight;
  ++sum.places;
  places.emplace_back(neighbour, place);
}

void MergeLearner::join(std::size_t left, std::size_t right) {
  const std::size_t end = next(right);
  const auto length = static_cast<std::uint32_t>(end - left);
  cells_[right].token = kHole;  // no token begins there now
  cells_[left + 1].token = kHole | length;
  cells_[end - 1].token = kHole | length;
}

void MergeLearner::merge(std::uint32_t state) {
  const TokenPair pair = pairs_[state].pair;
  const TokenId a = left_of(pair), b = right_of(pair);
  const TokenId made = tokens_->merge(a, b);
  const std::unique_ptr<std::uint32_t[]> places = std::move(pairs_[state].places);
  const std::uint32_t places_count = pairs_[state].places_count;
  pairs_[state].count = 0;

  // Pairs (made, a) whose a has become part of another `made`.
  std::uint64_t undone = 0;
  for (std::uint32_t i = 0; i < places_count; ++i) {
    const std::size_t left = places[i];
    if (cells_[left].token != a) continue;
    const std::size_t right = next(left);
    if (cells_[right].token != b || begins_unit(right)) continue;
    const std::uint64_t weight = weight_at(left);
    if (!begins_unit(left)) {
      const std::size_t before = previous(left);
      const TokenId neighbour = cells_[before].token;
      if (neighbour == made) undone += weight;
      lefts_.add(neighbour, static_cast<std::uint32_t>(before), weight);
    }
    const std::size_t after = next(right);
    if (!begins_unit(after)) {
      rights_.add(cells_[after].token, static_cast<std::uint32_t>(left), weight);
    }
    cells_[left].token = made;
    join(left, right);
  }

  for (const TokenId neighbour : lefts_.seen) {
    if (neighbour != made) lower(token_pair(neighbour, a), lefts_.sums[neighbour].count);
  }
  for (const TokenId neighbour : rights_.seen) {
    lower(token_pair(b, neighbour), rights_.sums[neighbour].count);
  }
  if (undone > 0) rights_.sums[a].count -= undone;
  add_new_pairs(lefts_, made, false);
  add_new_pairs(rights_, made, true);
}

// The pair has lost occurrences; it is forgotten when too few are left.
void MergeLearner::lower(TokenPair pair, std::uint64_t count) {
  const std::uint64_t* const index = pair_states_.find(pair);
  if (index == nullptr) return;
  PairState& state = pairs_[*index - 1];
  if (state.count == 0) return;
  state.count -= count;
  if (state.count >= limits_.count_min) return;
  state.count = 0;
  state.places.reset();
}

void MergeLearner::add_new_pairs(Neighbours& neighbours, TokenId made, bool made_is_left) {
  for (const TokenId neighbour : neighbours.seen) {
    const Neighbours::Sum sum = std::exchange(neighbours.sums[neighbour], {});
    const std::uint32_t bytes = tokens_->bytes_of(neighbour) + tokens_->bytes_of(made);
    if (sum.count < limits_.count_min || !limits_.allows(bytes)) continue;
    const TokenPair pair = made_is_left ? token_pair(made, neighbour) : token_pair(neighbour, made);
    pairs_.push_back({.pair = pair, .count = sum.count, .places_count = 0, .places = nullptr});
    pairs_.back().places.reset(new std::uint32_t[sum.places]);
    slots_[neighbour] = static_cast<std::uint32_t>(pairs_.size());
    pair_states_[pair] = pairs_.size();
    queue_.push({sum.count, pair, slots_[neighbour] - 1});
  }
  for (const auto& [neighbour, place] : neighbours.places) {
    if (slots_[neighbour] == 0) continue;
    PairState& state = pairs_[slots_[neighbour] - 1];
    state.places[state.places_count++] = place;
  }
  for (const TokenId neighbour : neighbours.seen) slots_[neighbour] = 0;
  neighbours.seen.clear();
  neighbours.places.clear();
}

}  // namespace corpusmill
