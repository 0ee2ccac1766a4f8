#include "forwarder/spool/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "codecs/stored_block.h"

namespace auditfwd::spool {

namespace {

constexpr std::string_view kPrefix = "segment-";
constexpr std::string_view kSuffix = ".zst";
constexpr std::size_t kNumberDigits = 10;
constexpr std::size_t kOffsetDigits = 20;

std::optional<std::uint64_t> parse_digits(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

std::string to_file_name(const SegmentName& name) {
    return fmt::format("{}{:0{}}-{:0{}}{}", kPrefix, name.number, kNumberDigits, number(name.first), kOffsetDigits,
                       kSuffix);
}

std::optional<SegmentName> parse_segment_name(std::string_view file_name) {
    if (file_name.size() != kPrefix.size() + kNumberDigits + 1 + kOffsetDigits + kSuffix.size()) return std::nullopt;
    const auto segment = parse_digits(file_name.substr(kPrefix.size(), kNumberDigits));
    const auto first = parse_digits(file_name.substr(kPrefix.size() + kNumberDigits + 1, kOffsetDigits));
    if (!segment || !first) return std::nullopt;
    const SegmentName name{*segment, Offset{*first}};
    if (name.number == 0 || number(name.first) == 0 || number(name.first) > kOffsetMax ||
        to_file_name(name) != file_name)
        return std::nullopt;
    return name;
}

Result<std::vector<SegmentName>> list_segments(FileSystem& files, const std::filesystem::path& spool) {
    TRY(const auto names, files.list(spool));
    std::vector<SegmentName> segments;
    for (const auto& name : names) {
        if (const auto segment = parse_segment_name(name)) segments.push_back(*segment);
    }
    std::sort(segments.begin(), segments.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
    return segments;
}

std::filesystem::path lock_path(const std::filesystem::path& spool) { return spool / "lock"; }
std::filesystem::path state_path(const std::filesystem::path& spool) { return spool / "state"; }
std::filesystem::path mark_path(const std::filesystem::path& spool) { return spool / "mark"; }

}  // namespace auditfwd::spool
