#include "tokenizer/text/byte_alphabet.h"

#include <array>

#include "tokenizer/text/unicode_class.h"

namespace corpusmill {
namespace {

constexpr std::uint32_t kSpellingsEnd = 0x100 + 68;

struct Alphabet {
  std::array<std::uint32_t, 256> spelling{};
  std::array<std::int16_t, kSpellingsEnd> byte{};
};

constexpr bool spells_itself(std::uint32_t byte) {
  return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

constexpr Alphabet make_alphabet() {
  Alphabet alphabet;
  alphabet.byte.fill(-1);
  std::uint32_t next = 0x100;
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    const std::uint32_t spelling = spells_itself(byte) ? byte : next++;
    alphabet.spelling[byte] = spelling;
    alphabet.byte[spelling] = static_cast<std::int16_t>(byte);
  }
  return alphabet;
}

constexpr Alphabet kAlphabet = make_alphabet();

}  // namespace

std::uint32_t byte_spelling(std::uint8_t byte) {
  return kAlphabet.spelling[byte];
}

std::optional<std::uint8_t> spelled_byte(std::uint32_t code_point) {
  if (code_point >= kSpellingsEnd || kAlphabet.byte[code_point] < 0) return std::nullopt;
  return static_cast<std::uint8_t>(kAlphabet.byte[code_point]);
}

std::string spell_bytes(std::string_view bytes) {
  std::string spelled;
  for (const char c : bytes) append_utf8(byte_spelling(static_cast<std::uint8_t>(c)), spelled);
  return spelled;
}

std::optional<std::string> spelled_bytes(std::string_view token) {
  std::string bytes;
  if (!append_spelled_bytes(token, bytes)) return std::nullopt;
  return bytes;
}

bool append_spelled_bytes(std::string_view token, std::string& bytes) {
  const std::size_t before = bytes.size();
  for (std::size_t at = 0; at < token.size();) {
    const DecodedChar decoded = decode_utf8(token, at);
    const std::optional<std::uint8_t> byte = spelled_byte(decoded.code_point);
    if (!byte) {
      bytes.resize(before);
      return false;
    }
    bytes.push_back(static_cast<char>(*byte));
    at += decoded.bytes;
  }
  return true;
}

}  // namespace corpusmill
