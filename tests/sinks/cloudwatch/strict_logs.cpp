#include "tests/sinks/cloudwatch/strict_logs.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>

#include "forwarder/base/crypto.h"
#include "forwarder/net/gunzip.h"
#include "tests/sinks/aws/fake_web.h"

namespace auditfwd::testing {

namespace {

constexpr std::int64_t kDay = 24ll * 3600 * 1000;

std::optional<std::string> unzipped(std::string_view zipped) {
    std::string text(64 << 20, '\0');
    std::size_t size = 0;
    Gunzip gunzip;
    for (bool more = true; more;) {
        const auto step = gunzip.step(zipped, {text.data() + size, text.size() - size});
        if (!step) return {};
        zipped.remove_prefix(step->consumed);
        size += step->produced;
        more = step->pending || !zipped.empty();
    }
    if (!gunzip.complete()) return {};
    text.resize(size);
    return text;
}

std::string text_at(const simdjson::dom::element& json, const char* pointer) {
    std::string_view value;
    return json.at_pointer(pointer).get(value) ? std::string{} : std::string{value};
}

}  // namespace

HttpReply StrictLogs::error(const std::string& code, const std::string& message, unsigned status) {
    return reply(status, R"({"__type":")" + code + R"(","message":")" + message + R"("})");
}

std::int64_t StrictLogs::now_ms() const {
    return std::chrono::floor<std::chrono::milliseconds>(clock_.wall().time_since_epoch() + ahead).count();
}

std::size_t StrictLogs::count(const std::string& operation) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(seen, [&](const auto& one) { return one.operation == operation; }));
}

Result<HttpReply> StrictLogs::answer(const HttpCall& call) {
    Seen one;
    const auto target = field_of(call, "x-amz-target");
    EXPECT_TRUE(target.starts_with("Logs_20140328.")) << target;
    EXPECT_EQ(field_of(call, "content-type"), "application/x-amz-json-1.1");
    EXPECT_TRUE(field_of(call, "authorization").starts_with("AWS4-HMAC-SHA256 "));
    EXPECT_EQ(field_of(call, "x-amz-content-sha256"), to_hex(sha256(call.body)));
    one.operation = target.substr(target.find('.') + 1);
    one.json = call.body;
    if (before) {
        if (auto instead = before(one.operation, call)) {
            seen.push_back(one);
            return *std::move(instead);
        }
    }
    if (field_of(call, "content-encoding") == "gzip") {
        auto text = unzipped(call.body);
        if (!text) return error("SerializationException");
        one.json = std::move(*text);
    }
    auto done = perform(one);
    seen.push_back(one);
    if (after) {
        if (auto instead = after(one.operation)) return *std::move(instead);
    }
    return done;
}

HttpReply StrictLogs::perform(Seen& one) {
    if (one.operation == "PutLogEvents") return put(one);
    simdjson::dom::parser parser;
    simdjson::dom::element json;
    if (parser.parse(one.json).get(json)) return error("SerializationException");
    const auto group = text_at(json, "/logGroupName");
    const auto stream = text_at(json, "/logStreamName");
    if (one.operation == "CreateLogGroup") {
        if (group.empty() || group.size() > 512 || group.starts_with("aws/") ||
            group.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_/#") !=
                std::string::npos)
            return error("InvalidParameterException");
        return groups.emplace(group, 0).second ? reply(200, "") : error("ResourceAlreadyExistsException");
    }
    if (!groups.contains(group)) return error("ResourceNotFoundException");
    if (one.operation == "PutRetentionPolicy") {
        std::int64_t days = 0;
        if (json.at_pointer("/retentionInDays").get(days)) return error("InvalidParameterException");
        groups[group] = static_cast<int>(days);
        return reply(200, "");
    }
    if (one.operation != "CreateLogStream") return error("UnknownOperationException", "", 404);
    if (stream.empty() || stream.size() > 512 || stream.find_first_of(":*") != std::string::npos)
        return error("InvalidParameterException");
    return streams.emplace(group, stream).second ? reply(200, "") : error("ResourceAlreadyExistsException");
}

HttpReply StrictLogs::put(Seen& one) {
    simdjson::dom::parser parser;
    simdjson::dom::element json;
    if (parser.parse(one.json).get(json)) return error("SerializationException");
    const auto group = text_at(json, "/logGroupName");
    const auto stream = text_at(json, "/logStreamName");
    if (!streams.contains({group, stream})) return error("ResourceNotFoundException");
    simdjson::dom::array list;
    if (json.at_pointer("/logEvents").get(list)) return error("InvalidParameterException", "no events");
    std::vector<Event> sent;
    for (const auto item : list) {
        std::int64_t time = 0;
        std::string_view message;
        if (item["timestamp"].get(time) || item["message"].get(message) || message.empty())
            return error("InvalidParameterException", "a member");
        if (message.size() + 26 > event_bytes_max) return error("InvalidParameterException", "Log event too large");
        one.counted_bytes += message.size() + 26;
        sent.push_back({group, stream, time, std::string{message}});
    }
    one.events = sent.size();
    if (sent.empty() || sent.size() > 10'000) return error("InvalidParameterException", "count");
    if (one.counted_bytes > 1'048'576) return error("InvalidParameterException", "Upload too large");
    if (!std::ranges::is_sorted(sent, {}, &Event::time_ms)) return error("InvalidParameterException", "order");
    const auto now = now_ms();
    const auto oldest = now - 14 * kDay;
    const auto expired = groups[group] > 0 ? now - groups[group] * kDay : oldest;
    const auto too_old = static_cast<std::size_t>(
        std::ranges::count_if(sent, [&](const auto& event) { return event.time_ms < oldest; }));
    const auto past = static_cast<std::size_t>(
        std::ranges::count_if(sent, [&](const auto& event) { return event.time_ms < expired; }));
    const auto too_new = sent.size() - static_cast<std::size_t>(std::ranges::count_if(
                                           sent, [&](const auto& event) { return event.time_ms > now + kDay / 12; }));
    const auto first = std::max(too_old, past);
    if (first < too_new && sent[too_new - 1].time_ms - sent[first].time_ms > kDay)
        return error("InvalidParameterException", "span");
    for (auto i = first; i < too_new; ++i) events.push_back(sent[i]);
    std::string info;
    const auto say = [&](const char* name, std::size_t index) {
        info += (info.empty() ? "\"" : ",\"") + std::string{name} + "\":" + std::to_string(index);
    };
    if (too_old > 0) say("tooOldLogEventEndIndex", too_old);
    if (past > too_old) say("expiredLogEventEndIndex", past);
    if (too_new < sent.size()) say("tooNewLogEventStartIndex", too_new);
    return reply(200, info.empty() ? "{}" : R"({"rejectedLogEventsInfo":{)" + info + "}}");
}

}  // namespace auditfwd::testing
