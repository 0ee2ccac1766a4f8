#include "forwarder/source/file/log_names.h"

#include <algorithm>

namespace auditfwd {

namespace {

constexpr std::string_view kTimeForm = "0000-00-00T00-00-00.000";
constexpr std::string_view kCompressed = ".gz";

}  // namespace

bool is_rotation_time(std::string_view text) {
    return std::equal(text.begin(), text.end(), kTimeForm.begin(), kTimeForm.end(),
                      [](char c, char form) { return form == '0' ? c >= '0' && c <= '9' : c == form; });
}

LogNames::LogNames(std::string live) : live_{std::move(live)} {
    // As Go's filepath.Ext has it: from the last dot on, even if that is the first character.
    const auto dot = std::min(live_.rfind('.'), live_.size());
    prefix_ = live_.substr(0, dot) + "-";
    extension_ = live_.substr(dot);
}

std::optional<LogNames::Rotated> LogNames::parse(std::string_view name) const {
    if (!name.starts_with(prefix_)) return std::nullopt;
    name.remove_prefix(prefix_.size());
    const auto time = name.substr(0, kTimeForm.size());
    if (!is_rotation_time(time)) return std::nullopt;
    name.remove_prefix(time.size());
    if (!name.starts_with(extension_)) return std::nullopt;
    name.remove_prefix(extension_.size());
    if (!name.empty() && name != kCompressed) return std::nullopt;
    return Rotated{std::string{time}, !name.empty()};
}

std::string LogNames::rotated(std::string_view time, bool compressed) const {
    auto name = prefix_;
    name += time;
    name += extension_;
    if (compressed) name += kCompressed;
    return name;
}

}  // namespace auditfwd
