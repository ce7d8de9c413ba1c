// A filter for the conformance tests: rows {"text": …} in; per row {"simplified", "shingles",
// "signature"} out. Not installed.
//   datatrove_signatures xxh64|sha1
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "prep/signature/datatrove_signature.h"
#include "prep/signature/datatrove_text.h"

int main(int argc, char** argv) {
  using corpusmill::DatatroveHash;
  const bool sha1 = argc == 2 && std::string_view(argv[1]) == "sha1";
  const corpusmill::DatatroveSigner signer(sha1 ? DatatroveHash::kSha1 : DatatroveHash::kXxh64, 5,
                                           112);
  std::string simplified;
  std::vector<std::uint64_t> shingles, signature(signer.permutations());
  for (std::string row; std::getline(std::cin, row);) {
    const auto text = nlohmann::json::parse(row)["text"].get<std::string>();
    corpusmill::simplify_as_datatrove(text, simplified);
    signer.shingle(text, shingles);
    signer.sign(shingles, signature);
    nlohmann::json found = {{"simplified", simplified}, {"shingles", shingles}};
    if (!shingles.empty()) found["signature"] = signature;
    std::cout << found.dump() << '\n';
  }
  return 0;
}
