#include "forwarder/policy/diagnostics.h"

#include <fmt/format.h>

#include <algorithm>

namespace auditfwd {

namespace {

constexpr std::size_t kLinesMax = 100;

}  // namespace

void Diagnostics::add(List& list, std::size_t line, std::string_view path, std::string_view text) {
    if (list.lines.size() == kLinesMax) {
        ++list.more;
        return;
    }
    list.lines.push_back({line, fmt::format("{}:{}: {}{}{}", file_, line, path, path.empty() ? "" : ": ", text)});
}

std::vector<std::string> Diagnostics::shown(const List& list) {
    auto lines = list.lines;
    std::ranges::stable_sort(lines, {}, &Line::line);
    std::vector<std::string> out;
    for (auto& line : lines) out.push_back(std::move(line.text));
    if (list.more) out.push_back(fmt::format("and {} more", list.more));
    return out;
}

std::string quoted(std::string_view text) {
    constexpr std::size_t kShownMax = 60;
    auto shown = text.substr(0, kShownMax);
    // Not in the middle of a character.
    while (shown.size() < text.size() && !shown.empty() &&
           (static_cast<unsigned char>(text[shown.size()]) & 0xC0) == 0x80) {
        shown.remove_suffix(1);
    }
    std::string out{'"'};
    for (const char c : shown) {
        const auto byte = static_cast<unsigned char>(c);
        out += byte < 0x20 || byte == 0x7F ? '?' : c;
    }
    out += shown.size() < text.size() ? "…\"" : "\"";
    return out;
}

}  // namespace auditfwd
