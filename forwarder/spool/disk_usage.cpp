#include "forwarder/spool/disk_usage.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "forwarder/spool/layout.h"

namespace auditfwd::spool {

namespace {

constexpr std::chrono::seconds kOthersEvery{10};
constexpr std::chrono::seconds kSpaceEvery{1};
constexpr unsigned kDepthMax = 8;
constexpr unsigned kFilesMax = 100'000;  // a bound on time, not a promise: dead letters are bounded by their own room

bool is_due(const std::optional<SteadyTime>& last, SteadyTime now, std::chrono::seconds every) {
    return !last || now - *last >= every;
}

}  // namespace

void DiskUsage::add(std::uint64_t bytes) {
    segment_bytes_ += bytes;
    space_.available -= std::min(bytes, space_.available);
}

void DiskUsage::subtract(std::uint64_t bytes) {
    segment_bytes_ -= std::min(bytes, segment_bytes_);
    space_.available += std::min(bytes, UINT64_MAX - space_.available);
}

Room DiskUsage::room() {
    const auto now = clock_.steady();
    if (is_due(others_added_, now, kOthersEvery)) {
        other_bytes_ = other_bytes(files_, spool_);
        others_added_ = now;
    }
    if (is_due(space_asked_, now, kSpaceEvery)) {
        if (const auto space = files_.space(spool_)) space_ = *space;
        space_asked_ = now;
    }
    return {.used = used(),
            .used_max = limits_.bytes_max,
            .available = space_.available,
            .available_min = space_.total / 100 * limits_.free_percent_min};
}

std::uint64_t other_bytes(FileSystem& files, const std::filesystem::path& directory) {
    std::uint64_t bytes = 0;
    unsigned seen = 0;
    std::vector<std::pair<std::filesystem::path, unsigned>> open{{directory, 0}};
    while (!open.empty()) {
        const auto [place, depth] = std::move(open.back());
        open.pop_back();
        const auto names = files.list(place);
        if (!names) continue;
        for (const auto& name : *names) {
            if (++seen > kFilesMax) return bytes;
            if (depth == 0 && parse_segment_name(name)) continue;
            const auto stat = files.stat(place / name);
            if (!stat) continue;
            if (!stat->is_directory) {
                bytes += stat->size;
            } else if (depth + 1 < kDepthMax) {
                open.emplace_back(place / name, depth + 1);
            }
        }
    }
    return bytes;
}

}  // namespace auditfwd::spool
