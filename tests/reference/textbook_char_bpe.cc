#include "tests/reference/textbook_char_bpe.h"

#include <algorithm>
#include <optional>
#include <string>

namespace corpusmill::reference {
namespace {

const std::string kMark = "\xE2\x96\x81";

struct Symbol {
  std::string text;
  std::optional<TokenId> id;  // nothing: no symbol is spelled so
  bool merges = true;
};

std::size_t char_bytes(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

std::string with_marks(const CharBpeSpec& spec, std::string_view section, bool at_start) {
  using Mark = CharBpeTextRules::Mark;
  const CharBpeTextRules& rules = spec.rules;
  const std::string mark = rules.space_is_mark ? kMark : " ";
  std::string text;
  for (const char c : section) {
    if (c == ' ') {
      text += mark;
    } else {
      text += c;
    }
  }
  if (rules.mark_at_start_only && !at_start) return text;
  if (!rules.mark_beside_mark && text.starts_with(mark)) return text;
  if (rules.mark == Mark::kPrefix) return mark + text;
  return rules.mark == Mark::kSuffix ? text + mark : text;
}

std::vector<Symbol> row_of(const CharBpeSpec& spec, std::string_view text) {
  std::vector<Symbol> row;
  while (!text.empty()) {
    Symbol symbol{.text = std::string(text.substr(0, char_bytes(text))), .id = std::nullopt};
    for (const TokenId id : spec.characters) {
      if (spec.text_of(id) == symbol.text) symbol.id = id;
    }
    for (const CharBpeAtomicPiece& piece : spec.atomic_pieces) {
      const bool longest = symbol.merges || piece.text.size() > symbol.text.size();
      if (longest && text.starts_with(piece.text)) symbol = {piece.text, piece.id, false};
    }
    text.remove_prefix(symbol.text.size());
    row.push_back(symbol);
  }
  return row;
}

// Joins the best pair: of lowest rank, leftmost. False if there is none.
bool join_best(const CharBpeSpec& spec, std::vector<Symbol>& row) {
  const MergeTable::Merge* best = nullptr;
  std::size_t at = 0;
  for (std::size_t i = 0; i + 1 < row.size(); ++i) {
    if (!row[i].merges || !row[i + 1].merges || !row[i].id || !row[i + 1].id) continue;
    for (const MergeTable::Merge& merge : spec.merges) {
      if (merge.left != row[i].id || merge.right != row[i + 1].id) continue;
      if (best == nullptr || merge.rank < best->rank) best = &merge, at = i;
    }
  }
  if (best == nullptr) return false;
  row[at] = {row[at].text + row[at + 1].text, best->result};
  row.erase(row.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  return true;
}

std::optional<TokenId> whole_of(const CharBpeSpec& spec, const std::string& part) {
  if (!spec.whole_sections) return std::nullopt;
  for (TokenId id = 0; id < spec.symbols.size(); ++id) {
    const bool outside = std::find(spec.outside_model.begin(), spec.outside_model.end(), id) !=
                         spec.outside_model.end();
    if (!outside && spec.symbols.spelling(id) == part) return id;
  }
  return std::nullopt;
}

class Writer {
 public:
  explicit Writer(const CharBpeSpec& spec) : spec_(spec) {}

  void write(const Symbol& symbol) {
    if (!symbol.id || *symbol.id >= spec_.symbols.size()) return write_unknown(symbol.text);
    for (const CharBpeSpec::Resplit& resplit : spec_.resplits) {
      if (resplit.symbol != *symbol.id) continue;
      for (const TokenId part : resplit.parts) write({std::string(spec_.text_of(part)), part});
      return;
    }
    ids.push_back(*symbol.id);
    after_unknown = false;
  }

  std::vector<TokenId> ids;
  bool after_unknown = false;

 private:
  void write_unknown(const std::string& text) {
    if (spec_.byte_ids) {
      for (const char c : text) ids.push_back((*spec_.byte_ids)[static_cast<unsigned char>(c)]);
    } else if (!after_unknown || !spec_.fuse_unknown) {
      ids.push_back(*spec_.unknown);
      after_unknown = true;
    }
  }

  const CharBpeSpec& spec_;
};

}  // namespace

std::vector<TokenId> encode_char_bpe(const CharBpeSpec& spec, std::string_view section,
                                     bool at_start) {
  Writer writer(spec);
  if (section.empty()) return {};
  std::string text = with_marks(spec, section, at_start);
  while (!text.empty()) {
    const std::size_t end =
        spec.rules.split_at_marks ? std::min(text.find(kMark, 1), text.size()) : text.size();
    const std::string part = text.substr(0, end);
    text.erase(0, end);
    writer.after_unknown = writer.after_unknown && !spec.rules.split_at_marks;
    if (const auto whole = whole_of(spec, part)) {
      writer.write({part, whole});
      continue;
    }
    std::vector<Symbol> row = row_of(spec, part);
    while (join_best(spec, row)) {
    }
    for (const Symbol& symbol : row) writer.write(symbol);
  }
  return writer.ids;
}

}  // namespace corpusmill::reference
