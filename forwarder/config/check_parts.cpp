#include "forwarder/config/check_parts.h"

#include <fmt/format.h>

#include <algorithm>

namespace auditfwd {

std::string source_path(const Config& config, std::size_t index) {
    const auto* kind = std::holds_alternative<WebhookOptions>(config.sources[index]) ? "webhook" : "file";
    return fmt::format("sources[{}].{}", index, kind);
}

std::string sink_path(std::size_t index) { return fmt::format("sinks[{}]", index); }

std::filesystem::path whole_path(const std::filesystem::path& path) {
    std::error_code ignored;
    auto whole = std::filesystem::absolute(path, ignored).lexically_normal();
    return whole.has_filename() ? whole : whole.parent_path();
}

bool is_inside(const std::filesystem::path& path, const std::filesystem::path& directory) {
    const auto inner = whole_path(path);
    const auto outer = whole_path(directory);
    return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

}  // namespace auditfwd
