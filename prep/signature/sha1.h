// SHA-1 (FIPS 180-4), for signatures that other tools made with it. Not for security.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace corpusmill {

std::array<std::uint8_t, 20> sha1_of(std::string_view bytes);

}  // namespace corpusmill
