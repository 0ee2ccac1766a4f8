#include "forwarder/detection/fields/event_time.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "codecs/json_text.h"
#include "forwarder/base/assert.h"

namespace auditfwd {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

// The digits behind the seconds, as nanoseconds.
std::int64_t fraction_ns(std::string_view text) {
    constexpr std::size_t kPoint = std::string_view{"0000-00-00T00:00:00"}.size();
    std::int64_t fraction = 0;
    if (text.size() <= kPoint || text[kPoint] != '.') return 0;
    std::int64_t scale = kSecond / 10;
    for (auto at = kPoint + 1; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
        fraction += (text[at] - '0') * scale;
    return fraction;
}

}  // namespace

std::int64_t event_time_ns(const Event& event) {
    for (const auto field : {Field::kStageTimestamp, Field::kTimestamp, Field::kRequestReceivedTimestamp}) {
        const auto* member = event.find(field);
        if (member == nullptr) continue;
        const auto raw = event.raw(member->value);
        if (raw.size() < 2 || raw.front() != '"') continue;
        const auto text = raw.substr(1, raw.size() - 2);
        const auto milliseconds = parse_time_ms(text);
        if (milliseconds > 0 && milliseconds < INT64_MAX / 1'000'000 - 1000)
            return milliseconds / 1000 * kSecond + fraction_ns(text);
    }
    return 1;
}

std::string_view time_text(Reading reading, std::int64_t time_ns, TimeText& buffer) {
    using namespace std::chrono;
    const sys_time<nanoseconds> time{nanoseconds{time_ns}};
    const auto day = floor<days>(time);
    const year_month_day date{day};
    const hh_mm_ss clock{time - day};
    const auto fraction = clock.subseconds().count();
    const auto year = static_cast<int>(date.year());
    const auto month = static_cast<unsigned>(date.month()), day_number = static_cast<unsigned>(date.day());
    const auto hour = clock.hours().count(), minute = clock.minutes().count(), second = clock.seconds().count();
    const auto print = [&](auto format, auto... parts) {
        const auto made = fmt::format_to_n(buffer.data(), buffer.size(), format, parts...);
        return std::string_view{buffer.data(), std::min(made.size, buffer.size())};
    };
    switch (reading) {
        case Reading::kTime:
            return print(FMT_STRING("{:02}:{:02}:{:02}.{:09}"), hour, minute, second, fraction);
        case Reading::kTimeSeconds:
            return print(FMT_STRING("{:02}:{:02}:{:02}"), hour, minute, second);
        case Reading::kTimeIso:
            return print(FMT_STRING("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}+0000"), year, month, day_number, hour,
                         minute, second, fraction);
        case Reading::kDateTime:
            return print(FMT_STRING("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:09}"), year, month, day_number, hour, minute,
                         second, fraction);
        case Reading::kDateTimeSeconds:
            return print(FMT_STRING("{:04}-{:02}-{:02} {:02}:{:02}:{:02}"), year, month, day_number, hour, minute,
                         second);
        case Reading::kRawTime:
            return print(FMT_STRING("{}"), time_ns);
        case Reading::kRawTimeSeconds:
            return print(FMT_STRING("{}"), time_ns / kSecond);
        case Reading::kRawTimeFraction:
            return print(FMT_STRING("{:09}"), time_ns % kSecond);
        default:
            CHECK(false);
    }
}

}  // namespace auditfwd
