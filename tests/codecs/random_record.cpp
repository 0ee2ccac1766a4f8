#include "tests/codecs/random_record.h"

#include <algorithm>

namespace auditfwd {

namespace {

constexpr const char* kCharacters[] = {"a",       "b", "?",      "/",          "\\\"",    "\\\\",
                                       "\\n",     "é", "\u2028", "\U0001f600", "\\u00e9", "\\ud83d\\ude00",
                                       "\\uD800", "{", "\\/",    ",",          ":",       "]"};

}  // namespace

std::string RandomRecord::string(std::size_t bytes) {
    std::string out = "\"";
    if (chance(50)) {
        const auto* const one = kCharacters[below(std::size(kCharacters))];
        while (out.size() < bytes) out += one;
    } else {
        while (out.size() < bytes) out += kCharacters[below(std::size(kCharacters))];
    }
    return out + '"';
}

std::string RandomRecord::key(const std::string& name) {
    std::string out = "\"";
    const bool disguised = chance(2);
    for (const char c : name) {
        constexpr char kHex[] = "0123456789abcdef";
        if (disguised && chance(30)) {
            const auto byte = static_cast<unsigned char>(c);
            ((out += "\\u00") += kHex[byte >> 4]) += kHex[byte & 15];
        } else {
            out += c;
        }
    }
    return out + '"';
}

std::string RandomRecord::member(const std::string& name, std::string value) { return key(name) + ":" + value; }

std::string RandomRecord::object(std::vector<std::string> members) {
    if (chance(20)) std::shuffle(members.begin(), members.end(), random_);
    std::string out = "{";
    for (const auto& member : members) ((out += out.size() == 1 ? "" : ",") += member);
    return out + "}";
}

std::string RandomRecord::array(const std::vector<std::string>& elements) {
    std::string out = "[";
    for (const auto& element : elements) ((out += out.size() == 1 ? "" : ",") += element);
    return out + "]";
}

std::string RandomRecord::value(std::size_t bytes, int depth) {
    const auto kind = below(depth > 4 ? 6 : 10);
    if (kind < 4) return string(share(bytes + 8));
    if (kind == 4) return std::to_string(below(100000));
    if (kind == 5) return chance(50) ? "1" + std::string(share(bytes + 2), '0') : chance(50) ? "null" : "true";
    std::vector<std::string> parts;
    for (auto n = below(chance(5) ? 200 : 6); n > 0; --n) {
        auto part = value(bytes / 4, depth + 1);
        parts.push_back(kind < 8 ? string(share(20)) + ":" + part : part);
    }
    return kind < 8 ? object(parts) : array(parts);
}

std::string RandomRecord::user(std::size_t bytes) {
    std::vector<std::string> parts;
    if (chance(90)) parts.push_back(member("username", string(chance(20) ? share(bytes) : share(40))));
    if (chance(60)) parts.push_back(member("uid", string(chance(10) ? share(bytes) : share(40))));
    if (chance(60)) parts.push_back(member("groups", value(bytes, 3)));
    if (chance(60)) parts.push_back(member("extra", value(bytes, 2)));
    if (chance(5)) parts.push_back(member("username", value(bytes, 2)));
    if (chance(5)) parts.push_back(member("other", value(bytes, 2)));
    return object(parts);
}

std::string RandomRecord::kube_object(std::size_t bytes) {
    std::vector<std::string> metadata = {member("name", string(chance(5) ? share(bytes) : share(40)))};
    if (chance(80)) metadata.push_back(member("namespace", string(share(20))));
    if (chance(60)) metadata.push_back(member("managedFields", value(bytes, 1)));
    if (chance(5)) metadata.push_back(member("managedFields", value(bytes, 1)));
    if (chance(20)) metadata.push_back(member("labels", value(bytes / 4, 2)));
    if (chance(50)) {
        std::vector<std::string> annotations = {member("a", string(share(20)))};
        if (chance(60))
            annotations.push_back(member("kubectl.kubernetes.io/last-applied-configuration", string(share(bytes))));
        if (chance(20)) annotations.erase(annotations.begin());
        metadata.push_back(member("annotations", chance(95) ? object(annotations) : value(bytes, 2)));
    }
    std::vector<std::string> parts = {member("kind", "\"Pod\""), member("apiVersion", "\"v1\"")};
    if (chance(95)) parts.push_back(member("metadata", chance(95) ? object(metadata) : value(bytes, 2)));
    if (chance(80)) parts.push_back(member("spec", value(bytes, 1)));
    return object(parts);
}

std::string RandomRecord::body(std::size_t bytes) {
    if (chance(10)) return value(bytes, 0);
    if (chance(50)) return kube_object(bytes);
    std::vector<std::string> items;
    for (auto n = below(chance(10) ? 300 : 8); n > 0; --n)
        items.push_back(chance(90) ? kube_object(bytes / 8) : value(bytes / 8, 2));
    const bool rows = chance(20);
    if (rows) {
        for (auto& item : items) item = "{\"cells\":" + value(bytes / 8, 3) + ",\"object\":" + item + "}";
    }
    return object({member("kind", "\"PodList\""), member("metadata", "{\"resourceVersion\":\"1\"}"),
                   member(rows ? "rows" : "items", array(items))});
}

std::string RandomRecord::ours(std::size_t bytes) {
    std::vector<std::string> parts = {"\"cluster\":" + string(chance(5) ? share(bytes) : share(20)),
                                      "\"source\":\"webhook\"", "\"rule\":13"};
    const auto strings = [&](std::size_t each) {
        std::vector<std::string> list;
        for (auto n = below(chance(10) ? 60 : 5); n > 0; --n) list.push_back(string(share(each)));
        return array(list);
    };
    if (chance(30)) parts.push_back("\"detections\":" + strings(chance(20) ? bytes / 8 : 40));
    if (chance(30)) parts.push_back("\"tags\":" + strings(chance(20) ? bytes / 8 : 20));
    if (chance(20)) parts.push_back("\"outputs\":" + strings(bytes / 8));
    if (chance(30)) parts.push_back("\"removed\":" + strings(chance(10) ? bytes : 40));
    if (chance(10)) parts.push_back("\"priority\":\"Notice\"");
    if (chance(5)) parts.push_back("\"strange\":" + value(bytes, 2));
    if (chance(5)) parts.push_back("\"part\":{\"n\":1,\"of\":3,\"id\":\"00000000000000000000000000000000\"}");
    return object(parts);
}

std::string RandomRecord::of_event(const std::string& name, std::size_t bytes) {
    if (chance(3)) return value(bytes, 1);
    if (name == "user" || name == "impersonatedUser") return user(bytes);
    if (name == "requestObject" || name == "responseObject") return body(bytes);
    if (name == "auditfwd") return ours(bytes);
    if (name == "objectRef") {
        return object({member("resource", "\"pods\""), member("name", string(chance(10) ? share(bytes) : share(50))),
                       member("namespace", string(share(30)))});
    }
    if (name == "responseStatus") {
        return object({member("metadata", "{}"), member("code", chance(5) ? value(bytes, 3) : "404"),
                       member("status", "\"Failure\""), member("message", string(share(bytes))),
                       member("reason", "\"NotFound\""), member("details", value(bytes, 2))});
    }
    if (name == "annotations") {
        std::vector<std::string> parts;
        if (chance(80)) parts.push_back(member("authorization.k8s.io/decision", "\"allow\""));
        if (chance(80)) parts.push_back(member("authorization.k8s.io/reason", string(share(bytes))));
        if (chance(10)) parts.push_back(member("audit.k8s.io/truncated", "\"true\""));
        return object(parts);
    }
    if (name == "sourceIPs") {
        std::vector<std::string> addresses;
        for (auto n = below(chance(10) ? 900 : 4); n > 0; --n)
            addresses.push_back(chance(97) ? string(chance(3) ? share(bytes) : share(30)) : value(40, 4));
        return array(addresses);
    }
    return string(chance(15) ? share(bytes) : share(60));
}

std::string RandomRecord::record(std::size_t bytes) {
    static constexpr const char* kNames[] = {"kind",           "apiVersion",       "level",
                                             "stage",          "requestURI",       "verb",
                                             "user",           "impersonatedUser", "sourceIPs",
                                             "userAgent",      "objectRef",        "responseStatus",
                                             "requestObject",  "responseObject",   "requestReceivedTimestamp",
                                             "stageTimestamp", "annotations",      "authenticationMetadata",
                                             "timestamp",      "metadata"};
    std::vector<std::string> parts = {member("auditID", string(chance(10) ? share(bytes) : 36))};
    const auto each = chance(30) ? bytes : bytes / 8;
    for (const auto* name : kNames) {
        if (chance(70)) parts.push_back(member(name, of_event(name, each)));
        if (chance(1)) parts.push_back(member(name, of_event(name, each)));
        if (chance(2)) parts.push_back(string(share(30)) + ":" + value(each, 1));
    }
    for (auto n = chance(2) ? below(3000) : 0; n > 0; --n) parts.push_back("\"x" + std::to_string(n) + "\":1");
    if (chance(95)) parts.push_back(member("auditfwd", of_event("auditfwd", each)));
    return object(parts);
}

}  // namespace auditfwd
