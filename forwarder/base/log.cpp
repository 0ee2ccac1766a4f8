#include "forwarder/base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "forwarder/base/clock.h"

namespace auditfwd {

namespace {

LogFormat format_now = LogFormat::kText;  // set once by open_log, before any other thread exists

void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
        } else {
            out += c;
        }
    }
    out += '"';
}

bool needs_quotes(std::string_view text) {
    if (text.empty()) return true;
    for (const char c : text) {
        if (static_cast<unsigned char>(c) <= 0x20 || c == '"' || c == '=' || c == '\\' || c == 0x7f) return true;
    }
    return false;
}

std::string as_text(std::string_view time, std::string_view level, std::string_view message, LogFields fields) {
    std::string line = fmt::format("{} {:5} {}", time, level, message);
    for (const auto& [key, value] : fields) {
        line += fmt::format(" {}=", key);
        if (needs_quotes(value)) {
            append_quoted(line, value);
        } else {
            line += value;
        }
    }
    return line;
}

std::string as_json(std::string_view time, std::string_view level, std::string_view message, LogFields fields) {
    std::string line = fmt::format(R"({{"time":"{}","level":"{}","message":)", time, level);
    append_quoted(line, message);
    for (const auto& [key, value] : fields) {
        line += ',';
        append_quoted(line, key);
        line += ':';
        append_quoted(line, value);
    }
    line += '}';
    return line;
}

void write(spdlog::level::level_enum level, std::string_view name, std::string_view message, LogFields fields) {
    if (!spdlog::should_log(level)) return;
    const auto time = to_rfc3339(SystemClock{}.wall());
    const auto line =
        format_now == LogFormat::kJson ? as_json(time, name, message, fields) : as_text(time, name, message, fields);
    spdlog::default_logger_raw()->log(level, spdlog::string_view_t{line.data(), line.size()});
}

}  // namespace

void open_log(LogFormat format, LogLevel least) {
    format_now = format;
    auto logger = std::make_shared<spdlog::logger>("auditfwd", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_pattern("%v");
    constexpr spdlog::level::level_enum kLevels[] = {spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                                                     spdlog::level::err};
    logger->set_level(kLevels[static_cast<int>(least)]);
    logger->flush_on(spdlog::level::debug);
    spdlog::set_default_logger(std::move(logger));
}

void log_debug(std::string_view message, LogFields fields) { write(spdlog::level::debug, "debug", message, fields); }
void log_info(std::string_view message, LogFields fields) { write(spdlog::level::info, "info", message, fields); }
void log_warn(std::string_view message, LogFields fields) { write(spdlog::level::warn, "warn", message, fields); }
void log_error(std::string_view message, LogFields fields) { write(spdlog::level::err, "error", message, fields); }

void RateLimited::warn(std::string_view message, LogFields fields) {
    unsigned long held_back = 0;
    {
        const std::lock_guard lock{mutex_};
        const auto now = std::chrono::steady_clock::now();
        if (now < next_) {
            ++held_back_;
            return;
        }
        next_ = now + interval_;
        held_back = std::exchange(held_back_, 0);
    }
    std::string text{message};
    if (held_back > 0) text += fmt::format(" ({} like it were not logged)", held_back);
    log_warn(text, fields);
}

}  // namespace auditfwd
