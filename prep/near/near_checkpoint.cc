#include "prep/near/near_checkpoint.h"

#include <utility>
#include <vector>

namespace corpusmill {
namespace {

constexpr const char* kGroups = "groups";
constexpr const char* kDecision = "decision";

}  // namespace

void save_groups(const NearGroups& groups, WorkFolder& folder) {
  PhaseWriter writer = folder.begin(kGroups);
  writer.value(groups.documents);
  writer.column(groups.lines);
  writer.column(groups.candidates.documents);
  writer.column(groups.candidates.groups_begin);
  writer.column(groups.candidates.groups);
  writer.column(groups.candidates.group_sizes);
  writer.commit();
}

std::optional<NearGroups> load_groups(const WorkFolder& folder, MemoryBudget& budget,
                                      const std::filesystem::path& tmp_dir) {
  std::optional<PhaseReader> reader = folder.open(kGroups);
  if (!reader) return std::nullopt;
  NearGroups groups{0, {budget, tmp_dir}, NearCandidates(budget, tmp_dir)};
  groups.documents = reader->value<std::uint64_t>();
  reader->column(groups.lines);
  reader->column(groups.candidates.documents);
  reader->column(groups.candidates.groups_begin);
  reader->column(groups.candidates.groups);
  reader->column(groups.candidates.group_sizes);
  return groups;
}

void save_decision(const NearDecision& decision, WorkFolder& folder) {
  PhaseWriter writer = folder.begin(kDecision);
  writer.text(decision.report.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  writer.text(decision.text);
  writer.value(decision.drops.size());
  std::vector<DropEntry> entries;
  for (std::size_t chunk = 0; chunk < decision.drops.chunk_count(); ++chunk) {
    decision.drops.read_chunk(chunk, entries);
    for (const DropEntry& entry : entries) writer.value(entry);
  }
  writer.commit();
}

std::optional<NearDecision> load_decision(const WorkFolder& folder, std::uint64_t drop_bytes_max,
                                          const std::filesystem::path& tmp_dir) {
  std::optional<PhaseReader> reader = folder.open(kDecision);
  if (!reader) return std::nullopt;
  NearDecision decision;
  decision.report = nlohmann::json::parse(reader->text());
  decision.text = reader->text();
  DropListWriter drops(drop_bytes_max, tmp_dir);
  for (auto left = reader->value<std::uint64_t>(); left > 0; --left) {
    drops.add(reader->value<DropEntry>());
  }
  decision.drops = drops.finish();
  return decision;
}

nlohmann::json input_identity(const InputSet& inputs) {
  nlohmann::json files = nlohmann::json::array();
  for (const InputFile& file : inputs.files()) {
    if (!file.regular) return nullptr;
    files.push_back({{"name", file.name},
                     {"bytes", file.bytes_on_disk},
                     {"inode", file.inode},
                     {"modified_ns", file.modified_ns}});
  }
  return files;
}

}  // namespace corpusmill
