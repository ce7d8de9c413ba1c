// Unicode normalization as the reference library does it: forms C and KC of Unicode 9.0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace corpusmill {

class TextNormalizer {
 public:
  enum class Form : std::uint8_t { kNone, kNfc, kNfkc };

  explicit TextNormalizer(Form form = Form::kNone) : form_(form) {}

  // `text` (valid UTF-8) normalized: itself where nothing in it can change, else in `scratch`.
  // Const, thread-safe. Code points that composed, mapped or reordered only since Unicode 10 stay
  // as they are, and nothing moves across them; the others follow utf8proc, the same by stability.
  std::string_view normalize(std::string_view text, std::string& scratch) const;

 private:
  Form form_;
};

}  // namespace corpusmill
