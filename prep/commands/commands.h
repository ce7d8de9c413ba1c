// The commands of `corpusmill`. One <command>_command.cc each.
#pragma once

#include <string>
#include <vector>

#include "common/command_table.h"

namespace corpusmill {

ExitCode check_command(const std::vector<std::string>& arguments);
ExitCode preview_command(const std::vector<std::string>& arguments);
ExitCode clean_command(const std::vector<std::string>& arguments);
ExitCode dedup_command(const std::vector<std::string>& arguments);
ExitCode filter_command(const std::vector<std::string>& arguments);
ExitCode tokenize_command(const std::vector<std::string>& arguments);
ExitCode run_command(const std::vector<std::string>& arguments);
ExitCode stats_command(const std::vector<std::string>& arguments);
ExitCode inspect_command(const std::vector<std::string>& arguments);
ExitCode verify_command(const std::vector<std::string>& arguments);
ExitCode merge_command(const std::vector<std::string>& arguments);
ExitCode repeats_command(const std::vector<std::string>& arguments);
ExitCode encode_command(const std::vector<std::string>& arguments);
ExitCode decode_command(const std::vector<std::string>& arguments);
ExitCode tokenizer_command(const std::vector<std::string>& arguments);
ExitCode train_tokenizer_command(const std::vector<std::string>& arguments);
// Starts corpusmill-train, which stands beside this executable, with the same arguments.
ExitCode pretrain_command(const std::vector<std::string>& arguments);
ExitCode evaluate_command(const std::vector<std::string>& arguments);
ExitCode generate_command(const std::vector<std::string>& arguments);

inline constexpr Command kCommands[] = {
    {"check", "validate every line; report the bad ones", check_command},
    {"preview", "show some rows, their fields and types", preview_command},
    {"clean", "keep the good lines byte for byte, quarantine the bad ones", clean_command},
    {"dedup", "drop repeated documents", dedup_command},
    {"filter", "drop documents by length", filter_command},
    {"tokenize", "turn documents into token shards and a manifest", tokenize_command},
    {"run", "all stages in one pass, from a recipe", run_command},
    {"stats", "numbers about a corpus or about shards", stats_command},
    {"inspect", "decode any window of a shard", inspect_command},
    {"verify", "check every digest of a manifest's shards", verify_command},
    {"merge", "join several sets of shards into one", merge_command},
    {"repeats", "find spans that shards hold more than once, and cut them", repeats_command},
    {"encode", "texts into token ids, a row for each", encode_command},
    {"decode", "token ids back into text", decode_command},
    {"tokenizer", "what a tokenizer is, and how it cuts a sample", tokenizer_command},
    {"train-tokenizer", "make a tokenizer from a sample", train_tokenizer_command},
    {"pretrain", "train a model on shards", pretrain_command},
    {"evaluate", "loss and perplexity of a checkpoint on shards", evaluate_command},
    {"generate", "continue a text with a checkpoint", generate_command},
};

}  // namespace corpusmill
