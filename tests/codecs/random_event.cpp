#include "tests/codecs/random_event.h"

#include <algorithm>
#include <vector>

#include "tests/codecs/plain_json.h"

namespace auditfwd {

std::string RandomEvent::space() {
    if (!chance(4)) return {};
    return options_.lines ? one_of(" ", "\t", "  \r ") : one_of(" ", "\n", "\t", " \r\n   ", std::string(70, ' '));
}

std::string RandomEvent::join(const std::vector<std::string>& parts, char open, char close) {
    std::string out(1, open);
    out += space();
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i != 0) (out += ',') += space();
        (out += parts[i]) += space();
    }
    return out + close;
}

std::string RandomEvent::string() {
    std::string out = "\"";
    for (auto n = chance(3) ? 200 : below(12); n > 0; --n) {
        switch (below(14)) {
            case 0:
                out += one_of("\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t");
                break;
            case 1:
                out += one_of("\\u0026", "\\u0000", "\\u00e9", "\\ud83d\\ude00", "\\uD800", "\\u2028");
                break;
            case 2:
                out += one_of("é", "\U0001f600", "\u2028", "ſ", "\u212a");
                break;
            case 3:
                out += one_of("{", "}", "[", "]", ":", ",", " ");
                break;
            case 4:
                if (options_.faults && chance(4)) out += one_of("\\x", "\\u12g4", "\x01", "\\u123", "\t");
                if (options_.hostile && chance(4)) out += one_of("\xff", "\xc3", "\xed\xa0\x80", "\xf0\x9f\x98");
                break;
            default:
                out += static_cast<char>('a' + below(26));
        }
    }
    return out + '"';
}

std::string RandomEvent::number() {
    if (options_.faults && chance(3)) return one_of("01", "1.", "-", "+1", "1e", ".5", "tru", "nul", "NaN", "\\\"x");
    return one_of("0", "-0", "200", "1.50", "-12.5e-3", "1E5", "12345678901234567890123", "0.0", "true", "false",
                  "null");
}

std::string RandomEvent::value(int depth) {
    const auto kind = below(depth > 5 ? 6 : 10);
    if (kind < 4) return string();
    if (kind < 6) return number();
    std::vector<std::string> parts;
    for (auto n = below(5); n > 0; --n) {
        const auto name = chance(80) ? string() : one_of("\"metadata\"", "\"managedFields\"", "\"items\"");
        std::string part;
        if (kind < 8) ((part += name) += space()) += ':';
        parts.push_back(part += value(depth + 1));
    }
    return kind < 8 ? join(parts, '{', '}') : join(parts, '[', ']');
}

// `name` as a key, now and then in disguise.
std::string RandomEvent::key(const std::string& name) {
    auto text = name;
    if (options_.hostile && chance(3)) {
        const auto at = static_cast<std::size_t>(below(static_cast<int>(text.size())));
        switch (below(4)) {
            case 0:
                text[at] ^= 0x20;
                break;
            case 1: {
                constexpr char kHex[] = "0123456789abcdef";
                const auto c = static_cast<unsigned char>(text[at]);
                text.replace(at, 1, std::string{"\\u00"} + kHex[c >> 4] + kHex[c & 15]);
                break;
            }
            case 2:
                if (text[at] == 's') text.replace(at, 1, one_of("ſ", "\\u017f"));
                if (text[at] == 'k') text.replace(at, 1, one_of("\u212a", "\\u212A"));
                break;
            default:
                text += one_of("x", "\\u0000", "\\/", options_.faults ? "\\q" : "");
        }
    }
    std::string out(1, '"');
    out += text;
    out += '"';
    out += space();
    out += ':';
    return out += space();
}

std::string RandomEvent::body() {
    std::vector<std::string> object = {key("kind") + "\"Pod\""};
    const auto metadata = [&] {
        std::vector<std::string> parts = {key("name") + string()};
        if (chance(70)) parts.push_back(key("managedFields") + value(3));
        if (chance(20)) parts.push_back(key("managedFields") + "[{\"f:a\":{\"k:{\\\"uid\\\":\\\"1\\\"}\":{}}}]");
        if (chance(30)) parts.push_back(key("labels") + value(4));
        std::shuffle(parts.begin(), parts.end(), random_);
        return key("metadata") + (chance(95) ? join(parts, '{', '}') : value(3));
    };
    const auto wrapped = [&](const std::string& inner) { return join({inner, key("spec") + value(4)}, '{', '}'); };
    for (auto n = below(3); n > 0; --n) object.push_back(metadata());
    if (chance(30))
        object.push_back(key("items") + join({wrapped(metadata()), value(3), wrapped(metadata())}, '[', ']'));
    if (chance(20))
        object.push_back(key("rows") + join({wrapped(key("object") + wrapped(metadata())), value(3)}, '[', ']'));
    object.push_back(key("spec") + value(2));
    std::shuffle(object.begin(), object.end(), random_);
    if (options_.hostile && chance(2)) {
        const auto depth = static_cast<std::size_t>(1020 + below(6));
        return std::string(depth, '[') + std::string(depth, ']');
    }
    return chance(85) ? join(object, '{', '}') : value(1);
}

std::string RandomEvent::user() {
    std::vector<std::string> parts;
    if (chance(90)) parts.push_back(key("username") + one_of("\"system:node:a\"", "\"b\"", "\"c\\u0026d\"", "\"\""));
    if (chance(50)) parts.push_back(key("uid") + string());
    if (chance(70)) parts.push_back(key("groups") + join({"\"system:masters\"", string(), string()}, '[', ']'));
    if (chance(40)) parts.push_back(key("extra") + one_of("{}", "{\"a\":[\"b\"]}", "{\"b\" : 1}"));
    if (options_.hostile && chance(4)) parts.push_back(key("username") + value(3));
    if (options_.hostile && chance(4)) parts.push_back(key(one_of("groups", "extra", "uid", "other")) + value(3));
    std::shuffle(parts.begin(), parts.end(), random_);
    return join(parts, '{', '}');
}

std::string RandomEvent::likely_value(const std::string& field) {
    const auto annotations = [&] {
        std::vector<std::string> parts;
        for (auto n = below(5); n > 0; --n) {
            parts.push_back(key(one_of("authorization.k8s.io/decision", "authorization.k8s.io/reason",
                                       "patch.webhook.admission.k8s.io/round_0_index_0", "a~b/c")) +
                            one_of("\"allow\"", "\"forbid\"", "\"\"", string(), chance(5) ? value(3) : string()));
        }
        return join(parts, '{', '}');
    };
    if (field == "kind") return "\"Event\"";
    if (field == "apiVersion") return one_of("\"audit.k8s.io/v1\"", "\"audit.k8s.io/v1beta1\"");
    if (field == "level") return one_of("\"Metadata\"", "\"Request\"", "\"RequestResponse\"", "\"RequestResponse\"");
    if (field == "auditID") return one_of("\"4f2f\"", "\"../../etc\"", "\"a\\tb\"");
    if (field == "stage")
        return one_of("\"ResponseComplete\"", "\"RequestReceived\"", "\"ResponseStart\\u0065d\"", "\"Panic\"");
    if (field == "requestURI")
        return one_of("\"/api/v1/namespaces/x/pods/y?limit=5\\u0026watch=1\"", "\"/apis/apps/v1/deployments\"",
                      "\"/healthz\"", "\"/api/v1/secrets/%zz\"", string());
    if (field == "verb") return one_of("\"get\"", "\"update\"", "\"\"", "\"watch\"", "\"create\"");
    if (field == "user" || field == "impersonatedUser") return user();
    if (field == "objectRef") return join({key("resource") + "\"pods\"", key("name") + string()}, '{', '}');
    if (field == "responseStatus")
        return join({key("metadata") + "{}", key("code") + one_of("200", "404", "101")}, '{', '}');
    if (field == "requestObject" || field == "responseObject") return body();
    if (field == "annotations") return annotations();
    if (field == "auditfwd") return one_of("{\"cluster\":\"forged\"}", value(2));
    return field.ends_with("imestamp") ? "\"2026-11-23T23:29:03.220657Z\"" : value(2);
}

std::string RandomEvent::field_value(const std::string& field) {
    if (options_.hostile && chance(1)) return value(2);
    if (options_.hostile && chance(1)) return one_of("null", "\"\"", "{}", "[]", "5", "\"Foo\"");
    return likely_value(field);
}

std::string RandomEvent::event(Options options) {
    options_ = options;
    struct Maybe {
        const char* field;
        int percent;
    };
    static constexpr Maybe kFields[] = {{"kind", 50},
                                        {"apiVersion", 50},
                                        {"level", 99},
                                        {"auditID", 99},
                                        {"stage", 99},
                                        {"requestURI", 98},
                                        {"verb", 98},
                                        {"user", 98},
                                        {"impersonatedUser", 10},
                                        {"authenticationMetadata", 2},
                                        {"sourceIPs", 60},
                                        {"userAgent", 60},
                                        {"objectRef", 70},
                                        {"responseStatus", 80},
                                        {"requestObject", 50},
                                        {"responseObject", 40},
                                        {"requestReceivedTimestamp", 90},
                                        {"stageTimestamp", 90},
                                        {"annotations", 60},
                                        {"metadata", 3},
                                        {"timestamp", 3},
                                        {"auditfwd", 4},
                                        {"somethingNew", 5}};
    for (;;) {
        std::vector<std::string> parts;
        for (const auto& [field, percent] : kFields) {
            if (chance(percent)) parts.push_back(key(field) + field_value(field));
            if (options.hostile && chance(1)) parts.push_back(key(field) + field_value(field));
        }
        if (chance(30)) std::shuffle(parts.begin(), parts.end(), random_);
        auto text = join(parts, '{', '}');
        if (options.faults && chance(15)) {
            for (auto n = 1 + below(3); n > 0; --n) {
                const auto at = static_cast<std::size_t>(below(static_cast<int>(text.size())));
                const auto byte = "\"\\{}[]:,0a \x01\xff"[below(13)];
                chance(50)   ? void(text[at] = byte)
                : chance(50) ? void(text.insert(at, 1, byte))
                             : void(text.erase(at, 1));
            }
        }
        // Faults may unbalance it; then it is no item any more.
        const auto end = text[0] == '{' ? plain::closing(text, 0) : std::nullopt;
        if (end == text.size() && !(options.lines && text.find('\n') != text.npos)) return text;
    }
}

}  // namespace auditfwd
