#include "prep/near/dedup_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "common/error.h"
#include "common/json_fields.h"
#include "common/version.h"
#include "prep/text/json_text.h"

namespace corpusmill {
namespace {

constexpr std::uint64_t kFormatVersion = 1;
constexpr std::uint64_t kManifestBytesMax = 64 << 20;
constexpr std::size_t kPieceBytes = 1 << 20;

std::string dump(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

nlohmann::json segment_json(const DedupIndex::Segment& segment) {
  nlohmann::json inputs = nlohmann::json::array();
  for (const InputInfo& input : segment.inputs) {
    inputs.push_back({{"name", input.name}, {"bytes", input.bytes}, {"digest", input.digest}});
  }
  return {{"name", segment.name},
          {"documents", segment.documents},
          {"texts", {{"bytes", segment.texts_bytes}, {"digest", segment.texts_digest}}},
          {"keys", {{"bytes", segment.keys_bytes}, {"digest", segment.keys_digest}}},
          {"inputs", std::move(inputs)}};
}

DedupIndex::Segment segment_of(const JsonFields& fields) {
  DedupIndex::Segment segment;
  segment.name = fields.text("name");
  // It becomes part of a path.
  if (segment.name.find('/') != std::string::npos) fields.fail("name", "has a slash");
  segment.documents = fields.number("documents");
  segment.texts_bytes = fields.fields("texts").number("bytes");
  segment.texts_digest = fields.fields("texts").text("digest");
  segment.keys_bytes = fields.fields("keys").number("bytes");
  segment.keys_digest = fields.fields("keys").text("digest");
  for (const JsonFields& input : fields.list("inputs")) {
    segment.inputs.push_back({input.text("name"), input.number("bytes"), input.text("digest")});
  }
  return segment;
}

[[noreturn]] void refuse_damaged(const std::filesystem::path& path) {
  throw Error(ExitCode::kCorrupt,
              fmt::format("{}: is not the file that the index was made with; restore it, or make "
                          "the index anew",
                          path.string()));
}

}  // namespace

DedupIndex::DedupIndex(const std::filesystem::path& folder, nlohmann::json options, unsigned bands)
    : folder_(folder), options_(std::move(options)), bands_(bands) {
  make_directories(folder_);
  lock_ = std::make_unique<OutputLock>(manifest_path());
  remove_stale_temporaries(manifest_path());
  if (file_exists(manifest_path())) read_manifest(options_);
}

void DedupIndex::read_manifest(const nlohmann::json& options) {
  const std::string name = manifest_path().string();
  const nlohmann::json json =
      nlohmann::json::parse(read_file(manifest_path(), kManifestBytesMax), nullptr, false);
  const JsonFields fields(json, name);
  if (fields.number("format_version") != kFormatVersion) {
    fields.fail("format_version", "was written by another version of corpusmill");
  }
  const nlohmann::json& made_with = fields.object("options");
  if (made_with != options) {
    std::string differing;
    for (const auto& patch : nlohmann::json::diff(made_with, options)) {
      differing += " " + patch.at("path").get<std::string>().substr(1);
    }
    throw Error(ExitCode::kMismatch,
                fmt::format("{}: the index was made with other options ({}); give the same, or "
                            "another folder",
                            name, differing.substr(1)));
  }
  for (const JsonFields& segment : fields.list("segments")) {
    segments_.push_back(segment_of(segment));
  }
}

std::uint64_t DedupIndex::documents() const {
  std::uint64_t documents = 0;
  for (const Segment& segment : segments_) documents += segment.documents;
  return documents;
}

std::filesystem::path DedupIndex::texts_path(const Segment& segment) const {
  return folder_ / (segment.name + ".jsonl.zst");
}

std::filesystem::path DedupIndex::keys_path(const Segment& segment) const {
  return folder_ / (segment.name + ".keys");
}

void DedupIndex::refuse_known(const InputSet& inputs, std::size_t files_begin) const {
  for (std::size_t i = files_begin; i < inputs.files().size(); ++i) {
    const InputFile& file = inputs.files()[i];
    for (const Segment& segment : segments_) {
      const auto is_it = [&](const InputInfo& input) {
        return file.regular && input.name == file.name && input.bytes == file.bytes_on_disk;
      };
      if (!std::any_of(segment.inputs.begin(), segment.inputs.end(), is_it)) continue;
      throw Error(ExitCode::kMismatch,
                  fmt::format("{} is in the index {} already: everything in it would be a "
                              "duplicate of itself. Give new files only",
                              file.name, folder_.string()));
    }
  }
}

void DedupIndex::for_each(
    const Segment& segment,
    const std::function<void(std::uint64_t, const IndexedDocument&)>& visit) const {
  const std::filesystem::path path = keys_path(segment);
  File file = File::open_read(path);
  const std::size_t record_bytes = sizeof(Digest) + bands_ * sizeof(std::uint64_t);
  if (file.size() != segment.keys_bytes || segment.documents * record_bytes != file.size()) {
    refuse_damaged(path);
  }
  std::vector<char> piece(std::max<std::size_t>(kPieceBytes / record_bytes, 1) * record_bytes);
  std::vector<std::uint64_t> keys(bands_);
  Digester digester;
  for (std::uint64_t number = 0; number < segment.documents;) {
    const std::size_t bytes = static_cast<std::size_t>(
        std::min<std::uint64_t>(piece.size(), (segment.documents - number) * record_bytes));
    file.read_at(piece.data(), bytes, number * record_bytes);
    digester.update({piece.data(), bytes});
    for (std::size_t at = 0; at < bytes; at += record_bytes, ++number) {
      IndexedDocument document;
      std::memcpy(&document.fingerprint, piece.data() + at, sizeof(Digest));
      std::memcpy(keys.data(), piece.data() + at + sizeof(Digest), keys.size() * 8);
      document.band_keys = keys;
      visit(number, document);
    }
  }
  if (digester.digest().hex() != segment.keys_digest) refuse_damaged(path);
}

void DedupIndex::check_texts(const Segment& segment, const InputInfo& read) const {
  if (read.bytes != segment.texts_bytes || read.digest != segment.texts_digest) {
    refuse_damaged(texts_path(segment));
  }
}

void DedupIndex::publish(Segment segment) {
  segments_.push_back(std::move(segment));
  nlohmann::json json = {{"format_version", kFormatVersion},
                         {"tool_version", tool_version()},
                         {"options", options_},
                         {"segments", nlohmann::json::array()}};
  for (const Segment& each : segments_) json["segments"].push_back(segment_json(each));
  write_file_atomically(manifest_path(), json.dump(2) + "\n");
}

namespace {

DedupIndex::Segment next_segment(const DedupIndex& index) {
  DedupIndex::Segment segment;
  segment.name = fmt::format("segment-{:05}", index.segments().size());
  return segment;
}

const std::filesystem::path& tidied(const std::filesystem::path& path) {
  remove_stale_temporaries(path);
  return path;
}

}  // namespace

IndexSegmentWriter::IndexSegmentWriter(DedupIndex& index, std::vector<std::string> file_names)
    : index_(&index),
      segment_(next_segment(index)),
      file_names_(std::move(file_names)),
      texts_(tidied(index.texts_path(segment_))),
      keys_(tidied(index.keys_path(segment_))) {
  for (std::string& name : file_names_) name = dump(name);
}

void IndexSegmentWriter::add(const Document& document, const IndexedDocument& indexed) {
  const Origin& origin = document.line.origin;
  row_ = "{\"text\":";
  append_json_text(document.text, row_);
  row_ += fmt::format(",\"file\":{},\"line\":{}}}\n", file_names_[origin.file], origin.line);
  texts_.write(row_);
  pending_keys_.append(reinterpret_cast<const char*>(&indexed.fingerprint), sizeof(Digest));
  pending_keys_.append(reinterpret_cast<const char*>(indexed.band_keys.data()),
                       indexed.band_keys.size_bytes());
  if (pending_keys_.size() >= kPieceBytes) write_keys();
  ++segment_.documents;
}

void IndexSegmentWriter::write_keys() {
  keys_.write(pending_keys_);
  keys_digest_.update(pending_keys_);
  segment_.keys_bytes += pending_keys_.size();
  pending_keys_.clear();
}

void IndexSegmentWriter::commit(std::vector<InputInfo> inputs) {
  write_keys();
  keys_.commit();
  texts_.commit();
  segment_.keys_digest = keys_digest_.digest().hex();
  const std::filesystem::path texts = index_->texts_path(segment_);
  segment_.texts_bytes = File::open_read(texts).size();
  segment_.texts_digest = digest_of_file(texts).hex();
  segment_.inputs = std::move(inputs);
  index_->publish(std::move(segment_));
}

}  // namespace corpusmill
