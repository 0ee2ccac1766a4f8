#include "sinks/aws/profile.h"

#include <algorithm>

namespace auditfwd {

namespace {

constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view text) {
    const auto begin = std::min(text.find_first_not_of(kBlanks), text.size());
    text.remove_prefix(begin);
    return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

std::string lowered(std::string_view text) {
    std::string out{text};
    for (auto& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

// A blank and a comment sign end a value.
std::string_view without_comment(std::string_view value) {
    for (std::size_t i = 1; i < value.size(); ++i) {
        const bool comment = value[i] == '#' || value[i] == ';';
        if (comment && kBlanks.find(value[i - 1]) != kBlanks.npos) return trimmed(value.substr(0, i));
    }
    return value;
}

// The profile a section is about; empty: none.
std::string profile_named(std::string_view section, bool prefixed) {
    section = trimmed(section);
    if (!prefixed || section == "default") return std::string{section};
    if (!section.starts_with("profile") || section.size() < 9 || kBlanks.find(section[7]) == kBlanks.npos) return {};
    return std::string{trimmed(section.substr(8))};
}

void read_into(AwsProfiles& profiles, std::string_view text, bool prefixed) {
    AwsProfile* profile = nullptr;
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto raw = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const auto line = trimmed(raw);
        const bool nested = !raw.empty() && kBlanks.find(raw.front()) != kBlanks.npos;
        if (line.empty() || nested || line.front() == '#' || line.front() == ';') continue;
        if (line.front() == '[') {
            const auto name = profile_named(line.substr(1, std::min(line.find(']'), line.size()) - 1), prefixed);
            profile = name.empty() ? nullptr : &profiles[name];
            continue;
        }
        const auto equals = line.find('=');
        if (!profile || equals == line.npos) continue;
        const auto key = lowered(trimmed(line.substr(0, equals)));
        if (!key.empty()) (*profile)[key] = without_comment(trimmed(line.substr(equals + 1)));
    }
}

}  // namespace

AwsProfiles read_profiles(std::string_view config, std::string_view credentials) {
    AwsProfiles profiles;
    read_into(profiles, config, true);
    read_into(profiles, credentials, false);
    return profiles;
}

}  // namespace auditfwd
