// What a field's value means to a plan: which simple checks hold, and which rules can match. Values that the plan does
// not tell apart are one class; classes are made when a value is first seen.
//
// Owner and thread: one worker's detector. Memory is bounded: a value that would be one too many has no class, and its
// event is decided without this field's help.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "codecs/json_text.h"
#include "forwarder/detection/plan.h"

namespace auditfwd::detection {

class Classifier {
public:
    struct Class {
        RuleBits rules;  // of a field that dispatches
        Truth truth;
    };
    static constexpr std::size_t kClassesMax = 256;
    static constexpr std::size_t kClassBytesMax = 1u << 20;  // of all classes' rules together

    Classifier(const Plan& plan, std::size_t matcher);

    // Null: none. Classes stay where they are.
    const Class* classify(const Values& values) {
        if (!values.present()) return absent_;
        const auto text = values.text();
        const auto ends = ends_of(text);
        const auto slot = slot_of(text, ends);
        const auto& seen = seen_->data()[slot];
        const bool same =
            ((seen.ends.first ^ ends.first) | (seen.ends.last ^ ends.last) | (seen.size ^ text.size())) == 0;
        if (same && (text.size() <= 16 ||
                     std::memcmp(middles_->data()[slot].data(), text.data() + 8, text.size() - 16) == 0)) [[likely]]
            return seen.value;
        return learn(values, slot, ends);
    }

private:
    // Values seen lately: found by their hash, then compared, most of them by their ends alone.
    struct Seen {
        Ends ends;
        std::size_t size = ~std::size_t{0};
        const Class* value = nullptr;
    };
    using Middle = std::array<char, 112>;  // what is between the ends
    static constexpr std::size_t kSeen = 256;
    static constexpr std::size_t kSeenTextMax = 16 + sizeof(Middle);

    // Enough to spread what clusters call things.
    static std::size_t slot_of(std::string_view text, Ends ends) {
        auto hash = (ends.first ^ text.size() << 56) * 0x9E3779B97F4A7C15;
        hash = (hash ^ hash >> 32 ^ ends.last) * 0xD6E8FEB86659FD93;
        if (text.size() > 24) {
            std::uint64_t middle = 0;
            std::memcpy(&middle, text.data() + text.size() / 2 - 4, 8);
            hash = (hash ^ hash >> 32 ^ middle) * 0x9E3779B97F4A7C15;
        }
        return hash >> 56;
    }
    const Class* learn(const Values& values, std::size_t slot, Ends ends);
    const Class* find(const Values& values);

    const std::unique_ptr<std::array<Seen, kSeen>> seen_ = std::make_unique<std::array<Seen, kSeen>>();
    const std::unique_ptr<std::array<Middle, kSeen>> middles_ = std::make_unique<std::array<Middle, kSeen>>();
    const Class* absent_ = nullptr;
    const Plan& plan_;
    const std::size_t matcher_;
    const std::size_t classes_max_;
    std::unordered_map<std::string, std::unique_ptr<Class>, TextHash, std::equal_to<>> classes_;  // by truth, as bytes
    Truth truth_;
    std::vector<std::uint32_t> counts_;
    std::vector<std::uint8_t> nodes_;
};

}  // namespace auditfwd::detection
