// How the files of one log are called: the live file and, beside it, those that kube-apiserver has rotated.
//
//   audit.log   audit-2026-11-23T23-26-13.664.log   audit-2026-11-23T23-26-13.664.log.gz
//
// The name's time (UTC) is when the file was rotated, so it orders the files; no two rotated files share one.
// Pure. Thread: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace auditfwd {

class LogNames {
public:
    // `live` is a name without its directory.
    explicit LogNames(std::string live);

    struct Rotated {
        std::string time;  // as in the name
        bool compressed = false;
        bool operator==(const Rotated&) const = default;
    };

    // Nothing for the live file and for all that is not of this log.
    std::optional<Rotated> parse(std::string_view name) const;

    const std::string& live() const { return live_; }
    std::string rotated(std::string_view time, bool compressed) const;

private:
    std::string live_;
    std::string prefix_;     // "audit-"
    std::string extension_;  // ".log"; empty when the live name has none
};

// "2026-11-23T23-26-13.664"
bool is_rotation_time(std::string_view text);

}  // namespace auditfwd
