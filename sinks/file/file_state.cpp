#include "sinks/file/file_state.h"

#include <fmt/format.h>

#include <charconv>

namespace auditfwd {

namespace {

constexpr std::string_view kMagic = "file 1 ";

bool take_number(std::string_view& text, std::uint64_t& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const auto used = static_cast<std::size_t>(end - text.data());
    if (error != std::errc{} || used == text.size() || text[used] != ' ') return false;
    text.remove_prefix(used + 1);
    return true;
}

}  // namespace

std::string encode(const FileState& state) {
    return fmt::format("{}{} {} {} {} {} {} {}", kMagic, number(state.first), state.created ? 1 : 0, state.id.device,
                       state.id.inode, state.length, state.begun.time_since_epoch().count(), state.path.string());
}

std::optional<FileState> decode_file_state(std::string_view text) {
    if (!text.starts_with(kMagic)) return {};
    text.remove_prefix(kMagic.size());
    FileState state;
    std::uint64_t first = 0;
    std::uint64_t created = 0;
    std::uint64_t begun = 0;
    const bool good = take_number(text, first) && take_number(text, created) && created <= 1 &&
                      take_number(text, state.id.device) && take_number(text, state.id.inode) &&
                      take_number(text, state.length) && take_number(text, begun) && !text.empty();
    if (!good) return {};
    state.first = Offset{first};
    state.created = created == 1;
    state.begun = WallTime{std::chrono::microseconds{static_cast<std::int64_t>(begun)}};
    state.path = std::string{text};
    return state;
}

std::filesystem::path output_path(const std::filesystem::path& configured, Offset first, bool compressed) {
    auto name = fmt::format("{}-{:020}{}", configured.stem().string(), number(first), configured.extension().string());
    if (compressed) name += ".zst";
    return configured.parent_path() / name;
}

}  // namespace auditfwd
