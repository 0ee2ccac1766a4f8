#include "sinks/cloudwatch/put_plan.h"

#include <algorithm>
#include <array>
#include <map>

namespace auditfwd {

namespace {

using namespace std::chrono_literals;

// How far the service accepts, and what clocks and the way may take of it.
constexpr std::chrono::milliseconds kOldest = 14 * 24h;
constexpr std::chrono::milliseconds kNewest = 2h;
constexpr std::chrono::milliseconds kSpare = 1min;

// The value of a member of our own at the end of a record; names of clusters and sources need no escapes.
std::string_view own_member(std::string_view ours, std::string_view name) {
    const auto at = ours.find(name);
    if (at == ours.npos) return {};
    const auto begin = at + name.size();
    return ours.substr(begin, ours.find('"', begin) - begin);
}

struct Origin {
    std::string_view cluster;
    std::string_view source;
};

Origin origin_of(std::string_view json) {
    // The last of that name: what stands in the event's own members comes before.
    const auto at = json.rfind(R"("auditfwd":{)");
    if (at == json.npos) return {};
    const auto ours = json.substr(at);
    return {own_member(ours, R"("cluster":")"), own_member(ours, R"("source":")")};
}

}  // namespace

std::string_view to_string(Restamp why) {
    constexpr std::array<std::string_view, 4> kWords{"no", "absent", "too_old", "too_new"};
    return kWords[static_cast<std::size_t>(why)];
}

PutTimes put_times(WallTime now, unsigned retention_days) {
    const auto ms = std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch());
    auto oldest = kOldest;
    if (retention_days > 0) oldest = std::min<std::chrono::milliseconds>(oldest, std::chrono::days{retention_days});
    return {(ms - oldest + kSpare).count(), (ms + kNewest - kSpare).count(), ms.count()};
}

PutEvent timed(const RecordView& record, std::size_t index, const PutTimes& times) {
    const auto own = record.facts.stage_time_ms;
    auto why = Restamp::kNo;
    if (own == 0) {
        why = Restamp::kAbsent;
    } else if (own < times.oldest_ms) {
        why = Restamp::kTooOld;
    } else if (own > times.newest_ms) {
        why = Restamp::kTooNew;
    }
    if (why == Restamp::kNo) return {index, own, why};
    const bool received_fits = record.received_ms >= times.oldest_ms && record.received_ms <= times.newest_ms;
    return {index, received_fits ? record.received_ms : times.now_ms, why};
}

NameTemplate::NameTemplate(std::string_view text, std::string_view host, std::string_view allowed) : allowed_{allowed} {
    while (!text.empty()) {
        const auto at = text.find("${");
        pieces_.push_back({Kind::kText, cleaned(text.substr(0, at))});
        if (at == text.npos) break;
        const auto end = std::min(text.find('}', at), text.size() - 1);
        const auto name = text.substr(at + 2, end - at - 2);
        if (name == "host") {
            pieces_.push_back({Kind::kText, cleaned(host)});
        } else {
            pieces_.push_back({name == "cluster" ? Kind::kCluster : Kind::kSource, {}});
            constant_ = false;
        }
        text.remove_prefix(end + 1);
    }
}

std::string NameTemplate::cleaned(std::string_view text) const {
    std::string clean{text};
    for (auto& c : clean) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && allowed_.find(c) == std::string::npos) c = '_';
    }
    return clean;
}

std::string NameTemplate::of(std::string_view cluster, std::string_view source) const {
    constexpr std::size_t kBytesMax = 512;
    std::string name;
    for (const auto& piece : pieces_) {
        if (piece.kind == Kind::kText) name += piece.text;
        if (piece.kind == Kind::kCluster) name += cleaned(cluster);
        if (piece.kind == Kind::kSource) name += cleaned(source);
    }
    if (name.size() > kBytesMax) name.resize(kBytesMax);
    if (name.empty()) name = "_";
    return name;
}

std::vector<PutCall> plan_calls(Batch batch, const std::vector<PutEvent>& events, const PutNames& names) {
    const bool constant = names.group.is_constant() && names.stream.is_constant();
    std::map<std::pair<std::string, std::string>, std::vector<PutEvent>> places;
    for (const auto& event : events) {
        const auto origin = constant ? Origin{} : origin_of(batch[event.index].json);
        auto group = names.group.of(origin.cluster, origin.source);
        auto stream = names.stream.of(origin.cluster, origin.source);
        places[{std::move(group), std::move(stream)}].push_back(event);
    }
    std::vector<PutCall> calls;
    for (auto& [place, placed] : places) {
        std::ranges::stable_sort(placed, {}, &PutEvent::time_ms);
        std::int64_t begin_ms = 0;
        for (const auto& event : placed) {
            const bool fresh = &event == &placed.front();
            if (fresh || event.time_ms - begin_ms >= std::chrono::milliseconds{kPutSpanMax}.count()) {
                calls.push_back({place.first, place.second, {}});
                begin_ms = event.time_ms;
            }
            calls.back().events.push_back(event);
        }
    }
    return calls;
}

}  // namespace auditfwd
