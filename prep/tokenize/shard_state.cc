#include "prep/tokenize/shard_state.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

#include "common/digest.h"
#include "common/error.h"
#include "common/file.h"
#include "common/shard_verify.h"

namespace corpusmill {
namespace {

std::string value_text(const nlohmann::json& options, const std::string& key) {
  return options.contains(key) ? options.at(key).dump() : "not set";
}

// "seed was 42 and is 43".
std::vector<std::string> differing_options(const nlohmann::json& was, const nlohmann::json& is) {
  std::set<std::string> keys;
  for (const nlohmann::json* options : {&was, &is}) {
    for (const auto& [key, value] : options->items()) keys.insert(key);
  }
  std::vector<std::string> differences;
  for (const std::string& key : keys) {
    const std::string before = value_text(was, key);
    const std::string now = value_text(is, key);
    if (before != now) differences.push_back(fmt::format("{} was {} and is {}", key, before, now));
  }
  return differences;
}

// Sizes tell most changes at once. Names may change: a folder may have moved.
std::vector<std::string> differing_inputs(const std::vector<InputInfo>& was,
                                          const InputSet& inputs) {
  const std::vector<InputFile>& is = inputs.files();
  if (was.size() != is.size()) {
    return {fmt::format("there were {} input files and are {}", was.size(), is.size())};
  }
  std::vector<std::string> differences;
  for (std::size_t i = 0; i < is.size(); ++i) {
    if (was[i].bytes != is[i].bytes_on_disk) {
      differences.push_back(
          fmt::format("{} had {} bytes and has {}", is[i].name, was[i].bytes, is[i].bytes_on_disk));
    }
  }
  return differences;
}

void refuse_differences(const ShardRunPlan& plan, const JournalHeader& was) {
  std::vector<std::string> differences = differing_options(was.options, plan.header.options);
  if (was.tokenizer_digest != plan.header.tokenizer_digest) {
    differences.push_back("the tokenizer is another one");
  }
  for (std::string& difference : differing_inputs(was.inputs, plan.inputs)) {
    differences.push_back(std::move(difference));
  }
  if (differences.empty()) return;
  throw Error(ExitCode::kMismatch,
              fmt::format("{} is of another run: {}; give --overwrite to replace it, or another -o",
                          plan.names.manifest_path().string(), fmt::join(differences, "; ")));
}

bool reads_a_stream(const InputSet& inputs) {
  return std::any_of(inputs.files().begin(), inputs.files().end(),
                     [](const InputFile& file) { return !file.regular; });
}

Manifest verify_finished(const ShardRunPlan& plan) {
  const std::filesystem::path path = plan.names.manifest_path();
  Manifest manifest = Manifest::load(path);
  if (reads_a_stream(plan.inputs)) {
    throw Error(ExitCode::kMismatch,
                fmt::format("{} is there already, and a stream cannot be compared with what it was "
                            "made from; give --overwrite to replace it, or another -o",
                            path.string()));
  }
  refuse_differences(plan, {manifest.options, manifest.tokenizer.digest, manifest.inputs});
  for (std::size_t i = 0; i < manifest.inputs.size(); ++i) {
    const InputFile& file = plan.inputs.files()[i];
    if (digest_of_file(file.path).hex() != manifest.inputs[i].digest) {
      throw Error(
          ExitCode::kMismatch,
          fmt::format("{} is of another run: {} has other contents now; give --overwrite to "
                      "replace it, or another -o",
                      path.string(), file.name));
    }
  }
  verify_or_throw(plan.names.folder(), manifest, plan.threads);
  return manifest;
}

// The records up to the first whose files are not what it says.
std::vector<JournalRecord> intact_records(const ShardRunPlan& plan,
                                          std::vector<JournalRecord> records) {
  Manifest manifest;
  manifest.tokenizer.vocabulary_size = plan.vocabulary_size;
  for (const InputFile& file : plan.inputs.files()) manifest.inputs.push_back({file.name, 0, ""});
  for (const JournalRecord& record : records) manifest.shards.push_back(record.shard.info);
  std::size_t intact = 0;
  while (intact < records.size() &&
         verify_shard(plan.names.folder(), manifest, intact, [](std::uint64_t) {}).empty()) {
    ++intact;
  }
  records.resize(intact);
  return records;
}

void remove_files_without_record(const ShardRunPlan& plan,
                                 const std::vector<JournalRecord>& records) {
  std::set<std::string> recorded;
  for (const JournalRecord& record : records) {
    recorded.insert(record.shard.info.file_name);
    recorded.insert(record.shard.info.index_file_name);
  }
  for (const std::string& name : list_directory(plan.names.folder())) {
    if (plan.names.owns(name) && !recorded.contains(name)) {
      remove_file(plan.names.folder() / name);
    }
  }
}

void refuse_unclaimed_files(const ShardRunPlan& plan) {
  for (const std::string& name : list_directory(plan.names.folder())) {
    if (!plan.names.owns(name) || name.front() == '.') continue;
    throw Error(ExitCode::kMismatch,
                fmt::format("{} is there already and no manifest names it; give --overwrite to "
                            "replace it, or another -o",
                            (plan.names.folder() / name).string()));
  }
}

}  // namespace

ShardState examine_shard_state(const ShardRunPlan& plan) {
  ShardState state;
  if (plan.overwrite) {
    remove_shard_set(plan.names);
    remove_file(plan.journal_path);
    return state;
  }
  if (file_exists(plan.names.manifest_path())) {
    state.finished = verify_finished(plan);
    remove_file(plan.journal_path);
    return state;
  }
  if (!file_exists(plan.journal_path)) {
    refuse_unclaimed_files(plan);
    remove_files_without_record(plan, {});
    return state;
  }
  std::optional<TokenizeJournal::Contents> journal = TokenizeJournal::read(plan.journal_path);
  if (journal) {
    refuse_differences(plan, journal->header);
    // A stream cannot be read again from its start: everything begins anew.
    if (!reads_a_stream(plan.inputs)) {
      state.records = intact_records(plan, std::move(journal->records));
    }
  }
  remove_files_without_record(plan, state.records);
  return state;
}

}  // namespace corpusmill
