// Integers as files hold them: little-endian, or varints (seven bits a byte, the last byte below 128).
//
// Pure. A LittleEndianReader never reads outside its bytes: after a failure all further values are 0 and ok() says so,
// so that a parser checks once, at its end.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace auditfwd {

static_assert(std::endian::native == std::endian::little, "byte order of files is that of every supported machine");

template <std::unsigned_integral T>
void put(std::string& into, T value) {
    into.append(reinterpret_cast<const char*>(&value), sizeof value);
}

inline void put_varint(std::string& into, std::uint64_t value) {
    for (; value >= 128; value >>= 7) into += static_cast<char>(value | 128);
    into += static_cast<char>(value);
}

// Small numbers of either sign become small numbers: 0, -1, 1, -2 → 0, 1, 2, 3.
constexpr std::uint64_t zigzag(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
    return static_cast<std::int64_t>((value >> 1) ^ (0 - (value & 1)));
}

class LittleEndianReader {
public:
    explicit LittleEndianReader(std::string_view bytes) : bytes_{bytes} {}

    bool ok() const { return ok_; }
    std::string_view rest() const { return bytes_; }

    template <std::unsigned_integral T>
    T get() {
        T value{};
        if (const auto taken = take(sizeof value); ok_) std::memcpy(&value, taken.data(), sizeof value);
        return value;
    }

    std::uint64_t get_varint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const auto byte = get<std::uint8_t>();
            if (shift == 63 && byte > 1) break;
            value |= std::uint64_t{byte & 127u} << shift;
            if (byte < 128) return ok_ ? value : 0;
        }
        fail();
        return 0;
    }

    std::string_view take(std::size_t bytes) {
        if (bytes > bytes_.size()) fail();
        if (!ok_) return {};
        const auto taken = bytes_.substr(0, bytes);
        bytes_.remove_prefix(bytes);
        return taken;
    }

private:
    void fail() {
        ok_ = false;
        bytes_ = {};
    }

    std::string_view bytes_;
    bool ok_ = true;
};

}  // namespace auditfwd
