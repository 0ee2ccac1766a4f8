#include "forwarder/config/findings.h"

#include <fmt/format.h>

#include <algorithm>

namespace auditfwd {

namespace {

std::string with_path(const std::string& path, std::string_view text) {
    return fmt::format("{}: {}", path.empty() ? "the file" : path, text);
}

}  // namespace

void Findings::error_at(Place place, const std::string& path, std::string_view text) {
    failed_.insert(path);
    errors_.push_back({place, with_path(path, text)});
}

void Findings::warning(const std::string& path, std::string_view text) {
    warnings_.push_back({place_of(path), with_path(path, text)});
}

Place Findings::place_of(std::string_view path) const {
    while (!path.empty()) {
        if (const auto found = places_.find(path); found != places_.end()) return found->second;
        const auto parent = path.find_last_of(".[");
        path = path.substr(0, parent == path.npos ? 0 : parent);
    }
    return {};
}

std::vector<std::string> Findings::lines(std::vector<Finding> findings) const {
    constexpr std::size_t kShownMax = 100;
    std::ranges::stable_sort(findings, {}, &Finding::place);
    std::vector<std::string> out;
    for (const auto& [place, text] : findings) {
        if (out.size() == kShownMax) {
            out.push_back(fmt::format("{}: {} more like these", file_, findings.size() - kShownMax));
            break;
        }
        out.push_back(place.line == 0 ? fmt::format("{}: {}", file_, text)
                                      : fmt::format("{}:{}:{}: {}", file_, place.line, place.column, text));
    }
    return out;
}

}  // namespace auditfwd
