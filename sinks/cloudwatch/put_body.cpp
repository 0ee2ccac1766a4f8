#include "sinks/cloudwatch/put_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "codecs/small_json.h"

namespace auditfwd {

namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

consteval std::array<unsigned char, 256> escape_table() {
    std::array<unsigned char, 256> needs{};
    needs['"'] = needs['\\'] = 1;
    for (std::size_t c = 0; c < 0x20; ++c) needs[c] = 2;
    return needs;
}
constexpr auto kNeeds = escape_table();

void append_slowly(std::string_view text, std::string& out) {
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (kNeeds[byte] == 2) {
            out += {'\\', 'u', '0', '0', kDigits[byte >> 4], kDigits[byte & 15]};
            continue;
        }
        if (kNeeds[byte] == 1) out += '\\';
        out += c;
    }
}

// As the inside of a JSON string. Records are dense with quotes: no branch is taken for them. Control characters, which
// only white space may hold, are rare.
void append_escaped(std::string_view text, std::string& out) {
    constexpr std::size_t kSlice = 4096;
    for (; !text.empty(); text.remove_prefix(std::min(kSlice, text.size()))) {
        const auto slice = text.substr(0, kSlice);
        const auto had = out.size();
        out.resize(had + 2 * slice.size());
        char* to = out.data() + had;
        unsigned seen = 0;
        for (const char c : slice) {
            const unsigned need = kNeeds[static_cast<unsigned char>(c)];
            seen |= need;
            *to = '\\';
            to += need & 1;
            *to++ = c;
        }
        out.resize(static_cast<std::size_t>(to - out.data()));
        if ((seen & 2) == 0) continue;
        out.resize(had);
        append_slowly(slice, out);
    }
}

// Our own member is the record's last, and not empty: "…"}}" ends every record.
constexpr std::string_view kEnd = "}}";

std::string splice_of(const PutEvent& event) {
    if (event.restamp == Restamp::kNo) return {};
    return fmt::format(R"(,"restamped":"{}")", to_string(event.restamp));
}

}  // namespace

void append_head(const PutCall& call, std::string& out) {
    fmt::format_to(std::back_inserter(out), R"({{"logGroupName":"{}","logStreamName":"{}","logEvents":[)", call.group,
                   call.stream);
}

void append_event(const RecordView& record, const PutEvent& event, bool first, std::string& out) {
    fmt::format_to(std::back_inserter(out), R"({}{{"timestamp":{},"message":")", first ? "" : ",", event.time_ms);
    auto json = record.json;
    const auto splice = json.ends_with(kEnd) ? splice_of(event) : std::string{};
    if (!splice.empty()) json.remove_suffix(kEnd.size());
    append_escaped(json, out);
    if (!splice.empty()) append_escaped(splice, out);
    if (!splice.empty()) out += kEnd;
    out += "\"}";
}

std::size_t counted_bytes(const RecordView& record, const PutEvent& event) {
    return record.json.size() + splice_of(event).size() + kPutOverheadBytes;
}

PutRejects read_rejects(std::string_view answer, std::size_t events) {
    PutRejects rejects;
    const auto json = SmallJson::parse(answer);
    if (!json) {
        rejects.readable = false;
        return rejects;
    }
    const auto at = [&](const char* name, std::size_t none) {
        const auto value = json->number(std::string{"/rejectedLogEventsInfo/"} + name);
        return value && *value >= 0 ? std::min(static_cast<std::size_t>(*value), events) : none;
    };
    rejects.too_old_end = at("tooOldLogEventEndIndex", 0);
    rejects.expired_end = at("expiredLogEventEndIndex", 0);
    rejects.too_new_begin = at("tooNewLogEventStartIndex", events);
    return rejects;
}

}  // namespace auditfwd
