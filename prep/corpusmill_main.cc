#include "common/command_table.h"
#include "prep/commands/commands.h"

int main(int argc, char** argv) {
  return corpusmill::run_command_table("corpusmill", corpusmill::kCommands, argc, argv);
}
