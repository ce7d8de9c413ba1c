#include "prep/signature/datatrove_signature.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <random>
#include <string>

#include "prep/signature/datatrove_text.h"
#include "prep/signature/sha1.h"

namespace corpusmill {
namespace {

constexpr std::uint64_t kMersennePrime = (std::uint64_t{1} << 61) - 1;
constexpr std::uint32_t kSeed = 1;

// RandomState.randint(low, 2^61 - 1, dtype=uint64): two 32-bit draws, the first one on top, masked
// to 61 bits, again where that is too large.
std::uint64_t draw(std::mt19937& random, std::uint64_t low) {
  const std::uint64_t range = kMersennePrime - 1 - low;
  for (;;) {
    const std::uint64_t high_word = random();
    const std::uint64_t value = (high_word << 32 | random()) & kMersennePrime;
    if (value <= range) return low + value;
  }
}

// Of 61 bits and above, folded: 2^61 is 1.
std::uint64_t mod_mersenne(std::uint64_t value) {
  const std::uint64_t folded = (value & kMersennePrime) + (value >> 61);
  return folded >= kMersennePrime ? folded - kMersennePrime : folded;
}

std::uint64_t hash_of(std::string_view shingle, DatatroveHash hash) {
  if (hash == DatatroveHash::kXxh64) return XXH64(shingle.data(), shingle.size(), 0);
  const std::array<std::uint8_t, 20> digest = sha1_of(shingle);
  std::uint64_t first = 0;
  for (unsigned i = 0; i < 8; ++i) first |= static_cast<std::uint64_t>(digest[i]) << (8 * i);
  return first;
}

// The words of simplified text with one space between any two.
struct WordSpan {
  std::size_t begin, end;
};

std::vector<WordSpan> join_words(std::string& text) {
  std::vector<WordSpan> words;
  std::size_t out = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = text.find_first_not_of(' ', at);
    if (begin == text.npos) break;
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    if (out > 0) text[out++] = ' ';
    std::memmove(text.data() + out, text.data() + begin, end - begin);
    words.push_back({out, out + end - begin});
    out += end - begin;
    at = end;
  }
  text.resize(out);
  return words;
}

}  // namespace

DatatroveSigner::DatatroveSigner(DatatroveHash hash, unsigned length, std::size_t permutations)
    : hash_(hash), length_(length) {
  std::mt19937 random(kSeed);
  for (std::size_t i = 0; i < permutations; ++i) multipliers_.push_back(draw(random, 1));
  for (std::size_t i = 0; i < permutations; ++i) addends_.push_back(draw(random, 0));
}

void DatatroveSigner::shingle(std::string_view text, std::vector<std::uint64_t>& hashes) const {
  hashes.clear();
  thread_local std::string simplified;
  simplify_as_datatrove(text, simplified);
  const std::vector<WordSpan> words = join_words(simplified);
  for (std::size_t i = 0; i + length_ <= words.size(); ++i) {
    const std::size_t begin = words[i].begin, end = words[i + length_ - 1].end;
    hashes.push_back(hash_of(std::string_view(simplified).substr(begin, end - begin), hash_));
  }
}

void DatatroveSigner::sign(std::span<const std::uint64_t> hashes,
                           std::span<std::uint64_t> signature) const {
  std::fill(signature.begin(), signature.end(), ~std::uint64_t{0});
  for (const std::uint64_t hash : hashes) {
    for (std::size_t i = 0; i < multipliers_.size(); ++i) {
      signature[i] = std::min(signature[i], mod_mersenne(hash * multipliers_[i] + addends_[i]));
    }
  }
}

}  // namespace corpusmill
