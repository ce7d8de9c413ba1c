#define PCRE2_CODE_UNIT_WIDTH 8
#include "tokenizer/split/pcre.h"

#include <pcre2.h>

#include <array>
#include <new>
#include <stdexcept>
#include <utility>

namespace corpusmill {
namespace {

// Enough for any sensible expression, and over in a few seconds.
constexpr std::uint32_t kMatchLimit = 20'000'000;
constexpr std::uint32_t kHeapLimitKib = 64 << 10;
constexpr std::size_t kJitStackBytes = std::size_t{1} << 20;
constexpr std::uint32_t kPairsMax = 32;

template <auto kFree>
struct Freer {
  template <class T>
  void operator()(T* pointer) const {
    kFree(pointer);
  }
};
using MatchData = std::unique_ptr<pcre2_match_data, Freer<pcre2_match_data_free>>;
using MatchContext = std::unique_ptr<pcre2_match_context, Freer<pcre2_match_context_free>>;
using JitStack = std::unique_ptr<pcre2_jit_stack, Freer<pcre2_jit_stack_free>>;

std::string message_of(int error) {
  std::array<PCRE2_UCHAR, 256> buffer{};
  pcre2_get_error_message(error, buffer.data(), buffer.size());
  return reinterpret_cast<const char*>(buffer.data());
}

// What one thread needs to match.
struct Matcher {
  Matcher()
      : data(pcre2_match_data_create(kPairsMax, nullptr)),
        context(pcre2_match_context_create(nullptr)),
        stack(pcre2_jit_stack_create(kJitStackBytes / 16, kJitStackBytes, nullptr)) {
    if (!data || !context) throw std::bad_alloc();
    pcre2_set_match_limit(context.get(), kMatchLimit);
    pcre2_set_heap_limit(context.get(), kHeapLimitKib);
    if (stack) pcre2_jit_stack_assign(context.get(), nullptr, stack.get());
  }
  MatchData data;
  MatchContext context;
  JitStack stack;
};

}  // namespace

struct PcrePattern::Code {
  std::unique_ptr<pcre2_code, Freer<pcre2_code_free>> compiled;
};

PcrePattern::PcrePattern(std::string pattern) : code_(std::make_unique<Code>()) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  code_->compiled.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                      PCRE2_UTF, &error, &offset, nullptr));
  if (!code_->compiled) throw std::invalid_argument(message_of(error));
  // Where there is no JIT the interpreter matches.
  pcre2_jit_compile(code_->compiled.get(), PCRE2_JIT_COMPLETE);
}

PcrePattern::~PcrePattern() = default;
PcrePattern::PcrePattern(PcrePattern&&) noexcept = default;
PcrePattern& PcrePattern::operator=(PcrePattern&&) noexcept = default;

PcreMatch PcrePattern::find(std::string_view text, std::size_t from) const {
  thread_local const Matcher matcher;
  const int pairs =
      pcre2_match(code_->compiled.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(),
                  from, PCRE2_NO_UTF_CHECK, matcher.data.get(), matcher.context.get());
  if (pairs == PCRE2_ERROR_NOMATCH) return {};
  if (pairs < 0) throw std::length_error(message_of(pairs));
  const PCRE2_SIZE* const offsets = pcre2_get_ovector_pointer(matcher.data.get());
  return {true, offsets[0], offsets[1], static_cast<std::size_t>(pairs > 0 ? pairs - 1 : 0)};
}

}  // namespace corpusmill
