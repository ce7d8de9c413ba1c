// A filter for the conformance tests: rows {"text": …} in, one JSON list of ids per row out; or
// with
// --decode lists of ids in, {"text": …} out. Not installed.
//   encode_lines TOKENIZER [parse|text|reject] [--decode]
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <exception>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/error.h"
#include "tokenizer/tokenizer.h"

namespace {

using corpusmill::SpecialInText;
using corpusmill::TokenId;

void encode_row(const corpusmill::Tokenizer& tokenizer, SpecialInText policy,
                const std::string& row, std::string& out) {
  std::vector<TokenId> ids;
  const auto text = nlohmann::json::parse(row)["text"].get<std::string>();
  const auto report = tokenizer.encode(text, policy, ids);
  out = report.refused ? "null" : fmt::format("[{}]", fmt::join(ids, ","));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const auto tokenizer = corpusmill::load_tokenizer(arguments.at(0));
    SpecialInText policy = tokenizer->default_policy();
    bool decode = false;
    for (const std::string& argument : arguments) {
      if (argument == "parse") policy = SpecialInText::kParse;
      if (argument == "text") policy = SpecialInText::kText;
      if (argument == "reject") policy = SpecialInText::kReject;
      if (argument == "--decode") decode = true;
    }
    std::ios::sync_with_stdio(false);
    std::string out;
    for (std::string row; std::getline(std::cin, row);) {
      if (decode) {
        const auto ids = nlohmann::json::parse(row).get<std::vector<TokenId>>();
        out = nlohmann::json({{"text", tokenizer->decode(ids)}}).dump();
      } else {
        encode_row(*tokenizer, policy, row, out);
      }
      std::cout << out << '\n';
    }
    return 0;
  } catch (const corpusmill::Error& error) {
    fmt::print(stderr, "encode_lines: {}\n", error.what());
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    fmt::print(stderr, "encode_lines: {}\n", error.what());
    return 70;
  }
}
