#include "prep/output/quarantine.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "prep/text/json_text.h"

namespace corpusmill {
namespace {

constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void append_base64(std::string_view bytes, std::string& out) {
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= count ? kBase64Digits[group >> (18 - 6 * k) & 63U] : '=';
    }
  }
}

}  // namespace

void append_drop_row(std::string& out, std::string_view file_name, const Document& document) {
  out += "{\"file\":";
  append_json_text_of_bytes(file_name, out);  // it need not be UTF-8
  fmt::format_to(std::back_inserter(out),
                 ",\"line\":{},\"offset\":{},\"column\":{},\"reason\":\"{}\",\"detail\":",
                 document.line.origin.line, document.line.origin.offset, document.column,
                 drop_reason_name(document.reason));
  append_json_text_of_bytes(document.detail, out);
}

std::filesystem::path Quarantine::path_for(const std::filesystem::path& output) {
  return output.string() + ".rejected.jsonl.zst";
}

Quarantine::Quarantine(const std::filesystem::path& path, std::vector<std::string> file_names)
    : writer_(path), file_names_(std::move(file_names)) {}

void Quarantine::add(const Document& document, const LineBatch& lines) {
  row_.clear();
  append_drop_row(row_, file_names_.at(document.line.origin.file), document);
  const std::string_view raw = lines.text_of(document.line);
  if (document.line.too_long) {
    fmt::format_to(std::back_inserter(row_), ",\"bytes\":{}", document.line.bytes_in);
  } else if (document.reason == DropReason::kInvalidUtf8) {
    row_ += ",\"raw_base64\":\"";
    append_base64(raw, row_);
    row_ += '"';
  } else {
    row_ += ",\"raw\":";
    append_json_text(raw, row_);
  }
  row_ += "}\n";
  writer_.write(row_);
  ++rows_;
}

}  // namespace corpusmill
