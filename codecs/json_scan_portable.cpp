// For every processor: 16 bytes at a time by the vectors g++ and clang build from plain operators (SSE2 on x86-64).
#include "codecs/json_scan_block.h"

namespace auditfwd::scan {

namespace {

using Bytes = std::uint8_t __attribute__((vector_size(16)));

struct Block {
    Bytes part[4];
    KERNEL explicit Block(const char* text) { std::memcpy(part, text, sizeof part); }

    // One bit for each byte of all ones.
    static KERNEL std::uint64_t bits(Bytes chosen) {
        const Bytes weights = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
        const auto weighed = chosen & weights;
        std::uint64_t low, high;
        std::memcpy(&low, &weighed, 8);
        std::memcpy(&high, reinterpret_cast<const char*>(&weighed) + 8, 8);
        constexpr std::uint64_t kSum = 0x0101010101010101;  // the product's highest byte is the sum of all
        return ((low * kSum) >> 56) | (((high * kSum) >> 56) << 8);
    }
    template <class Choose>
    KERNEL std::uint64_t each(Choose choose) const {
        std::uint64_t all = 0;
        for (unsigned i = 0; i < 4; ++i) all |= bits(reinterpret_cast<Bytes>(choose(part[i]))) << (16 * i);
        return all;
    }
    static KERNEL std::uint8_t byte(char c) { return static_cast<std::uint8_t>(c); }
    static KERNEL Bytes fold(Bytes bytes) { return bytes | std::uint8_t{0x20}; }  // [ to {, ] to }, A to a

    KERNEL std::uint64_t equal(char c) const {
        return each([c](Bytes bytes) { return bytes == byte(c); });
    }
    KERNEL std::uint64_t at_most(char c) const {
        return each([c](Bytes bytes) { return bytes <= byte(c); });
    }
    KERNEL std::uint64_t open() const {
        return each([](Bytes bytes) { return fold(bytes) == byte('{'); });
    }
    KERNEL std::uint64_t close() const {
        return each([](Bytes bytes) { return fold(bytes) == byte('}'); });
    }
    KERNEL std::uint64_t structural() const {
        return each([](Bytes bytes) {
            return (fold(bytes) == byte('{')) | (fold(bytes) == byte('}')) | (bytes == byte(':')) |
                   (bytes == byte(','));
        });
    }
    KERNEL std::uint64_t hex_digits() const {
        return each([](Bytes bytes) {
            return (bytes - byte('0') <= std::uint8_t{9}) | (fold(bytes) - byte('a') <= std::uint8_t{5});
        });
    }
};

struct Union {
    Bytes bytes{};
    KERNEL void add(const Block& block) { bytes |= block.part[0] | block.part[1] | block.part[2] | block.part[3]; }
    KERNEL bool high() const { return Block::bits(reinterpret_cast<Bytes>(bytes > std::uint8_t{0x7f})) != 0; }
};

KERNEL std::uint64_t prefix_xor(std::uint64_t bits) {
    for (unsigned shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
    return bits;
}

KERNEL std::size_t write_positions(std::uint64_t bits, std::uint32_t base, std::uint32_t* out) {
    return write_positions_singly(bits, base, out);
}

#include "codecs/json_scan.inc"

}  // namespace

const ScanKernel kPortable{"portable", index, skip};

}  // namespace auditfwd::scan
