#include "forwarder/redaction/url_form.h"

#include <algorithm>
#include <string>

#include "forwarder/policy/percent.h"
#include "forwarder/redaction/field_names.h"

namespace auditfwd {

namespace {

// Characters of a URL inside JSON text, where `&` may be written as Go writes it.
class UrlReader {
public:
    UrlReader(const FormText& in, std::uint32_t at) : in_{in}, at_{at} {}

    std::uint32_t at() const { return at_; }
    // The next character, or 0 where the URL ends; `next` is where it ends.
    char peek(std::uint32_t& next) const {
        if (at_ >= in_.end) return 0;
        const char c = in_.text[at_];
        next = at_ + 1;
        if (c == '\\' && !in_.plain) {
            const auto escape = in_.text.substr(at_, std::min<std::uint32_t>(6, in_.end - at_));
            if (escape == "\\u0026") return next = at_ + 6, '&';
            if (escape.starts_with("\\/")) return next = at_ + 2, '/';
            return 0;
        }
        const bool ends = static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '<' || c == '>' || c == '`' ||
                          c == '\\' || c == '\'';
        return ends ? '\0' : c;
    }
    void go(std::uint32_t next) { at_ = next; }

private:
    const FormText& in_;
    std::uint32_t at_;
};

Finding part(std::uint32_t begin, std::uint32_t end, std::uint32_t parameters) {
    return {.kind = Finding::Kind::kPart, .range = {begin, end}, .parameters = parameters};
}

bool is_web(const FormText& in, std::uint32_t colon) {
    const auto bytes = std::min<std::uint32_t>(5, colon - in.begin);
    const auto before = in.text.substr(colon - bytes, bytes);
    return before.ends_with("http") || before == "https" || before.ends_with("HTTP") || before == "HTTPS";
}

constexpr std::uint32_t kNameBytesMax = 256;  // of a parameter; no longer one is known

// A name as a server reads it: percent-decoded.
bool is_secret_name(std::string_view raw) {
    ScratchText scratch;
    const auto name = percent_decode(raw, PercentMode::kQuery, scratch);
    return is_secret_parameter(name.value_or(raw));
}

}  // namespace

bool is_secret_parameter(std::string_view name) {
    const auto field = plain_field_name(name);
    return field == FieldName::kToken || field == FieldName::kOauthSecret || field == FieldName::kParameter;
}

Finding next_parameter(FormText& in, std::uint32_t at) {
    UrlReader reader{in, at};
    const auto go_to = [&reader](std::string_view stops) {
        std::uint32_t next = reader.at();
        char c = reader.peek(next);
        for (; c != 0 && stops.find(c) == stops.npos; c = reader.peek(next)) reader.go(next);
        return c;
    };
    for (;;) {
        const auto name = reader.at();
        char stop = go_to("=&;#?");
        const auto name_end = reader.at();
        const bool secret =
            stop == '=' && name_end - name <= kNameBytesMax && is_secret_name(in.text.substr(name, name_end - name));
        const auto value = std::min(name_end + 1, in.end);
        if (stop == '=') {
            reader.go(value);
            stop = go_to(secret ? "&;#" : "&;#?=");  // a value that is no secret may be a URL itself
        }
        const auto value_end = reader.at();
        std::uint32_t next = value_end;
        if (stop != 0) {
            reader.peek(next);
            reader.go(next);
        } else {
            in.no_parameter_before = value_end;
        }
        if (secret && value_end > value) return part(value, value_end, stop == 0 ? 0 : next);
        if (stop == 0) return {};
    }
}

Finding url(FormText& in, std::uint32_t at) {
    auto begin = at + 1;
    for (int slashes = 0; slashes < 2; ++slashes) {
        if (begin < in.end && in.text[begin] == '\\') ++begin;
        if (begin >= in.end || in.text[begin] != '/') return {};
        ++begin;
    }
    UrlReader reader{in, begin};
    std::uint32_t colon = 0, sign = 0, next = begin, query = 0;
    for (char c = reader.peek(next); c != 0; c = reader.peek(next)) {
        if (c == '/' || c == '#') break;
        if (c == '?') query = next;
        if (query != 0) break;
        if (c == ':' && colon == 0) colon = reader.at();
        if (c == '@') sign = reader.at();
        reader.go(next);
    }
    // On to the query, unless a URL around has been there.
    if (at < in.no_parameter_before) {
        query = 0;
    } else if (query == 0) {
        for (char c = reader.peek(next); c != 0 && query == 0; c = reader.peek(next)) {
            reader.go(next);
            if (c == '?') query = next;
        }
        if (query == 0) in.no_parameter_before = reader.at();
    }
    if (sign != 0 && colon != 0 && colon < sign && colon + 1 < sign) return part(colon + 1, sign, query);
    if (sign > begin && colon == 0 && is_web(in, at)) return part(begin, sign, query);
    return query != 0 ? next_parameter(in, query) : Finding{};
}

}  // namespace auditfwd
