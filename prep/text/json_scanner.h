// A slow RFC 8259 scanner that says where and why a text is not JSON. For the few lines that the
// fast parser refuses (prep/record/line_classifier.h), and for the tests.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace corpusmill {

enum class JsonKind { kNone, kObject, kArray, kString, kNumber, kBoolean, kNull };

// "an object", "a number", ...
std::string_view json_kind_name(JsonKind kind);

// A member of the outermost object; [begin, end) are bytes of the line, quotes included.
struct JsonMember {
  std::size_t key_begin = 0, key_end = 0;
  std::size_t value_begin = 0, value_end = 0;
  JsonKind value_kind = JsonKind::kNone;
};

struct JsonScan {
  bool valid = false;
  JsonKind kind = JsonKind::kNone;  // of the whole text, if valid
  std::size_t begin = 0;            // where it starts, after white space
  std::size_t fault = 0;            // byte of the fault, from 0; text.size(): ended too early
  std::string detail;
};

// `on_member` is called for the outermost object's members in order, also before a fault is found.
// `text` is valid UTF-8; escaped surrogates are not paired here.
JsonScan scan_json(std::string_view text, std::size_t depth_max,
                   const std::function<void(const JsonMember&)>& on_member);

// The value of a scanned string, given with its quotes.
std::string decode_json_string(std::string_view quoted);

// Where a \u escape of a surrogate without its other half starts, in a string that is closed; npos
// if there is none. `text` need not be JSON.
std::size_t find_lone_surrogate(std::string_view text);

}  // namespace corpusmill
