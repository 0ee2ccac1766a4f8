#include "forwarder/redaction/forms.h"

#include <algorithm>
#include <array>

#include "forwarder/redaction/base64.h"
#include "forwarder/redaction/certificate_request.h"
#include "forwarder/redaction/form_scan.h"
#include "forwarder/redaction/url_form.h"

namespace auditfwd {

namespace {

using Kind = Finding::Kind;

constexpr bool is_upper_or_digit(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_base64url(char c) { return is_base64(c) && c != '+' && c != '/'; }

// A place in the text that never leaves its bounds.
class Place {
public:
    Place(const FormText& in, std::uint32_t at) : in_{in}, at_{at} {}

    std::uint32_t at() const { return at_; }
    void go(std::uint32_t to) { at_ = to; }
    bool done() const { return at_ >= in_.end; }
    char here() const { return done() ? '\0' : in_.text[at_]; }
    // The `count` bytes before `at_`; fewer where the text begins.
    std::string_view before(std::uint32_t count) const {
        const auto bytes = std::min(count, at_ - in_.begin);
        return in_.text.substr(at_ - bytes, bytes);
    }
    std::string_view ahead(std::uint32_t count) const {
        return in_.text.substr(at_, std::min(count, in_.end - std::min(at_, in_.end)));
    }
    bool starts(std::string_view name) const { return ahead(static_cast<std::uint32_t>(name.size())) == name; }
    // The same, whatever the case of ASCII letters; `name` in small ones.
    bool starts_folded(std::string_view name) const {
        const auto text = ahead(static_cast<std::uint32_t>(name.size()));
        return text.size() == name.size() &&
               std::equal(text.begin(), text.end(), name.begin(), [](char a, char b) { return (a | 0x20) == b; });
    }
    template <class Is>
    std::uint32_t skip(Is is) {
        const auto from = at_;
        while (!done() && is(in_.text[at_])) ++at_;
        return at_ - from;
    }
    // Behind the dashes that end PEM which begins here; without them, behind the string's content.
    std::uint32_t pem_end() const {
        for (auto at = at_; at < in_.end; ++at) {
            const char c = in_.text[at];
            if (c == '"' && !in_.plain) return at;
            if (c == '\\' && !in_.plain) ++at;
            if (c != '-' || !in_.text.substr(at, in_.end - at).starts_with("-----END ")) continue;
            const auto line = in_.text.substr(at, std::min<std::uint32_t>(96, in_.end - at));
            const auto dashes = line.find("-----", 9);
            return at + static_cast<std::uint32_t>(dashes == line.npos ? 9 : dashes + 5);
        }
        return in_.end;
    }

private:
    const FormText& in_;
    std::uint32_t at_;
};

Finding part(std::uint32_t begin, std::uint32_t end) { return {.kind = Kind::kPart, .range = {begin, end}}; }

// eyJ….…[.…]*
Finding json_web_token(FormText& in, Place place) {
    constexpr std::uint32_t kSegmentBytesMin = 8;
    const auto begin = place.at();
    if (begin < in.no_token_before) return {};
    const auto first = place.skip(is_base64url);
    in.no_token_before = place.at();
    if (first < kSegmentBytesMin || place.here() != '.') return {};
    place.go(place.at() + 1);
    if (place.skip(is_base64url) < kSegmentBytesMin) return {};
    while (place.here() == '.') {
        place.go(place.at() + 1);
        place.skip(is_base64url);
    }
    return part(begin, place.at());
}

// What stands between BEGIN and the dashes behind it; empty when there are none near.
std::string_view pem_label(std::string_view begin) {
    constexpr std::string_view kBegin = "-----BEGIN ";
    constexpr std::size_t kLabelBytesMax = 64;
    if (!begin.starts_with(kBegin)) return {};
    const auto label = begin.substr(kBegin.size(), kLabelBytesMax);
    return label.substr(0, label.find("-----"));
}

bool is_private_key(std::string_view label) { return label.find("PRIVATE KEY") != label.npos; }
bool is_certificate_request(std::string_view label) { return label.find("CERTIFICATE REQUEST") != label.npos; }

// From BEGIN to behind END and its dashes; without them, to the end of the string.
Finding pem(Place place, std::string_view text) {
    const auto label = pem_label(place.ahead(80));
    const bool secret = is_private_key(label);
    if (!secret && !is_certificate_request(label)) return {};
    const auto begin = place.at();
    place.go(place.pem_end());
    if (!secret && !may_hold_challenge(text.substr(begin, place.at() - begin))) return {};
    return part(begin, place.at());
}

// Base64 of PEM.
Finding wrapped_pem(FormText& in, Place place) {
    const auto begin = place.at();
    if (begin < in.no_pem_before || !place.starts("LS0tLS1CRUdJTi")) return {};
    place.skip([](char c) { return is_base64(c) || c == '='; });
    in.no_pem_before = place.at();
    auto plain = decode_base64(in.text.substr(begin, place.at() - begin));
    plain.append(64, '\0');  // to be scanned
    FormText inside{.text = plain, .begin = 0, .end = static_cast<std::uint32_t>(plain.size() - 64), .plain = true};
    for (auto at = plain.find("-----BEGIN "); at != plain.npos; at = plain.find("-----BEGIN ", at + 1)) {
        if (pem(Place{inside, static_cast<std::uint32_t>(at)}, plain).kind != Kind::kNothing)
            return part(begin, place.at());
    }
    return {};
}

// AKIA… and ASIA…; at their second letter. In user.extra the API server of EKS says by which key somebody came in: it
// identifies, and opens nothing.
Finding aws_key_id(Place place) {
    constexpr std::uint32_t kBytes = 20;
    constexpr std::string_view kExtra = R"("accessKeyId":[")";
    const auto before = place.before(2);
    if (before.empty() || before.back() != 'A' || (before.size() == 2 && is_upper_or_digit(before[0]))) return {};
    place.go(place.at() - 1);
    const auto begin = place.at();
    if (place.skip(is_upper_or_digit) != kBytes) return {};
    const auto end = place.at();
    place.go(begin);
    if (place.before(kExtra.size()) == kExtra) return {};
    return part(begin, end);
}

// Forty characters behind a name that ends at `place`.
Finding aws_secret_behind(Place place) {
    constexpr std::uint32_t kBytes = 40, kBetweenMax = 16;
    const auto from = place.at();
    const auto skip_between = [&place] {
        for (;; place.go(place.at() + 2)) {
            place.skip([](char c) { return std::string_view{" \t\n\"'=:>,"}.find(c) != std::string_view::npos; });
            if (place.here() != '\\') break;  // an escape
        }
    };
    skip_between();
    if (place.starts("value")) {  // of an environment variable
        place.go(place.at() + 5);
        skip_between();
    }
    if (place.at() == from || place.at() - from > kBetweenMax + 5) return {};
    const auto begin = place.at();
    const auto bytes = place.skip([](char c) { return is_base64(c) && c != '-' && c != '_'; });
    return bytes >= kBytes ? part(begin, place.at()) : Finding{};
}

Finding aws_secret(Place place) {
    if (place.starts_folded("secretaccesskey")) {
        place.go(place.at() + 15);
        return aws_secret_behind(place);
    }
    const auto before = place.before(6);
    if (!place.starts_folded("\x7f"
                             "access\x7fkey") ||
        before.size() != 6 || (before[0] | 0x20) != 's')
        return {};
    place.go(place.at() + 11);
    return aws_secret_behind(place);
}

// A manifest in YAML: `kind: Secret`. At the S.
Finding yaml_secret(Place place) {
    if (!place.starts("Secret")) return {};
    auto before = place.before(16);
    const auto drop = [&](std::string_view these) {
        while (!before.empty() && these.find(before.back()) != these.npos) before.remove_suffix(1);
    };
    drop("\"'\\");
    drop(" \t");
    if (!before.ends_with("kind:")) return {};
    return {.kind = Kind::kString};
}

// What Helm stores of a release, or anything else nobody can look into.
Finding gzip(Place place) {
    constexpr std::uint32_t kBytesMin = 64;
    const auto before = place.before(1);
    if (!place.starts("H4sI") || (!before.empty() && is_base64(before[0]))) return {};
    const auto begin = place.at();
    const auto bytes = place.skip([](char c) { return is_base64(c) || c == '='; });
    return bytes >= kBytesMin ? part(begin, place.at()) : Finding{};
}

Finding upper_case(FormText& in, Place place) {
    switch (place.here()) {
        case 'K':
            return aws_key_id(place);
        case 'L':
            return wrapped_pem(in, place);
        case 'H':
            return gzip(place);
        case 'S':
            break;
        default:
            return {};
    }
    if (auto found = aws_key_id(place); found.kind != Kind::kNothing) return found;
    if (auto found = aws_secret(place); found.kind != Kind::kNothing) return found;
    return yaml_secret(place);
}

// Behind the word that names a scheme of HTTP authentication.
class Header {
public:
    explicit Header(Place place) : place_{place} {
        // Blanks, as they may be written in a URL or with an escape.
        for (;;) {
            const auto from = place_.at();
            place_.skip([](char c) { return c == ' ' || c == '+'; });
            if (place_.starts("%20")) place_.go(place_.at() + 3);
            if (place_.starts("\\t") || place_.starts("\\n")) place_.go(place_.at() + 2);
            blank_ |= place_.at() != from;
            if (place_.at() == from) break;
        }
        begin_ = place_.at();
        place_.skip([](char c) {
            return is_base64(c) || c == '.' || c == '~' || c == '=' || c == '%' || c == ':' || c == '!' || c == '$' ||
                   c == '*' || c == '#' || c == '@' || c == '^' || c == '&';
        });
        while (place_.at() > begin_ && (last() == '.' || last() == ':')) place_.go(place_.at() - 1);
    }
    bool there() const { return blank_ && place_.at() > begin_; }
    std::uint32_t begin() const { return begin_; }
    std::uint32_t end() const { return place_.at(); }

private:
    char last() const { return place_.before(1)[0]; }
    Place place_;
    std::uint32_t begin_ = 0;
    bool blank_ = false;
};

// "Authorization: " right before a scheme.
bool in_header(Place place) {
    const auto before = place.before(32);
    for (std::size_t i = 0; i + 13 <= before.size(); ++i) {
        constexpr std::string_view kName = "authorization";
        if (std::equal(kName.begin(), kName.end(), before.begin() + static_cast<std::ptrdiff_t>(i),
                       [](char a, char b) { return a == (b | 0x20); }))
            return true;
    }
    return false;
}

// At the third letter but two of "bearer".
Finding bearer(Place place, std::string_view text) {
    if (place.before(3).size() != 3) return {};
    place.go(place.at() - 3);
    if (!place.starts_folded("bearer")) return {};
    const bool header = in_header(place);
    place.go(place.at() + 6);
    const Header value{place};
    if (!value.there()) return {};
    // Prose goes on with a word.
    constexpr std::size_t kWordBytesMax = 20;
    const auto token = text.substr(value.begin(), value.end() - value.begin());
    const bool word = token.size() <= kWordBytesMax && std::all_of(token.begin(), token.end(), is_lower);
    return header || !word ? part(value.begin(), value.end()) : Finding{};
}

Finding basic(Place place, std::string_view text) {
    if (place.before(2).size() != 2) return {};
    place.go(place.at() - 2);
    if (!place.starts_folded("basic")) return {};
    const bool header = in_header(place);
    place.go(place.at() + 5);
    const Header value{place};
    if (!value.there()) return {};
    constexpr std::uint32_t kReadBytesMax = 4096;
    const auto digits = value.end() - value.begin();
    const auto plain = decode_base64(text.substr(value.begin(), std::min(digits, kReadBytesMax)));
    return header || digits > kReadBytesMax || plain.find(':') != plain.npos ? part(value.begin(), value.end())
                                                                             : Finding{};
}

// k8s-aws-v1.…; at the dash before aws.
Finding eks_token(Place place) {
    if (place.before(3) != "k8s" || !place.starts("-aws-v1.")) return {};
    place.go(place.at() + 8);
    const auto begin = place.at();
    return place.skip(is_base64url) != 0 ? part(begin, place.at()) : Finding{};
}

// `\u00XX` of a character that Go does not escape, or `\/`.
Finding escape(Place place) {
    if (place.starts("\\/")) return {.kind = Kind::kEscape};
    const auto hex = place.ahead(6);
    if (hex.size() != 6 || !hex.starts_with("\\u00") || hex[4] < '2' || hex[4] > '7') return {};
    const bool by_go =
        (hex[4] == '2' && hex[5] == '6') || (hex[4] == '3' && ((hex[5] | 0x20) == 'c' || (hex[5] | 0x20) == 'e'));
    return by_go ? Finding{} : Finding{.kind = Kind::kEscape};
}

// At a quote, or at a blank. A quote that is escaped begins nothing.
Finding json(Place place) {
    while (place.here() == ' ') {
        if (place.before(1).empty()) return {};
        place.go(place.at() - 1);
    }
    if (place.here() != '"' || place.before(1) == "\\") return {};
    return {.kind = Kind::kJson, .range = {place.at(), place.at()}};
}

}  // namespace

Finding look_at(FormText& in, std::uint32_t at) {
    const Place place{in, at};
    switch (in.text[at]) {
        case 'e':
            return place.starts("eyJ") ? json_web_token(in, place) : Finding{};
        case '-':
            return place.starts("---") ? pem(place, in.text) : eks_token(place);
        case ':':
            return url(in, at);
        case 'r':
        case 'R':
            return bearer(place, in.text);
        case '_':
            return aws_secret(place);
        case 's':
            return basic(place, in.text);
        case 'S':
            if (place.starts_folded("sic")) return basic(place, in.text);
            return upper_case(in, place);
        case 'K':
        case 'L':
        case 'H':
            return upper_case(in, place);
        case '\\':
            return in.plain ? Finding{} : escape(place);
        case '"':
        case ' ':
            return in.plain ? Finding{} : json(place);
        default:
            return {};
    }
}

bool holds_credential(std::string_view plain) {
    FormText in{.text = plain, .begin = 0, .end = static_cast<std::uint32_t>(plain.size()), .plain = true};
    FormScan scan{plain.data(), in.begin, in.end};
    for (std::uint32_t at = 0; scan.next(at);) {
        if (look_at(in, at).kind != Kind::kNothing) return true;
    }
    return false;
}

}  // namespace auditfwd
