#include "prep/near/near_options.h"

#include <fmt/format.h>

#include "common/error.h"

namespace corpusmill {

KeepRule KeepRule::parse(const std::string& text) {
  constexpr std::string_view kBest = "best:";
  if (text == "first") return {};
  if (text == "longest") return {Kind::kLongest, ""};
  if (text.rfind(kBest, 0) == 0 && text.size() > kBest.size()) {
    return {Kind::kBest, text.substr(kBest.size())};
  }
  throw Error(ExitCode::kUsage,
              fmt::format("--keep {}: give first, longest, or best:FIELD, where FIELD holds a "
                          "number",
                          text));
}

void NearOptions::add_to(CLI::App& app) {
  const auto near = [](CLI::Option* option) {
    option->group("Near duplicates");
    return option;
  };
  near(app.add_option("--threshold", threshold,
                      "least similarity of a near duplicate, over 0, up to 1"));
  near(app.add_option("--shingle", shingle,
                      "what is compared: units:N, N characters of Han, Kana or Thai or words of "
                      "other scripts in a row; chars:N; words:N; bytes:N"));
  near(app.add_option("--similarity", similarity,
                      "jaccard: shared shingles of all; containment: of the shorter text's")
           ->check(CLI::IsMember({"jaccard", "containment"})));
  near(app.add_option("--permutations", permutations,
                      "hashes of a signature; the bands and rows for the threshold come of them")
           ->check(CLI::Range(1U, LshShape::kPermutationsMax)));
  auto* const bands_option =
      near(app.add_option("--bands", bands, "bands of the signature, with --rows"));
  auto* const rows_option = near(app.add_option("--rows", rows, "hashes of a band, with --bands"));
  bands_option->needs(rows_option);
  rows_option->needs(bands_option);
  near(app.add_option("--preset", preset, "fineweb: 14 bands of 8 rows")
           ->check(CLI::IsMember({"fineweb"}))
           ->excludes(bands_option)
           ->excludes(rows_option));
  near(
      app.add_option("--compat", compat,
                     "signatures bit for bit as datatrove's, with xxh64 or as FineWeb's with sha1, "
                     "in 14 bands of 8 rows unless --bands says otherwise")
          ->check(CLI::IsMember({"datatrove", "datatrove-sha1"})));
  near(app.add_option("--keep", keep,
                      "which of a pair stays: first, longest, or best:FIELD, the one with the "
                      "larger number there"));
  near(app.add_option("--candidates-max", candidates_max,
                      "documents that one is compared with at most")
           ->check(CLI::Range(1U, 1000000U)));
  near(app.add_option("--cluster-share-max", cluster_share_max,
                      "stop, and publish nothing, when one cluster has a larger share of the "
                      "documents"));
  near(app.add_option("--pairs", pairs, "write every verified pair to this file")
           ->option_text("FILE"));
  near(app.add_option("--estimate", estimate,
                      "measure what the bands find and miss: compare a sample of so many documents "
                      "with all; 0: no"));
}

void NearOptions::check() const {
  const auto refuse = [](std::string_view option, const auto& value, std::string_view hint) {
    throw Error(ExitCode::kUsage, fmt::format("{} {}: {}", option, value, hint));
  };
  if (!(threshold > 0 && threshold <= 1)) refuse("--threshold", threshold, "give 0.5 to 1");
  if (!(cluster_share_max > 0 && cluster_share_max <= 1)) {
    refuse("--cluster-share-max", cluster_share_max, "give a share, over 0, up to 1");
  }
  if ((bands == 0) != (rows == 0)) refuse("--bands", bands, "give --bands and --rows, or neither");
  if (std::uint64_t{bands} * rows > LshShape::kPermutationsMax) {
    refuse("--bands", bands, fmt::format("at most {} hashes", LshShape::kPermutationsMax));
  }
  ShingleRule::parse(shingle);
  KeepRule::parse(keep);
}

SketchOptions NearOptions::sketch() const {
  SketchOptions options;
  options.rule = ShingleRule::parse(shingle);
  if (compat == "datatrove") options.datatrove = DatatroveHash::kXxh64;
  if (compat == "datatrove-sha1") options.datatrove = DatatroveHash::kSha1;
  if (preset == "fineweb" || (options.datatrove && bands == 0)) {
    options.shape = {14, 8};
  } else if (bands > 0) {
    options.shape = {bands, rows};
  } else {
    options.shape = LshShape::for_threshold(threshold, permutations);
  }
  return options;
}

SimilarityKind NearOptions::kind() const {
  return similarity == "containment" ? SimilarityKind::kContainment : SimilarityKind::kJaccard;
}

nlohmann::json NearOptions::to_json() const {
  const SketchOptions decided = sketch();
  nlohmann::json json;
  json["threshold"] = threshold;
  json["shingle"] = decided.rule.text();
  json["similarity"] = similarity;
  json["bands"] = decided.shape.bands;
  json["rows"] = decided.shape.rows;
  if (!compat.empty()) json["compat"] = compat;
  json["keep"] = keep;
  json["candidates_max"] = candidates_max;
  json["cluster_share_max"] = cluster_share_max;
  return json;
}

}  // namespace corpusmill
