#include "forwarder/detection/classifier.h"

#include <algorithm>
#include <cstring>

namespace auditfwd::detection {

namespace {

std::uint64_t load(const char* from, std::size_t size) {
    std::uint64_t out = 0;
    std::memcpy(&out, from, size);
    return out;
}

// Of its length, beginning and end: enough to spread what clusters call things; what collides is compared.
std::size_t slot_of(std::string_view text) {
    std::uint64_t hash = text.size() * 0x9E3779B97F4A7C15;
    if (text.size() >= 8) {
        hash ^= load(text.data(), 8);
        hash = (hash ^ hash >> 32) * 0xD6E8FEB86659FD93;
        hash ^= load(text.data() + text.size() - 8, 8);
        if (text.size() > 16) hash ^= load(text.data() + text.size() / 2 - 4, 8) * 0x9E3779B97F4A7C15;
    } else {
        hash ^= load(text.data(), text.size());
    }
    hash = (hash ^ hash >> 32) * 0xD6E8FEB86659FD93;
    return hash >> 56;
}

}  // namespace

Classifier::Classifier(const Plan& plan, std::size_t matcher)
    : plan_{plan},
      matcher_{matcher},
      classes_max_{std::clamp<std::size_t>(kClassBytesMax / (8 * plan.words() + 64), 16, kClassesMax)},
      seen_(kSeen) {
    absent_ = find({});
}

const Classifier::Class* Classifier::classify(const Values& values) {
    if (!values.present()) return absent_;
    const auto text = values.text();
    if (text.size() > Seen::kTextMax) return find(values);
    auto& seen = seen_[slot_of(text)];
    if (seen.size == text.size() && std::memcmp(seen.text.data(), text.data(), text.size()) == 0) [[likely]] {
        return seen.value;
    }
    seen.value = find(values);
    seen.size = static_cast<std::uint8_t>(text.size());
    std::memcpy(seen.text.data(), text.data(), text.size());
    return seen.value;
}

const Classifier::Class* Classifier::find(const Values& values) {
    const auto& matcher = plan_.matchers()[matcher_];
    matcher.match(values, truth_, counts_);
    const std::string_view key{reinterpret_cast<const char*>(truth_.data()), truth_.size() * sizeof(truth_[0])};
    const auto known = classes_.find(key);
    if (known != classes_.end()) return known->second.get();
    if (classes_.size() >= classes_max_) return nullptr;
    auto made = std::make_unique<Class>();
    made->truth = truth_;
    if (matcher_ < plan_.dimensions()) plan_.possible(matcher_, truth_, made->rules, nodes_);
    return classes_.emplace(std::string{key}, std::move(made)).first->second.get();
}

}  // namespace auditfwd::detection
