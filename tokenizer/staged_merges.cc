#include "tokenizer/staged_merges.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "common/error.h"
#include "tokenizer/parallel_for.h"
#include "tokenizer/sample_characters.h"

namespace corpusmill {
namespace {

// A scan of all pretokens costs more than a few merges save.
constexpr int kCrossingScansMax = 8;

void check_memory(std::uint64_t cells, std::uint64_t memory_bytes) {
  const std::uint64_t bytes = cells * MergeLearner::kBytesPerCell;
  if (cells <= MergeLearner::kCellsMax && bytes <= memory_bytes) return;
  throw Error(ExitCode::kUsage,
              fmt::format("learning from {} distinct symbols needs about {} MiB; give more with "
                          "--memory, or less text with --sample-bytes",
                          cells, (bytes >> 20) + 1));
}

// One run of both stages with one guess.
class StagedLearner {
 public:
  StagedLearner(const CountedKeys& pretokens, const SampleCharacters& characters,
                const MergeTraining& training, const MergeLimits& limits, TokenTable& tokens)
      : pretokens_(pretokens),
        characters_(characters),
        training_(training),
        limits_(limits),
        tokens_(tokens),
        char_tokens_(characters, tokens) {}

  void learn() {
    seed();
    place_atoms();
    if (learn_from_atoms()) return;
    const CountedKeys units = count_units();
    atoms_.reset();
    learn_from_units(units);
  }

 private:
  void seed();
  void place_atoms();
  bool learn_from_atoms();
  PairMap count_crossing_pairs();
  CountedKeys count_units();
  void learn_from_units(const CountedKeys& units);

  // A pretoken as tokens; `begins` says which are the first of an atom.
  struct Expanded {
    std::vector<TokenId> tokens;
    std::vector<std::uint8_t> begins;
    void add(TokenId token, bool begin) {
      tokens.push_back(token);
      begins.push_back(begin ? 1 : 0);
    }
  };
  template <class Visit>
  void for_each_expanded(std::size_t part, const Visit& visit) const;
  void expand(std::string_view pretoken, std::size_t& cell, Expanded& out) const;
  template <class Unit>
  void count_units_of(const Expanded& expanded, std::uint64_t count, const PairMap& mergeable,
                      std::vector<Unit>& unit, PartitionedCounter::Table& units) const;
  template <class Unit>
  void place_units(const CountedKeys& units, MergeLearner& learner) const;
  bool short_ids() const { return limits_.tokens_max <= 65'536; }

  const CountedKeys& pretokens_;
  const SampleCharacters& characters_;
  const MergeTraining& training_;
  MergeLimits limits_;
  TokenTable& tokens_;
  CharacterTokens char_tokens_;
  std::unique_ptr<MergeLearner> atoms_;
  std::vector<std::uint64_t> part_begins_;  // the first cell of each part's ASCII runs
  std::uint64_t ascii_cells_ = 0;
  PairMap crossing_;  // by stage 1's last scan
};

void StagedLearner::seed() {
  if (training_.seed_coverage <= 0) return;
  const std::span<const CharacterCount> seeds = characters_.covering(training_.seed_coverage);
  for (const CharacterCount& character : seeds) {
    if (character.code_point >= 0x80) char_tokens_.seed(character.code_point, tokens_);
  }
  if (tokens_.size() > limits_.tokens_max) {
    throw Error(ExitCode::kUsage,
                fmt::format("the {} characters that make up {} of the sample need {} entries with "
                            "their beginnings; give a larger --vocab-size or a lower "
                            "--seed-characters",
                            seeds.size(), training_.seed_coverage, tokens_.size()));
  }
  char_tokens_.apply_seeds();
}

void StagedLearner::place_atoms() {
  ascii_cells_ = 0;
  for (const std::uint64_t bytes : characters_.ascii_run_bytes) {
    part_begins_.push_back(ascii_cells_);
    ascii_cells_ += bytes;
  }
  const std::uint64_t cells = ascii_cells_ + char_tokens_.cells();
  check_memory(cells, training_.memory_bytes);
  atoms_ = std::make_unique<MergeLearner>(tokens_, limits_, cells);
  parallel_for(training_.threads, pretokens_.parts(), [&](std::size_t, std::size_t part) {
    std::size_t cell = part_begins_[part];
    std::vector<TokenId> ids;
    pretokens_.for_each(part, [&](std::string_view pretoken, std::uint64_t count) {
      for_each_atom(
          pretoken,
          [&](std::string_view run) {
            if (run.size() < 2) return;
            ids.clear();
            for (const char c : run) ids.push_back(tokens_.of_byte(static_cast<std::uint8_t>(c)));
            atoms_->set_unit(cell, ids, count);
            cell += ids.size();
          },
          [](std::uint32_t) {});
    });
  });
  char_tokens_.set_units(*atoms_, ascii_cells_);
  atoms_->count_pairs();
}

// Returns whether all is learned: no merge that is left can cross.
bool StagedLearner::learn_from_atoms() {
  for (int scan = 0;; ++scan) {
    crossing_ = count_crossing_pairs();
    std::uint64_t highest = 0;
    crossing_.for_each([&](TokenPair, std::uint64_t count) { highest = std::max(highest, count); });
    if (highest < limits_.count_min) highest = 0;
    const std::size_t before = tokens_.merges().size();
    const std::uint64_t left = atoms_->learn(highest);
    if (tokens_.size() >= limits_.tokens_max || highest == 0) return true;
    if (tokens_.merges().size() == before) return false;  // so the scan still holds
    char_tokens_.take_back(*atoms_, ascii_cells_);
    if (scan + 1 < kCrossingScansMax && left > 0) continue;
    crossing_ = count_crossing_pairs();
    return false;
  }
}

void StagedLearner::expand(std::string_view pretoken, std::size_t& cell, Expanded& out) const {
  out.tokens.clear();
  out.begins.clear();
  for_each_atom(
      pretoken,
      [&](std::string_view run) {
        if (run.size() == 1) {
          out.add(tokens_.of_byte(static_cast<std::uint8_t>(run[0])), true);
          return;
        }
        bool first = true;
        atoms_->for_each_token(cell, cell + run.size(),
                               [&](TokenId id) { out.add(id, std::exchange(first, false)); });
        cell += run.size();
      },
      [&](std::uint32_t code_point) {
        const CharacterTokens::Tokens& its = char_tokens_.of(code_point);
        for (std::uint8_t i = 0; i < its.count; ++i) out.add(its.ids[i], i == 0);
      });
}

template <class Visit>
void StagedLearner::for_each_expanded(std::size_t part, const Visit& visit) const {
  std::size_t cell = part_begins_[part];
  Expanded expanded;
  pretokens_.for_each(part, [&](std::string_view pretoken, std::uint64_t count) {
    expand(pretoken, cell, expanded);
    visit(expanded, count);
  });
}

// Pairs inside an atom never equal those across: their right part does not begin a character, or
// both parts are ASCII.
PairMap StagedLearner::count_crossing_pairs() {
  std::vector<PairMap> counts(static_cast<std::size_t>(std::max(training_.threads, 1)));
  parallel_for(training_.threads, pretokens_.parts(), [&](std::size_t worker, std::size_t part) {
    for_each_expanded(part, [&](const Expanded& expanded, std::uint64_t count) {
      for (std::size_t i = 1; i < expanded.tokens.size(); ++i) {
        if (expanded.begins[i] == 0) continue;
        counts[worker][token_pair(expanded.tokens[i - 1], expanded.tokens[i])] += count;
      }
    });
  });
  for (std::size_t worker = 1; worker < counts.size(); ++worker) {
    counts[worker].for_each([&](TokenPair pair, std::uint64_t count) { counts[0][pair] += count; });
  }
  PairMap allowed;
  counts[0].for_each([&](TokenPair pair, std::uint64_t count) {
    if (limits_.allows(tokens_.bytes_of(left_of(pair)) + tokens_.bytes_of(right_of(pair)))) {
      allowed[pair] = count;
    }
  });
  return allowed;
}

template <class Unit>
void StagedLearner::count_units_of(const Expanded& expanded, std::uint64_t count,
                                   const PairMap& mergeable, std::vector<Unit>& unit,
                                   PartitionedCounter::Table& units) const {
  const std::vector<TokenId>& ids = expanded.tokens;
  for (std::size_t begin = 0; begin < ids.size();) {
    unit.clear();
    std::size_t at = begin;
    do {
      unit.push_back(static_cast<Unit>(ids[at++]));
    } while (at < ids.size() && mergeable.find(token_pair(ids[at - 1], ids[at])) != nullptr);
    if (unit.size() > 1) {
      units.add({reinterpret_cast<const char*>(unit.data()), unit.size() * sizeof(Unit)}, count);
    }
    begin = at;
  }
}

CountedKeys StagedLearner::count_units() {
  PairMap mergeable;
  atoms_->for_each_pair([&](TokenPair pair, std::uint64_t) { mergeable[pair] = 1; });
  crossing_.for_each([&](TokenPair pair, std::uint64_t count) {
    if (count >= limits_.count_min) mergeable[pair] = 1;
  });
  PartitionedCounter units(training_.memory_bytes / 4, training_.tmp_dir);
  parallel_for(training_.threads, pretokens_.parts(), [&](std::size_t, std::size_t part) {
    PartitionedCounter::Table table(units);
    std::vector<std::uint16_t> short_unit;
    std::vector<std::uint32_t> long_unit;
    for_each_expanded(part, [&](const Expanded& expanded, std::uint64_t count) {
      if (short_ids()) {
        count_units_of(expanded, count, mergeable, short_unit, table);
      } else {
        count_units_of(expanded, count, mergeable, long_unit, table);
      }
    });
  });
  return units.finish(training_.threads);
}

template <class Unit>
void StagedLearner::place_units(const CountedKeys& units, MergeLearner& learner) const {
  std::size_t cell = 0;
  std::vector<Unit> unit;
  std::vector<TokenId> ids;
  for (std::size_t part = 0; part < units.parts(); ++part) {
    units.for_each(part, [&](std::string_view key, std::uint64_t count) {
      unit.resize(key.size() / sizeof(Unit));
      std::memcpy(unit.data(), key.data(), key.size());
      ids.assign(unit.begin(), unit.end());
      learner.set_unit(cell, ids, count);
      cell += ids.size();
    });
  }
}

void StagedLearner::learn_from_units(const CountedKeys& units) {
  const std::uint64_t cells = units.key_bytes() / (short_ids() ? 2 : 4);
  check_memory(cells, training_.memory_bytes);
  MergeLearner learner(tokens_, limits_, cells);
  if (short_ids()) {
    place_units<std::uint16_t>(units, learner);
  } else {
    place_units<std::uint32_t>(units, learner);
  }
  learner.count_pairs();
  learner.learn(0);
}

// Near the count of the last merge on prose, rather below it.
std::uint64_t guess_count(const CountedKeys& pretokens, std::size_t merges_wanted) {
  constexpr std::uint64_t kBytesPerMerge = 64;
  return pretokens.total_bytes() / (std::max<std::uint64_t>(merges_wanted, 1) * kBytesPerMerge);
}

}  // namespace

void learn_pretoken_merges(const CountedKeys& pretokens, const MergeTraining& training,
                           TokenTable& tokens) {
  const SampleCharacters characters = SampleCharacters::count(pretokens, training.threads);
  const std::uint64_t lowest = std::max<std::uint64_t>(training.min_frequency, 1);
  const TokenTable initial = tokens;
  std::uint64_t guess = training.count_guess;
  if (guess == 0 && training.vocabulary_size > tokens.size()) {
    guess = guess_count(pretokens, training.vocabulary_size - tokens.size());
  }
  for (;; guess /= 8) {
    guess = std::max(guess, lowest);
    const MergeLimits limits{training.vocabulary_size, guess, training.token_bytes_max};
    StagedLearner(pretokens, characters, training, limits, tokens).learn();
    if (tokens.size() >= training.vocabulary_size || guess == lowest) return;
    tokens = initial;
  }
}

}  // namespace corpusmill
