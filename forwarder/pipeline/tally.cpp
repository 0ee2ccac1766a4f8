#include "forwarder/pipeline/tally.h"

namespace auditfwd {

std::string_view to_string(Drop reason) {
    constexpr std::string_view kNames[kDrops] = {"level_none", "omit_stage", "no_rule"};
    return kNames[static_cast<std::size_t>(reason)];
}

std::string_view to_string(Flaw flaw) {
    constexpr std::string_view kNames[kFlaws] = {"repaired", "unknown_level", "unreadable_request", "too_deep"};
    return kNames[static_cast<std::size_t>(flaw)];
}

Tally& Tally::operator+=(const Tally& other) {
    received += other.received;
    stored += other.stored;
    for (std::size_t i = 0; i < kDrops; ++i) dropped[i] += other.dropped[i];
    for (std::size_t i = 0; i < kRejections; ++i) rejected[i] += other.rejected[i];
    for (std::size_t i = 0; i < kFlaws; ++i) flaws[i] += other.flaws[i];
    return *this;
}

}  // namespace auditfwd
