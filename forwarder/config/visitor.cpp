#include "forwarder/config/visitor.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "forwarder/config/notation.h"

namespace auditfwd {

struct OptionVisitor::NumberKind {
    std::string_view type;
    Result<std::uint64_t> (*parse)(std::string_view);
    std::string (*show)(std::uint64_t);
};

namespace {

std::string show_count(std::uint64_t value) { return fmt::format("{}", value); }
std::string show_percent(std::uint64_t value) { return fmt::format("{}%", value); }

template <class T, class Show>
std::string range_type(std::string_view type, const Range<T>& range, Show show) {
    if (range.max == std::numeric_limits<T>::max()) return fmt::format("{}, at least {}", type, show(range.min));
    return fmt::format("{} from {} to {}", type, show(range.min), show(range.max));
}

template <class T, class Show>
Complaint out_of(const Range<T>& range, T value, Show show) {
    if (value < range.min) return fmt::format("is too small; at least {}", show(range.min));
    if (value > range.max) return fmt::format("is too large; at most {}", show(range.max));
    return std::nullopt;
}

Complaint assign_word(std::span<const std::string_view> words, std::string_view given,
                      const std::function<void(std::size_t)>& set) {
    const auto found = std::ranges::find(words, given);
    if (found == words.end()) {
        const auto guess = nearest(given, words);
        const auto meant = guess ? fmt::format(" (did you mean {}?)", *guess) : std::string{};
        return fmt::format("is unknown; write {}{}", join_words(words), meant);
    }
    set(static_cast<std::size_t>(found - words.begin()));
    return std::nullopt;
}

Complaint check_path(std::string_view text) {
    if (text.empty()) return "is empty; give a path or leave the key out";
    return std::nullopt;
}

}  // namespace

const OptionVisitor::NumberKind OptionVisitor::kCount{"number", parse_count, show_count};
const OptionVisitor::NumberKind OptionVisitor::kSize{"size", parse_size, show_size};
const OptionVisitor::NumberKind OptionVisitor::kPercent{"percentage", parse_percent, show_percent};

void OptionVisitor::text(const About& about, std::string& value, const TextRule& rule) {
    scalar(about, {std::string{rule.type}, value, [&](std::string_view given) -> Complaint {
                       if (auto complaint = rule.check(given)) return complaint;
                       value = given;
                       return std::nullopt;
                   }});
}

void OptionVisitor::texts(const About& about, std::vector<std::string>& values, const TextRule& rule) {
    scalars(about, {std::string{rule.type}, [&] { values.clear(); },
                    [&](std::string_view given) -> Complaint {
                        if (auto complaint = rule.check(given)) return complaint;
                        values.emplace_back(given);
                        return std::nullopt;
                    }});
}

void OptionVisitor::path(const About& about, std::filesystem::path& value) {
    scalar(about, {"path", value.string(), [&](std::string_view given) -> Complaint {
                       if (auto complaint = check_path(given)) return complaint;
                       value = given;
                       return std::nullopt;
                   }});
}

void OptionVisitor::flag(const About& about, bool& value) { choice(about, value, {"false", "true"}); }

void OptionVisitor::number(const About& about, std::uint64_t value, Counts range, const NumberKind& kind,
                           std::function<void(std::uint64_t)> set) {
    scalar(about, {range_type(kind.type, range, kind.show), kind.show(value), [&](std::string_view given) -> Complaint {
                       const auto parsed = kind.parse(given);
                       if (!parsed) return parsed.error().message;
                       if (auto complaint = out_of(range, *parsed, kind.show)) return complaint;
                       set(*parsed);
                       return std::nullopt;
                   }});
}

void OptionVisitor::time(const About& about, std::chrono::milliseconds value, Durations range,
                         std::chrono::milliseconds step, std::function<void(std::chrono::milliseconds)> set) {
    scalar(about, {range_type("duration", range, show_duration), show_duration(value),
                   [&](std::string_view given) -> Complaint {
                       const auto parsed = parse_duration(given);
                       if (!parsed) return parsed.error().message;
                       if (auto complaint = out_of(range, *parsed, show_duration)) return complaint;
                       if (*parsed % step != std::chrono::milliseconds{0}) {
                           return fmt::format("is too fine; write a multiple of {}", show_duration(step));
                       }
                       set(*parsed);
                       return std::nullopt;
                   }});
}

void OptionVisitor::word(const About& about, std::size_t value, std::vector<std::string_view> words,
                         std::function<void(std::size_t)> set) {
    const std::string shown{value < words.size() ? words[value] : ""};
    scalar(about, {join_words(words), shown, [&](std::string_view given) { return assign_word(words, given, set); }});
}

void OptionVisitor::several(const About& about, std::vector<std::string_view> words, std::function<void()> clear,
                            std::function<void(std::size_t)> add) {
    scalars(about, {join_words(words), std::move(clear),
                    [&](std::string_view given) { return assign_word(words, given, add); }});
}

}  // namespace auditfwd
