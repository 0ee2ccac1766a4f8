// Hashes and comparison, over OpenSSL and ISA-L.
//
// Thread: any. All functions are pure; failure of the library is a CHECK (it means no memory).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace auditfwd {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::string_view bytes);
Sha256 hmac_sha256(std::string_view key, std::string_view bytes);

// CRC-32C (Castagnoli) of `bytes`, going on from `seed` (0 at the start).
std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed = 0);

// Equality whose time depends on the lengths alone.
bool equal_in_constant_time(std::string_view a, std::string_view b);

// From the operating system.
void random_bytes(std::span<std::uint8_t> into);

std::string to_hex(std::span<const std::uint8_t> bytes);

}  // namespace auditfwd
