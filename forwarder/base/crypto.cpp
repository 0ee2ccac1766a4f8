#include "forwarder/base/crypto.h"

#include <isa-l/crc.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "forwarder/base/assert.h"

namespace auditfwd {

namespace {

const unsigned char* as_unsigned(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

Sha256 sha256(std::string_view bytes) {
    Sha256 digest;
    CHECK(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1);
    return digest;
}

Sha256 hmac_sha256(std::string_view key, std::string_view bytes) {
    Sha256 digest;
    unsigned length = 0;
    CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), as_unsigned(bytes), bytes.size(), digest.data(),
               &length) != nullptr);
    CHECK(length == digest.size());
    return digest;
}

std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed) {
    // ISA-L takes the running register and an int length, and reads without writing.
    auto* data = const_cast<unsigned char*>(as_unsigned(bytes));
    std::uint32_t crc = ~seed;
    constexpr std::size_t kChunk = std::size_t{1} << 30;
    for (std::size_t done = 0; done < bytes.size(); done += kChunk) {
        const auto length = std::min(kChunk, bytes.size() - done);
        crc = crc32_iscsi(data + done, static_cast<int>(length), crc);
    }
    return ~crc;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void random_bytes(std::span<std::uint8_t> into) { CHECK(RAND_bytes(into.data(), static_cast<int>(into.size())) == 1); }

std::string to_hex(std::span<const std::uint8_t> bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const auto byte : bytes) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

}  // namespace auditfwd
