// Redaction of anything: what comes out is JSON, names no more than it should, and redacting a body again changes
// nothing.
//
// The first byte chooses mode and request; what follows is the body, or with its highest bit set the whole event.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "codecs/body_edits.h"
#include "forwarder/base/limits.h"
#include "forwarder/pipeline/pipeline.h"

namespace auditfwd {
namespace {

constexpr std::string_view kUris[] = {"/api/v1/namespaces/a/secrets/b", "/api/v1/namespaces/a/pods",
                                      "/apis/example.com/v1/things?token=a&b=%65yJ",
                                      "/apis/oauth.openshift.io/v1/oauthclients"};

std::string event_of(std::string_view uri, std::string_view body) {
    std::string event =
        R"({"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"RequestResponse","auditID":"1","stage":"Panic","verb":"patch","user":{},"requestURI":")";
    event += uri;
    event += R"(","requestObject":)";
    event += body;
    return event += '}';
}

// The record, or nothing.
std::string redacted(std::string_view event, const Rules& rules) {
    const auto bytes = std::make_unique<char[]>(event.size() + limits::kPadding);
    event.copy(bytes.get(), event.size());
    std::fill_n(bytes.get() + event.size(), limits::kPadding, '}');
    Pipeline pipeline{rules,
                      {.cluster = "c", .source = "s", .peer = {}, .trusted = false},
                      {bytes.get(), event.size()},
                      Framing::kAny};
    BlockBuilder block;
    if (!pipeline.run(block, limits::kBlockBytes) || pipeline.tally().stored != 1) return {};
    auto record = block.text();
    record.pop_back();
    return record;
}

// Without what the forwarder adds, which says what was done this time.
std::string_view without_ours(std::string_view record) { return record.substr(0, record.rfind(",\"auditfwd\":{")); }

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace
}  // namespace auditfwd

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace auditfwd;
    if (size < 2) return 0;
    const std::string_view rest{reinterpret_cast<const char*>(data) + 1, size - 1};
    auto redaction = std::make_shared<Redaction>();
    redaction->mode = (data[0] & 1) != 0 ? RedactionMode::kStrict : RedactionMode::kStandard;
    if ((data[0] & 2) != 0) redaction->replacement = Replacement{"a key of sixteen"};
    if ((data[0] & 4) != 0) redaction->rules = RedactionRules{{"*:/spec/*/a", "/userAgent", "Thing:/b"}};
    const Rules rules{Policy::built_in("all"), redaction};
    const auto record =
        redacted((data[0] & 128) != 0 ? std::string{rest} : event_of(kUris[(data[0] >> 3) & 3], rest), rules);
    if (record.empty()) return 0;
    BodyEditor editor{1024};
    auto text = record;
    text.append(limits::kPadding, ' ');
    require(editor.check(std::string_view{text}.substr(0, record.size())));
    require(without_ours(redacted(record, rules)) == without_ours(record));
    return 0;
}
