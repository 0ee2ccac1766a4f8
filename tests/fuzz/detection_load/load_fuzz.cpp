// A rule file of any bytes: it loads, or says where it does not; what loads decides events, and renders its outputs.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codecs/event_reader.h"
#include "forwarder/base/limits.h"
#include "forwarder/detection/detections.h"

namespace auditfwd {
namespace {

constexpr std::string_view kEvents =
    R"({"kind":"Event","auditID":"1","stage":"ResponseComplete","level":"RequestResponse","verb":"create",)"
    R"("requestURI":"/api/v1/namespaces/a/pods?x=y","user":{"username":"u","groups":["g"]},"objectRef":{"resource":"pods",)"
    R"("namespace":"a","name":"p"},"responseStatus":{"code":201},"requestObject":{"spec":{"containers":[{"image":"i:1"}]}}})"
    "\n"
    R"({"kind":"Event","auditID":"2","stage":"RequestReceived","level":"Metadata","verb":"get","requestURI":"/healthz"})"
    "\n";

void require(bool holds) {
    if (!holds) std::abort();
}

void run(const std::shared_ptr<const Detections>& detections) {
    std::string text{kEvents};
    text.reserve(text.size() + limits::kPadding);
    EventReader reader{text, Framing::kLines};
    EventDetector detector{detections};
    EventFields fields{detections->fields()};
    for (auto item = reader.next(); item && item->kind != Item::Kind::kEnd; item = reader.next()) {
        require(item->kind == Item::Kind::kEvent);
        detector.detect(reader.event());
        fields.begin(reader.event());
        for (const auto rule : detector.rules()) {
            require(rule < detections->ruleset().rules().size());
            std::string output;
            detections->ruleset().render_output(rule, fields, output);
            detector.because(rule);
        }
        reader.release();
    }
}

}  // namespace
}  // namespace auditfwd

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace auditfwd;
    // In two files, divided where a line says so.
    constexpr std::string_view kNext = "\n=====\n";
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto next = text.find(kNext);
    std::vector<RuleFile> files{{.name = "a.yaml", .text = std::string{text.substr(0, next)}}};
    if (next != text.npos) {
        files.push_back(
            {.name = "b.yaml", .text = std::string{text.substr(next + kNext.size())}, .falco_compat = false});
    }
    const auto loaded = Detections::load(std::move(files), {});
    if (loaded) {
        run(loaded->detections);
        return 0;
    }
    // Every error is a line that begins with its file.
    const auto message = loaded.error().message;
    std::string_view errors = message;
    require(!errors.empty());
    while (!errors.empty()) {
        const auto line = errors.substr(0, errors.find('\n'));
        require(line.starts_with("a.yaml:") || line.starts_with("b.yaml:") || line.starts_with("and "));
        errors.remove_prefix(std::min(line.size() + 1, errors.size()));
    }
    return 0;
}
