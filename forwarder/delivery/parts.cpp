#include "forwarder/delivery/parts.h"

#include "forwarder/base/assert.h"

namespace auditfwd {

namespace {

void move_record(Part& to, const Part& from, std::size_t i) {
    to.records.push_back(from.records[i]);
    to.owned_from.push_back(from.owned_from[i]);
}

}  // namespace

Parts::Parts(LoadedBatch batch) : blocks_{std::move(batch.blocks)}, lowered_{std::move(batch.lowered)} {
    if (batch.records.empty()) return;
    parts_.push_back({std::move(batch.records), std::move(batch.owned_from)});
}

Part Parts::take(std::span<const std::size_t> indices) {
    Part taken;
    Part rest;
    const auto& front = parts_.front();
    std::size_t next = 0;
    for (std::size_t i = 0; i < front.records.size(); ++i) {
        while (next < indices.size() && indices[next] < i) ++next;
        const bool is_taken = next < indices.size() && indices[next] == i;
        move_record(is_taken ? taken : rest, front, i);
    }
    if (rest.records.empty()) {
        parts_.pop_front();
    } else {
        parts_.front() = std::move(rest);
    }
    return taken;
}

void Parts::halve_front() {
    auto& front = parts_.front();
    CHECK(front.records.size() >= 2);
    Part first;
    Part second;
    const auto half = front.records.size() / 2;
    for (std::size_t i = 0; i < front.records.size(); ++i) move_record(i < half ? first : second, front, i);
    front = std::move(second);
    parts_.push_front(std::move(first));
}

}  // namespace auditfwd
