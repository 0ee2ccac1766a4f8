#include "tests/redaction/support.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "forwarder/base/limits.h"
#include "forwarder/pipeline/pipeline.h"

namespace auditfwd::testing {

std::string event_of(const Request& request) {
    std::string out = fmt::format(
        R"({{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"RequestResponse","auditID":"1","stage":"ResponseComplete",)"
        R"("requestURI":"{}","verb":"{}","user":{{"username":"alice","groups":["dev"]}})",
        request.uri, request.verb);
    if (!request.body.empty()) out += ",\"requestObject\":" + request.body;
    if (!request.response.empty()) out += ",\"responseObject\":" + request.response;
    return out + request.more + "}";
}

Redacted redact(const std::string& event, const Redaction& redaction) {
    // Exactly as much as a source gives: what is behind the padding must not be touched.
    const auto bytes = std::make_unique<char[]>(event.size() + limits::kPadding);
    event.copy(bytes.get(), event.size());
    std::fill_n(bytes.get() + event.size(), limits::kPadding, '}');
    const Rules rules{Policy::built_in("all"), std::make_shared<const Redaction>(redaction)};
    Pipeline pipeline{rules,
                      {.cluster = "c", .source = "s", .peer = {}, .trusted = false},
                      {bytes.get(), event.size()},
                      Framing::kAny};
    BlockBuilder block;
    const auto step = pipeline.run(block, limits::kBlockBytes);
    EXPECT_TRUE(step) << "not accepted: " << event;
    Redacted result;
    result.record = block.text();
    if (result.record.empty()) return result;
    result.record.pop_back();
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    EXPECT_EQ(parser.parse(result.record).get(root), simdjson::SUCCESS) << result.record;
    const auto raw = [&](const char* name) {
        simdjson::dom::element found;
        return root[name].get(found) == simdjson::SUCCESS ? simdjson::minify(found) : std::string{};
    };
    result.body = raw("requestObject");
    result.response = raw("responseObject");
    simdjson::dom::array removed;
    if (root["auditfwd"]["removed"].get(removed) == simdjson::SUCCESS) {
        for (const auto name : removed) result.removed.emplace_back(std::string_view{name});
    }
    return result;
}

std::string redacted_body(std::string_view uri, std::string_view body, const Redaction& redaction) {
    Request request;
    request.uri = uri;
    request.body = body;
    return redact(request, redaction).body;
}

}  // namespace auditfwd::testing
