#include "common/digest.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>

#include "common/file.h"
#include "common/xxh3.h"

namespace corpusmill {
namespace {

const xxh3::Functions& fastest() {
  static const xxh3::Functions* const functions = xxh3::variants().front();
  return *functions;
}

Digest from_xxh(xxh3::Hash hash) {
  return {hash.high, hash.low};
}

}  // namespace

std::string Digest::hex() const {
  return fmt::format("{:016x}{:016x}", high, low);
}

Digest digest_of(std::string_view bytes) {
  return from_xxh(fastest().hash(bytes.data(), bytes.size()));
}

struct Digester::State {
  alignas(xxh3::kStateAlignment) std::array<std::byte, xxh3::kStateBytes> xxh;
};

Digester::Digester() : state_(std::make_unique<State>()) {
  reset();
}
Digester::Digester(Digester&&) noexcept = default;
Digester& Digester::operator=(Digester&&) noexcept = default;
Digester::~Digester() = default;

void Digester::reset() {
  fastest().reset(&state_->xxh);
}

void Digester::update(std::string_view bytes) {
  fastest().update(&state_->xxh, bytes.data(), bytes.size());
}

Digest Digester::digest() const {
  return from_xxh(fastest().digest(&state_->xxh));
}

Digest digest_of_file(const std::filesystem::path& path) {
  File file = File::open_read(path);
  Digester digester;
  std::string buffer(1 << 20, '\0');
  while (const std::size_t bytes = file.read_some(buffer.data(), buffer.size())) {
    digester.update({buffer.data(), bytes});
  }
  return digester.digest();
}

}  // namespace corpusmill
