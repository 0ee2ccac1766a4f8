// Many literals looked for in one pass over a text (Aho and Corasick): time linear in the text, however many there are.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

namespace auditfwd::detection {

class MultiPattern {
public:
    // Compares ASCII letters without their case if `fold`.
    explicit MultiPattern(bool fold) : fold_{fold} { states_.emplace_back(); }

    // Literals with the numbers find() reports; all of them before build(). None is empty.
    void add(std::string_view literal, std::uint32_t number);
    void build();
    bool empty() const { return states_.size() == 1; }

    // Calls found(number) for every literal in the text, several times if it is there several times.
    template <class Found>
    void find(std::string_view text, Found&& found) const {
        std::uint32_t state = 0;
        for (std::size_t at = 0; at < text.size(); ++at) {
            if (state == 0 && starts_) at = next_start(text, at);
            state = step(state, byte_of(text[at]));
            for (auto out = states_[state].report; out != kNone; out = states_[states_[out].fail].report) {
                for (auto i = states_[out].first_number; i != kNone; i = numbers_[i].next) found(numbers_[i].number);
            }
        }
    }

private:
    static constexpr std::uint32_t kNone = 0xFFFFFFFF;

    struct State {
        std::uint32_t first_edge = kNone;
        std::uint32_t fail = 0;
        std::uint32_t report = kNone;  // this state, or the nearest behind failures, if it ends a literal
        std::uint32_t first_number = kNone;
    };
    struct Edge {
        std::uint8_t byte;
        std::uint32_t target;
        std::uint32_t next;
    };
    struct Number {
        std::uint32_t number;
        std::uint32_t next;
    };

    // Most of a text begins no literal: three bytes tell, by their hash.
    struct Starts {
        static constexpr std::size_t kBytes = 3;
        std::array<std::uint64_t, 256> bits;

        static std::uint32_t hash(std::uint32_t three) { return (three << 8 | 0x20202000) * 0x9E3779B1u >> 18; }
        unsigned has(std::uint32_t three) const { return bits[hash(three) / 64] >> (hash(three) % 64) & 1; }
    };
    // Where a literal may begin, at `from` or behind; the last bytes are not told apart.
    std::size_t next_start(std::string_view text, std::size_t from) const {
        std::uint64_t eight = 0;
        for (; from + sizeof eight <= text.size(); from += 6) {
            std::memcpy(&eight, text.data() + from, sizeof eight);
            unsigned begins = 0;
            for (unsigned i = 0; i < 6; ++i) begins |= starts_->has(static_cast<std::uint32_t>(eight >> 8 * i)) << i;
            if (begins != 0) return from + static_cast<unsigned>(std::countr_zero(begins));
        }
        return from;
    }
    static_assert(std::endian::native == std::endian::little);

    std::uint8_t byte_of(char c) const {
        const auto byte = static_cast<std::uint8_t>(c);
        return fold_ && byte >= 'A' && byte <= 'Z' ? static_cast<std::uint8_t>(byte + 32) : byte;
    }
    std::uint32_t child(std::uint32_t state, std::uint8_t byte) const {
        for (auto edge = states_[state].first_edge; edge != kNone; edge = edges_[edge].next) {
            if (edges_[edge].byte == byte) return edges_[edge].target;
        }
        return kNone;
    }
    std::uint32_t step(std::uint32_t state, std::uint8_t byte) const {
        while (state != 0) {
            const auto next = child(state, byte);
            if (next != kNone) return next;
            state = states_[state].fail;
        }
        return root_[byte];
    }

    const bool fold_;
    std::vector<State> states_;  // the first is the root
    std::vector<Edge> edges_;
    std::vector<Number> numbers_;
    std::array<std::uint32_t, 256> root_{};
    std::optional<Starts> starts_;       // if no literal is shorter than they tell
    std::vector<std::uint32_t> firsts_;  // three bytes of each literal, until build()
    bool short_ = false;
};

}  // namespace auditfwd::detection
