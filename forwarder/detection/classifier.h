// What a field's value means to a plan: which simple checks hold, and which rules can match. Values that the plan does
// not tell apart are one class; classes are made when a value is first seen.
//
// Owner and thread: one worker's detector. Memory is bounded: a value that would be one too many has no class, and its
// event is decided without this field's help.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "forwarder/detection/plan.h"

namespace auditfwd::detection {

class Classifier {
public:
    struct Class {
        Truth truth;
        std::vector<std::uint64_t> rules;  // of a field that dispatches
    };
    static constexpr std::size_t kClassesMax = 256;
    static constexpr std::size_t kClassBytesMax = 1u << 20;  // of all classes' rules together

    Classifier(const Plan& plan, std::size_t matcher);

    // Null: none. Classes stay where they are.
    const Class* classify(const Values& values);

private:
    // Values seen lately, found by their hash alone and then compared.
    struct Seen {
        static constexpr std::size_t kTextMax = 118;
        std::uint8_t size = 0xFF;
        std::array<char, kTextMax> text;
        const Class* value = nullptr;
    };
    static constexpr std::size_t kSeen = 256;

    const Class* find(const Values& values);

    const Plan& plan_;
    const std::size_t matcher_;
    const std::size_t classes_max_;
    std::vector<Seen> seen_;
    std::unordered_map<std::string, std::unique_ptr<Class>, TextHash, std::equal_to<>> classes_;  // by truth, as bytes
    const Class* absent_ = nullptr;
    Truth truth_;
    std::vector<std::uint32_t> counts_;
    std::vector<std::uint8_t> nodes_;
};

}  // namespace auditfwd::detection
