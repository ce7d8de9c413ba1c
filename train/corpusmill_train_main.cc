#include "common/command_table.h"
#include "tokenizer/tokenizer.h"
#include "train/commands.h"

int main(int argc, char** argv) {
  corpusmill::set_text_codec_loader(
      [](const std::filesystem::path& path) { return corpusmill::load_tokenizer(path); });
  return corpusmill::run_command_table("corpusmill-train", corpusmill::kTrainCommands, argc, argv);
}
