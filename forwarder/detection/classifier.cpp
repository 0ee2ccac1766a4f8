#include "forwarder/detection/classifier.h"

#include <algorithm>

namespace auditfwd::detection {

Classifier::Classifier(const Plan& plan, std::size_t matcher)
    : plan_{plan},
      matcher_{matcher},
      classes_max_{std::clamp<std::size_t>(kClassBytesMax / (8 * plan.words() + 64), 16, kClassesMax)} {
    absent_ = find({});
}

const Classifier::Class* Classifier::learn(const Values& values, std::size_t slot, Ends ends) {
    const auto text = values.text();
    const auto* value = find(values);
    if (text.size() > kSeenTextMax) return value;
    if (text.size() > 16) std::memcpy((*middles_)[slot].data(), text.data() + 8, text.size() - 16);
    (*seen_)[slot] = {.ends = ends, .size = text.size(), .value = value};
    return value;
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
    if (matcher_ < plan_.dimensions()) made->rules = plan_.possible(matcher_, truth_, nodes_);
    return classes_.emplace(std::string{key}, std::move(made)).first->second.get();
}

}  // namespace auditfwd::detection
