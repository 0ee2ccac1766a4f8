// The program's own log: life cycle and changes of state, on stderr, one line each; never one per event, never event
// content (names of files, sinks, peers and counts only).
//
// Thread: any, after open_log(). Repeated troubles go through a RateLimited, which says how many lines it held back.
#pragma once

#include <chrono>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace auditfwd {

enum class LogLevel { kDebug, kInfo, kWarn, kError };
enum class LogFormat { kText, kJson };

void open_log(LogFormat format, LogLevel least);

using LogFields = std::initializer_list<std::pair<std::string_view, std::string>>;

void log_debug(std::string_view message, LogFields fields = {});
void log_info(std::string_view message, LogFields fields = {});
void log_warn(std::string_view message, LogFields fields = {});
void log_error(std::string_view message, LogFields fields = {});

// At most one line per `interval` for one kind of trouble.
class RateLimited {
public:
    explicit RateLimited(std::chrono::seconds interval = std::chrono::seconds{10}) : interval_{interval} {}
    void warn(std::string_view message, LogFields fields = {});

private:
    const std::chrono::seconds interval_;
    std::mutex mutex_;
    std::chrono::steady_clock::time_point next_{};
    unsigned long held_back_ = 0;
};

}  // namespace auditfwd
