// A filter for the conformance tests: rows {"text": …} in, one JSON list of pretokens per row out.
// Not installed.
//   pretokens PRE_TOKENIZER.json
#include <fmt/format.h>

#include <exception>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "common/error.h"
#include "tokenizer/split/pretoken_stages.h"
#include "tokenizer/split/pretokenizer.h"

int main(int, char** argv) {
  using corpusmill::Pretokenizer;
  try {
    std::ifstream file(argv[1]);
    const Pretokenizer pretokenizer(
        corpusmill::read_pretoken_stages(nlohmann::json::parse(file), argv[1]));
    std::ios::sync_with_stdio(false);
    corpusmill::PretokenScratch scratch;
    for (std::string row; std::getline(std::cin, row);) {
      const auto text = nlohmann::json::parse(row)["text"].get<std::string>();
      nlohmann::json pretokens = nlohmann::json::array();
      pretokenizer.split(text, scratch,
                         [&](std::string_view window, std::span<const std::uint32_t> ends) {
                           std::size_t begin = 0;
                           for (const std::uint32_t end : ends) {
                             pretokens.push_back(window.substr(begin, end - begin));
                             begin = end;
                           }
                         });
      std::cout << pretokens.dump() << '\n';
    }
    return 0;
  } catch (const corpusmill::Error& error) {
    fmt::print(stderr, "pretokens: {}\n", error.what());
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    fmt::print(stderr, "pretokens: {}\n", error.what());
    return 70;
  }
}
