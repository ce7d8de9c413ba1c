#include "common/checkpoint_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/error.h"
#include "common/file.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class CheckpointStore : public testing::Test {
 protected:
  static CheckpointState state_at(std::uint64_t step) {
    CheckpointState state;
    state.step = step;
    state.tokens = step * 1000;
    state.epoch = 1;
    state.batch_in_epoch = 7;
    state.rng = "00ff";
    state.scaler = {{"scale", 65536.0}, {"growth_tracker", 3}};
    state.schedule = {{"total_steps", 100}};
    state.model = {{"hidden_size", 64}};
    state.config = {{"learning_rate", 5e-4}, {"seed", 42}};
    state.run = {{"threads", 2}};
    state.data_digest = "abc";
    state.tokenizer.file_name = "tokenizer.json";
    state.tokenizer.special_ids.eos = 2;
    return state;
  }

  fs::path publish(std::uint64_t step) {
    CheckpointDraft draft(out_, step);
    std::ofstream(draft.folder() / "model.safetensors") << "weights of step " << step;
    std::ofstream(draft.folder() / "optimizer.safetensors") << "moments of step " << step;
    return draft.commit(state_at(step), {"model.safetensors", "optimizer.safetensors"});
  }

  std::vector<std::uint64_t> steps() const {
    std::vector<std::uint64_t> found;
    for (const auto& checkpoint : list_checkpoints(out_)) found.push_back(checkpoint.step);
    return found;
  }

  TempDir root_;
  const fs::path out_ = root_ / "out";
};

TEST_F(CheckpointStore, PublishedStateReadsBackAsWritten) {
  const fs::path folder = publish(123);
  EXPECT_EQ(folder.filename(), "step-000123");
  const CheckpointState state = load_checkpoint_state(folder);
  nlohmann::json expected = state_at(123).to_json();
  nlohmann::json found = state.to_json();
  EXPECT_EQ(found["files"].size(), 2u);
  expected.erase("files");
  found.erase("files");
  EXPECT_EQ(found, expected);
  EXPECT_NO_THROW(verify_checkpoint_files(folder, state));
}

TEST_F(CheckpointStore, ADraftThatIsNotCommittedLeavesNothing) {
  {
    CheckpointDraft draft(out_, 5);
    std::ofstream(draft.folder() / "model.safetensors") << "half";
  }
  EXPECT_TRUE(fs::is_empty(out_));
  EXPECT_FALSE(find_newest_checkpoint(out_).has_value());
}

TEST_F(CheckpointStore, DraftsOfDeadRunsAreRemovedByName) {
  fs::create_directories(out_ / ".step-000009.tmp-1");
  std::ofstream(out_ / ".step-000009.tmp-1" / "model.safetensors") << "half";
  std::ofstream(out_ / "notes.txt") << "mine";
  remove_checkpoint_drafts(out_);
  EXPECT_FALSE(fs::exists(out_ / ".step-000009.tmp-1"));
  EXPECT_TRUE(fs::exists(out_ / "notes.txt"));
}

TEST_F(CheckpointStore, KeepsTheNewestByNumberNotByName) {
  for (const std::uint64_t step : {8u, 900'000u, 1'000'000u, 90u}) publish(step);
  EXPECT_THAT(steps(), ElementsAre(1'000'000, 900'000, 90, 8));
  keep_newest_checkpoints(out_, 2);
  EXPECT_THAT(steps(), ElementsAre(1'000'000, 900'000));
  keep_newest_checkpoints(out_, 0);
  EXPECT_THAT(steps(), ElementsAre(1'000'000));
}

TEST_F(CheckpointStore, StepsBackOverDamageAndSaysSo) {
  publish(10);
  const fs::path damaged = publish(20);
  const fs::path cut = publish(30);
  std::ofstream(damaged / "optimizer.safetensors") << "moments of step 2O";
  fs::resize_file(cut / "model.safetensors", 3);
  const auto found = find_newest_checkpoint(out_);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->state.step, 10u);
  EXPECT_THAT(found->skipped, ElementsAre(HasSubstr("3 bytes instead of 18"),
                                          HasSubstr("optimizer.safetensors is damaged")));
}

TEST_F(CheckpointStore, RefusesToStartOverWhenAllAreDamaged) {
  fs::remove(publish(10) / "state.json");
  try {
    find_newest_checkpoint(out_);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kCorrupt);
    EXPECT_THAT(error.what(), HasSubstr("state.json"));
  }
}

TEST_F(CheckpointStore, EveryTruncationAndEveryFlippedBitOfTheStateIsFound) {
  const fs::path folder = publish(10);
  const fs::path path = folder / "state.json";
  const std::string good = slurp(path);
  const nlohmann::json same = nlohmann::json::parse(good);
  const auto refused = [&](const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    try {
      return load_checkpoint_state(folder).to_json() == CheckpointState::from_json(same).to_json();
    } catch (const Error& error) {
      return error.code() == ExitCode::kCorrupt || error.code() == ExitCode::kMismatch;
    }
  };
  for (std::size_t bytes = 0; bytes + 1 < good.size(); ++bytes) {
    ASSERT_TRUE(refused(good.substr(0, bytes))) << "cut at " << bytes;
  }
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string flipped = good;
    flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
    ASSERT_TRUE(refused(flipped)) << "bit " << i % 8 << " of byte " << i;
  }
}

TEST_F(CheckpointStore, ReplacesAFolderOfTheSameStep) {
  std::ofstream(publish(10) / "model.safetensors") << "damaged";
  publish(10);
  EXPECT_NO_THROW(open_checkpoint(out_ / "step-000010"));
}

TEST_F(CheckpointStore, OpensARunOrACheckpointAndFindsTheTokenizer) {
  publish(10);
  publish(20);
  EXPECT_EQ(open_checkpoint(out_).state.step, 20u);
  const FoundCheckpoint older = open_checkpoint(out_ / "step-000010");
  EXPECT_EQ(older.state.step, 10u);
  EXPECT_EQ(checkpoint_tokenizer(older), out_ / "tokenizer.json");
  EXPECT_THROW(open_checkpoint(root_.path()), Error);
}

TEST(DifferingFields, NamesEachWithBothValues) {
  const nlohmann::json here = {{"lr", 0.001}, {"seed", 42}, {"epochs", 2}};
  const nlohmann::json there = {{"lr", 0.0005}, {"seed", 42}, {"warmup", 5}};
  EXPECT_THAT(differing_fields(here, there),
              ElementsAre("epochs: 2 here, absent in the checkpoint",
                          "lr: 0.001 here, 0.0005 in the checkpoint",
                          "warmup: absent here, 5 in the checkpoint"));
}

}  // namespace
}  // namespace corpusmill
