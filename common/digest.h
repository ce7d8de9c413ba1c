// XXH3-128 digests, written as 32 lower-case hexadecimal digits in xxHash's canonical byte order
// (`xxhsum -H2` prints the same).
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace corpusmill {

struct Digest {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::string hex() const;
  auto operator<=>(const Digest&) const = default;
};

Digest digest_of(std::string_view bytes);

// The same digest, of bytes that come in pieces.
class Digester {
 public:
  Digester();
  Digester(Digester&&) noexcept;
  Digester& operator=(Digester&&) noexcept;
  ~Digester();
  void update(std::string_view bytes);
  // Of everything since the start or the last reset(); more may follow.
  Digest digest() const;
  void reset();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Reads the whole file. Throws Error(kInputIo).
Digest digest_of_file(const std::filesystem::path& path);

}  // namespace corpusmill
