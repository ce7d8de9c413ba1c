#include "tokenizer/learn/staged_merges.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <optional>

#include "common/error.h"
#include "tokenizer/bpe/token_keys.h"
#include "tokenizer/learn/parallel_for.h"
#include "tokenizer/learn/sample_characters.h"

namespace corpusmill {
namespace {

// A scan of all pretokens costs more than a few merges save.
constexpr int kCrossingScansMax = 6;
// From one stage's lowest count to the next one's.
constexpr std::uint64_t kCountStep = 64;

void check_memory(std::uint64_t cells, std::uint64_t memory_bytes) {
  const std::uint64_t bytes = cells * MergeLearner::kBytesPerCell;
  if (cells <= MergeLearner::kCellsMax && bytes <= memory_bytes) return;
  throw Error(ExitCode::kUsage,
              fmt::format("learning from {} distinct symbols needs about {} MiB; give more with "
                          "--memory, or less text with --sample-bytes",
                          cells, (bytes >> 20) + 1));
}

// One run of all stages with one guess.
class StagedLearner {
 public:
  StagedLearner(const CountedKeys& pretokens, const SampleCharacters& characters,
                const MergeTraining& training, const MergeLimits& limits, TokenTable& tokens)
      : pretokens_(pretokens),
        characters_(characters),
        training_(training),
        limits_(limits),
        tokens_(tokens),
        keys_(limits.tokens_max),
        char_tokens_(characters, tokens) {}

  void learn();

 private:
  void seed();
  void place_atoms();
  bool learn_from_atoms();
  template <class Count>
  PairMap count_in_parallel(std::size_t parts, const Count& count) const;
  PairMap count_crossing_pairs() const;
  void scan_crossing_pairs(std::size_t part, PairMap& counts) const;

  template <class Visit>
  void for_each_piece(std::size_t part, const Visit& visit) const;
  void expand(std::string_view pretoken, std::size_t& cell, std::vector<TokenId>& out) const;
  template <class Visit>
  void for_each_unit(std::span<const TokenId> piece, std::uint64_t count_min,
                     const Visit& visit) const;
  CountedKeys count_units(std::uint64_t count_min) const;
  std::unique_ptr<MergeLearner> learn_from_units(const CountedKeys& units, std::uint64_t count_min);
  CountedKeys rewrite(const CountedKeys& units, const MergeLearner& learner,
                      std::uint64_t count_min) const;
  void count_pairs_of_pieces();
  void keep_mergeable(const PairMap& counts);
  std::size_t parts() const { return pieces_ ? pieces_->parts() : pretokens_.parts(); }

  const CountedKeys& pretokens_;
  const SampleCharacters& characters_;
  const MergeTraining& training_;
  MergeLimits limits_;
  TokenTable& tokens_;
  TokenKeys keys_;
  CharacterTokens char_tokens_;
  std::unique_ptr<MergeLearner> atoms_;
  std::vector<std::uint64_t> part_begins_;  // the first cell of each part's ASCII runs
  std::uint64_t ascii_cells_ = 0;
  std::optional<CountedKeys> pieces_;  // from the second stage on; before, the atoms make them
  PairMap mergeable_;                  // pairs in the pieces that may yet be merged, with counts
};

void StagedLearner::learn() {
  seed();
  place_atoms();
  if (learn_from_atoms()) return;
  std::uint64_t count_min = 0;
  mergeable_.for_each(
      [&](TokenPair, std::uint64_t count) { count_min = std::max(count_min, count); });
  // Where there is room, one stage is quicker: writing pretokens anew costs more than the merges.
  if (pretokens_.key_bytes() * MergeLearner::kBytesPerCell < training_.memory_bytes &&
      !training_.always_staged) {
    count_min = 0;
  }
  for (;;) {
    count_min = std::max(count_min / kCountStep, limits_.count_min);
    const CountedKeys units = count_units(count_min);
    if (count_min == limits_.count_min) atoms_.reset();  // nothing is written anew
    const std::unique_ptr<MergeLearner> learner = learn_from_units(units, count_min);
    if (tokens_.size() >= limits_.tokens_max || count_min == limits_.count_min) return;
    pieces_ = rewrite(units, *learner, count_min);
    atoms_.reset();
    count_pairs_of_pieces();
  }
}

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

// count(part, counts) for every part, in parallel; the sum of what it counts.
template <class Count>
PairMap StagedLearner::count_in_parallel(std::size_t parts, const Count& count) const {
  std::vector<PairMap> counts(static_cast<std::size_t>(std::max(training_.threads, 1)));
  parallel_for(training_.threads, parts,
               [&](std::size_t worker, std::size_t part) { count(part, counts[worker]); });
  for (std::size_t worker = 1; worker < counts.size(); ++worker) {
    counts[worker].for_each([&](TokenPair pair, std::uint64_t its) { counts[0][pair] += its; });
  }
  return std::move(counts[0]);
}

// Returns whether all is learned: no merge that is left can cross.
bool StagedLearner::learn_from_atoms() {
  PairMap crossing;
  for (int scan = 0;; ++scan) {
    crossing = count_crossing_pairs();
    std::uint64_t highest = 0;
    crossing.for_each([&](TokenPair, std::uint64_t count) { highest = std::max(highest, count); });
    if (highest < limits_.count_min) highest = 0;
    const std::size_t before = tokens_.merges().size();
    if (scan < kCrossingScansMax) atoms_->learn(highest);
    if (tokens_.size() >= limits_.tokens_max || highest == 0) return true;
    if (tokens_.merges().size() == before) break;  // so the scan still holds
    char_tokens_.take_back(*atoms_, ascii_cells_);
  }
  // Pairs inside an atom never equal those across: their right part does not begin a character, or
  // both parts are ASCII.
  atoms_->for_each_pair([&](TokenPair pair, std::uint64_t count) { crossing[pair] = count; });
  keep_mergeable(crossing);
  return false;
}

void StagedLearner::scan_crossing_pairs(std::size_t part, PairMap& counts) const {
  std::size_t cell = part_begins_[part];
  pretokens_.for_each(part, [&](std::string_view pretoken, std::uint64_t count) {
    bool first = true;
    TokenId last = 0;
    const auto add = [&](TokenId atom_first, TokenId atom_last) {
      if (!first) counts[token_pair(last, atom_first)] += count;
      first = false;
      last = atom_last;
    };
    for_each_atom(
        pretoken,
        [&](std::string_view run) {
          if (run.size() == 1) {
            const TokenId id = tokens_.of_byte(static_cast<std::uint8_t>(run[0]));
            return add(id, id);
          }
          add(atoms_->token_at(cell), atoms_->last_token(cell + run.size()));
          cell += run.size();
        },
        [&](std::uint32_t code_point) {
          const CharacterTokens::Tokens& its = char_tokens_.of(code_point);
          add(its.ids[0], its.ids[its.count - 1]);
        });
  });
}

PairMap StagedLearner::count_crossing_pairs() const {
  PairMap counts = count_in_parallel(
      pretokens_.parts(), [&](std::size_t part, PairMap& its) { scan_crossing_pairs(part, its); });
  PairMap allowed;
  counts.for_each([&](TokenPair pair, std::uint64_t count) {
    if (limits_.allows(tokens_.bytes_of(left_of(pair)) + tokens_.bytes_of(right_of(pair)))) {
      allowed[pair] = count;
    }
  });
  return allowed;
}

void StagedLearner::expand(std::string_view pretoken, std::size_t& cell,
                           std::vector<TokenId>& out) const {
  out.clear();
  for_each_atom(
      pretoken,
      [&](std::string_view run) {
        if (run.size() == 1) {
          out.push_back(tokens_.of_byte(static_cast<std::uint8_t>(run[0])));
          return;
        }
        atoms_->for_each_token(cell, cell + run.size(), [&](TokenId id) { out.push_back(id); });
        cell += run.size();
      },
      [&](std::uint32_t code_point) {
        const CharacterTokens::Tokens& its = char_tokens_.of(code_point);
        out.insert(out.end(), its.ids, its.ids + its.count);
      });
}

// visit(tokens, count) for the pretokens, or the pieces that they are in by now.
template <class Visit>
void StagedLearner::for_each_piece(std::size_t part, const Visit& visit) const {
  std::vector<TokenId> ids;
  if (pieces_) {
    pieces_->for_each(part, [&](std::string_view key, std::uint64_t count) {
      keys_.unpack(key, ids);
      visit(ids, count);
    });
    return;
  }
  std::size_t cell = part_begins_[part];
  pretokens_.for_each(part, [&](std::string_view pretoken, std::uint64_t count) {
    expand(pretoken, cell, ids);
    visit(ids, count);
  });
}

// visit(unit, last) for the stretches of `piece` between pairs rarer than count_min; `last` where
// the pair behind will never be merged.
template <class Visit>
void StagedLearner::for_each_unit(std::span<const TokenId> piece, std::uint64_t count_min,
                                  const Visit& visit) const {
  std::size_t begin = 0;
  for (std::size_t end = 1; end <= piece.size(); ++end) {
    const std::uint64_t* const count =
        end == piece.size() ? nullptr : mergeable_.find(token_pair(piece[end - 1], piece[end]));
    if (count != nullptr && *count >= count_min) continue;
    visit(piece.subspan(begin, end - begin), count == nullptr);
    begin = end;
  }
}

CountedKeys StagedLearner::count_units(std::uint64_t count_min) const {
  PartitionedCounter units(training_.memory_bytes / 4, training_.tmp_dir);
  parallel_for(training_.threads, parts(), [&](std::size_t, std::size_t part) {
    PartitionedCounter::Table table(units);
    std::string key;
    for_each_piece(part, [&](std::span<const TokenId> piece, std::uint64_t count) {
      for_each_unit(piece, count_min, [&](std::span<const TokenId> unit, bool) {
        if (unit.size() > 1) table.add(keys_.pack(unit, key), count);
      });
    });
  });
  return units.finish(training_.threads);
}

std::unique_ptr<MergeLearner> StagedLearner::learn_from_units(const CountedKeys& units,
                                                              std::uint64_t count_min) {
  const std::uint64_t cells = units.key_bytes() / keys_.width();
  check_memory(cells, training_.memory_bytes);
  MergeLimits limits = limits_;
  limits.count_min = count_min;
  auto learner = std::make_unique<MergeLearner>(tokens_, limits, cells);
  std::size_t cell = 0;
  std::vector<TokenId> ids;
  for (std::size_t part = 0; part < units.parts(); ++part) {
    units.for_each(part, [&](std::string_view key, std::uint64_t count) {
      keys_.unpack(key, ids);
      learner->set_unit(cell, ids, count);
      cell += ids.size();
    });
  }
  learner->count_pairs();
  learner->learn(0);
  return learner;
}

// The pieces with what `learner` has made of the units in them, cut for good where they can be.
CountedKeys StagedLearner::rewrite(const CountedKeys& units, const MergeLearner& learner,
                                   std::uint64_t count_min) const {
  // The first cell of each unit, plus 1. The units come by rising hash, which a table that grows
  // on the way would pile up at its beginning.
  KeyCounter cells(static_cast<unsigned>(std::bit_width(units.keys() * 2 + 1)));
  std::size_t cell = 0;
  for (std::size_t part = 0; part < units.parts(); ++part) {
    units.for_each(part, [&](std::string_view key, std::uint64_t) {
      cells.add(key, cell + 1);
      cell += key.size() / keys_.width();
    });
  }
  PartitionedCounter pieces(training_.memory_bytes / 4, training_.tmp_dir);
  parallel_for(training_.threads, parts(), [&](std::size_t, std::size_t part) {
    PartitionedCounter::Table table(pieces);
    std::string key;
    std::vector<TokenId> out;
    for_each_piece(part, [&](std::span<const TokenId> piece, std::uint64_t count) {
      for_each_unit(piece, count_min, [&](std::span<const TokenId> unit, bool last) {
        if (unit.size() == 1) {
          out.push_back(unit[0]);
        } else {
          const std::size_t begin = cells.find(keys_.pack(unit, key)) - 1;
          learner.for_each_token(begin, begin + unit.size(),
                                 [&](TokenId id) { out.push_back(id); });
        }
        if (!last) return;
        if (out.size() > 1) table.add(keys_.pack(out, key), count);
        out.clear();
      });
    });
  });
  return pieces.finish(training_.threads);
}

void StagedLearner::count_pairs_of_pieces() {
  keep_mergeable(count_in_parallel(pieces_->parts(), [&](std::size_t part, PairMap& counts) {
    for_each_piece(part, [&](std::span<const TokenId> piece, std::uint64_t count) {
      for (std::size_t i = 1; i < piece.size(); ++i) {
        counts[token_pair(piece[i - 1], piece[i])] += count;
      }
    });
  }));
}

void StagedLearner::keep_mergeable(const PairMap& counts) {
  mergeable_ = {};
  counts.for_each([&](TokenPair pair, std::uint64_t count) {
    const std::uint32_t bytes = tokens_.bytes_of(left_of(pair)) + tokens_.bytes_of(right_of(pair));
    if (count >= limits_.count_min && limits_.allows(bytes)) mergeable_[pair] = count;
  });
}

// Near the count of the last merge on prose, rather below it.
std::uint64_t guess_count(const CountedKeys& pretokens, std::size_t merges_wanted) {
  constexpr std::uint64_t kBytesPerMerge = 128;
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
