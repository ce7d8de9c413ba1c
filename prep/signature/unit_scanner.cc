#include "prep/signature/unit_scanner.h"

#include <algorithm>
#include <array>
#include <bit>
#include <memory>

#include "prep/text/script_class.h"
#include "prep/text/utf8.h"

namespace corpusmill {

using sketch::kBlock;

namespace {

enum class Kind : std::uint8_t { kRun, kSpace, kUnit };

Kind kind_of(char32_t code_point) {
  const ScriptClass script = script_class_of(code_point);
  if (is_unit_script(script)) return Kind::kUnit;
  return script == ScriptClass::kSpace ? Kind::kSpace : Kind::kRun;
}

// Of all three-byte characters, most of the suspects: 64 KiB, of which a text touches little.
using KindTable = std::array<Kind, 0x10000>;
const KindTable& kind_table() {
  static const auto table = [] {
    auto kinds = std::make_unique<KindTable>();
    for (char32_t c = 0; c < kinds->size(); ++c) (*kinds)[c] = kind_of(c);
    return kinds;
  }();
  return *table;
}

}  // namespace

UnitScanner::UnitScanner(std::string_view text, bool cut_unit_scripts,
                         const sketch::Kernels& kernels)
    : text_(text), cut_unit_scripts_(cut_unit_scripts), kernels_(kernels) {}

void UnitScanner::mark_suspects(std::uint64_t suspects, Marks& marks) const {
  const KindTable& kinds = kind_table();
  for (; suspects != 0; suspects &= suspects - 1) {
    const int bit = std::countr_zero(suspects);
    const CodePoint character = decode_code_point(text_, at_ + static_cast<std::size_t>(bit));
    const Kind kind =
        character.value < kinds.size() ? kinds[character.value] : kind_of(character.value);
    const unsigned __int128 begin = static_cast<unsigned __int128>(1) << bit;
    const unsigned __int128 behind = begin << character.bytes;
    if (kind == Kind::kSpace) {
      marks.spaces |= behind - begin;
    } else if (cut_unit_scripts_ && kind == Kind::kUnit) {
      marks.unit_begins |= begin;
      marks.unit_bytes |= behind - begin;
      marks.unit_ends |= behind;
    }
  }
}

bool UnitScanner::scan_block(UnitSpans& spans) {
  if (finished_) return false;
  const std::size_t count = std::min(kBlock, text_.size() - at_);
  // The block that holds the end, or begins there, ends whatever is open.
  finished_ = count < kBlock;
  const sketch::BlockMasks block = kernels_.classify(text_.data() + at_, count);
  Marks marks{.spaces = block.spaces | spaces_, .unit_bytes = unit_bytes_, .unit_ends = unit_ends_};
  if (cut_unit_scripts_ && block.han != 0) {
    const unsigned __int128 han = block.han;
    marks.unit_begins = han;
    marks.unit_bytes |= han | han << 1 | han << 2;
    marks.unit_ends |= han << 3;
  }
  if (block.suspects != 0) mark_suspects(block.suspects, marks);
  const auto runs = static_cast<std::uint64_t>(~(marks.spaces | marks.unit_bytes));
  const std::uint64_t behind_runs = runs << 1 | std::uint64_t{in_run_};
  const auto base = static_cast<std::uint32_t>(at_);
  spans.begun +=
      kernels_.offsets((runs & ~behind_runs) | static_cast<std::uint64_t>(marks.unit_begins), base,
                       spans.begins + spans.begun);
  spans.ended +=
      kernels_.offsets((~runs & behind_runs) | static_cast<std::uint64_t>(marks.unit_ends), base,
                       spans.ends + spans.ended);
  spaces_ = static_cast<std::uint64_t>(marks.spaces >> kBlock);
  unit_bytes_ = static_cast<std::uint64_t>(marks.unit_bytes >> kBlock);
  unit_ends_ = static_cast<std::uint64_t>(marks.unit_ends >> kBlock);
  in_run_ = runs >> 63 != 0;
  at_ += count;
  return true;
}

}  // namespace corpusmill
