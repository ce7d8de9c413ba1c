#include <utility>

#include "train/commands.h"

namespace corpusmill {
namespace {

TextCodecLoader& loader_slot() {
  static TextCodecLoader loader;
  return loader;
}

}  // namespace

void set_text_codec_loader(TextCodecLoader loader) {
  loader_slot() = std::move(loader);
}

const TextCodecLoader& text_codec_loader() {
  return loader_slot();
}

}  // namespace corpusmill
