#include "forwarder/detection/diagnostics.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace auditfwd::detection {

namespace {

// One line, and nothing that a terminal obeys; the YAML library's messages quote the file.
std::string printable(std::string text) {
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
    return text;
}

}  // namespace

std::size_t Diagnostics::add_file(std::string_view name) {
    files_.emplace_back(name);
    return files_.size() - 1;
}

void Diagnostics::error(const Place& place, std::string_view subject, std::string_view text) {
    add(errors_, place, subject, text);
}

void Diagnostics::warning(const Place& place, std::string_view subject, std::string_view text) {
    add(warnings_, place, subject, text);
}

void Diagnostics::add(List& list, const Place& place, std::string_view subject, std::string_view text) const {
    if (list.lines.size() == kShownMax) {
        ++list.more;
        return;
    }
    auto line = fmt::format("{}:{}:{}: {}{}{}", files_[place.file], place.line, place.column, subject,
                            subject.empty() ? "" : ": ", text);
    list.lines.push_back({place, printable(std::move(line))});
}

std::vector<std::string> Diagnostics::shown(const List& list) {
    auto lines = list.lines;
    std::ranges::stable_sort(lines, {}, [](const Line& line) {
        return std::tuple{line.place.file, line.place.line, line.place.column};
    });
    std::vector<std::string> out;
    out.reserve(lines.size() + 1);
    for (auto& line : lines) out.push_back(std::move(line.text));
    if (list.more) out.push_back(fmt::format("and {} more", list.more));
    return out;
}

std::string quoted(std::string_view text) {
    constexpr std::size_t kLettersMax = 60;
    auto shown = text.substr(0, kLettersMax);
    // Not in the middle of a character.
    while (shown.size() < text.size() && !shown.empty() &&
           (static_cast<unsigned char>(text[shown.size()]) & 0xC0) == 0x80) {
        shown.remove_suffix(1);
    }
    auto out = printable('"' + std::string{shown});
    out += shown.size() < text.size() ? "…\"" : "\"";
    return out;
}

}  // namespace auditfwd::detection
