#include "forwarder/config/findings.h"

#include <fmt/format.h>

#include <algorithm>

namespace auditfwd {

namespace {

std::string with_path(const std::string& path, std::string_view text) {
    return fmt::format("{}: {}", path.empty() ? "the file" : path, text);
}

// The mapping or list that `path` is in; empty for a key at the top.
std::string_view around(std::string_view path) {
    const auto end = path.find_last_of(".[");
    return path.substr(0, end == path.npos ? 0 : end);
}

}  // namespace

void Findings::error_at(TextPlace place, const std::string& path, std::string_view text) {
    failed_.insert(path);
    errors_.push_back({place, with_path(path, text)});
}

void Findings::warning(const std::string& path, std::string_view text) {
    warnings_.push_back({place_of(path), with_path(path, text)});
}

bool Findings::failed(std::string_view path) const {
    for (; !path.empty(); path = around(path)) {
        if (failed_.contains(path)) return true;
    }
    return false;
}

TextPlace Findings::place_of(std::string_view path) const {
    for (; !path.empty(); path = around(path)) {
        if (const auto found = places_.find(path); found != places_.end()) return found->second;
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
