#include "tokenizer/sentencepiece/unigram_model.h"

#include <array>
#include <atomic>
#include <cmath>
#include <span>
#include <string_view>

#include "common/error.h"
#include "tokenizer/bpe/unit_cache.h"
#include "tokenizer/sentencepiece/unigram_search.h"
#include "tokenizer/sentencepiece/unigram_units.h"

namespace corpusmill {
namespace {

std::uint64_t next_instance() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

CharCuts cuts_of(const SentencepieceVocabulary& vocabulary) {
  std::vector<TokenId> ids;
  const std::vector<std::string> texts = UnigramTable::texts_of(vocabulary, ids);
  return CharCuts(std::vector<std::string_view>(texts.begin(), texts.end()));
}

}  // namespace

UnigramModel::UnigramModel(const SentencepieceVocabulary& vocabulary, const std::string& file_name)
    : vocabulary_(vocabulary),
      table_(vocabulary, file_name),
      cuts_(cuts_of(vocabulary)),
      instance_(next_instance()) {}

void UnigramModel::encode(const std::string& normalized, std::vector<TokenId>& out) const {
  if (normalized.size() >= UnitCache::kPart) {
    throw Error(ExitCode::kMismatch, "a text of 2 GiB or more");
  }
  const std::string& text = normalized;
  SentencepieceIdWriter writer(vocabulary_, out);
  thread_local UnitCache cache;
  thread_local UnigramUnitMeasure measure;
  thread_local std::vector<std::uint32_t> words;
  thread_local UnigramSearch search;
  cache.use_for(instance_);
  const auto measure_unit = [&](std::string_view unit, bool, std::vector<std::uint32_t>& measured) {
    if (unit.size() > UnitCache::kLongBytesMax) {
      measured.push_back(UnigramUnit{0, 0}.word());
      return;
    }
    const auto begin = static_cast<std::size_t>(unit.data() - text.data());
    measure.run(table_, text, begin, begin + unit.size(), measured);
  };
  std::array<std::uint32_t, 4 * UnitCache::kBatchUnits> ends;
  const auto size = static_cast<std::uint32_t>(text.size());
  float sum = 0;
  for (std::uint32_t at = 0; at < size;) {
    const auto units = std::span(ends).first(cuts_.cut(text, at, size, ends));
    words.clear();
    cache.encode(text, at, units, words, measure_unit);
    const std::uint32_t* word = words.data();
    for (const std::uint32_t end : units) {
      const UnigramUnit unit = UnigramUnit::of_word(*word++);
      if (std::fabs(sum) < unit.limit) {
        if (unit.id_count == 0) {
          sum += table_.unknown_score;
          table_.write_unknown(std::string_view(text).substr(at, end - at), writer);
        }
        for (std::uint32_t i = 0; i < unit.id_count; ++i) {
          sum += table_.scores[word[i]];
          writer.piece(word[i]);
        }
      } else {
        sum = search.run(table_, text, at, end, sum, writer);
      }
      word += unit.id_count;
      at = end;
    }
  }
}

}  // namespace corpusmill
