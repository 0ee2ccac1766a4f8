// Any bytes as a record, any limit: it is refused because it is no JSON object, or comes out valid, within the limit,
// honest, always the same, and whole when its parts are joined. The first byte chooses the options; a byte 0xff repeats
// the one before it many times, so that little input makes large records.
#include <simdjson.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "codecs/fit.h"
#include "codecs/fit_writer.h"
#include "codecs/json_text.h"
#include "codecs/part.h"

namespace auditfwd {
namespace {

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

bool parses(const std::string& text) {
    static simdjson::dom::parser parser;
    const simdjson::padded_string padded{text};
    const auto parsed = parser.parse(padded);
    return parsed.error() == simdjson::SUCCESS && parsed.is_object();
}

std::string grow(std::string_view input) {
    constexpr std::size_t kRepeat = 6000, kMost = 400'000;
    std::string text;
    for (const char c : input) {
        if (c == '\xff' && !text.empty() && text.size() < kMost) {
            text.append(kRepeat, text.back());
        } else {
            text += c;
        }
    }
    return text;
}

std::string unescaped(std::string_view content) {
    std::string plain(content.size(), '\0');
    const auto bytes = unescape(content, plain.data());
    require(bytes.has_value(), "a piece is a JSON string");
    plain.resize(*bytes);
    return plain;
}

// For every step, what was measured is what is written.
void check_measures(const std::string& record) {
    JsonTokens tokens{8_KiB};
    FitMeasures measures;
    if (!measure(record, tokens, measures)) return;
    for (std::size_t s = 0; s < kFitSteps; ++s) {
        const FitText text{static_cast<FitStep>(s), "\"audit.k8s.io/truncated\":\"true\"", "\"removed\":[\"+1\"]", 0};
        std::string out;
        write_fitted(record, tokens, measures, text, out);
        require(out.size() <= measures.bytes_after(text.step) + bytes_added(measures, text),
                "it is as small as measured");
        require(parses(out), "what is left after a step is a JSON object");
    }
}

void try_record(const std::string& record, const FitOptions& options, std::string_view id) {
    Fitter fitter{options};
    const auto fitted = fitter.fit(record, id);
    if (!fitted) {
        require(fitted.error().code == ErrorCode::kInvalid, "everything that is an object can be made to fit");
        return;
    }
    std::string whole;
    JsonTokens tokens{8_KiB};
    for (std::uint32_t n = 1; n <= fitted->records; ++n) {
        std::string part;
        fitter.append(n, part);
        require(part.size() + options.overhead_bytes <= options.limit_bytes, "a record is within the limit");
        if (fitted->how == Fitted::How::kWhole) continue;
        require(parses(part), "a record is a JSON object");
        require(n > 1 || part.find("\"audit.k8s.io/truncated\":\"true\"") != part.npos, "it says that it is truncated");
        if (n == 1) continue;
        const auto view = read_part(part, tokens);
        require(view && view->n == n && view->of == fitted->records && view->id == part_id(record), "it is a part");
        whole += unescaped(*view->piece);
    }
    require(fitted->how != Fitted::How::kSplit || whole == record, "joined it is what it was");
}

}  // namespace
}  // namespace auditfwd

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace auditfwd;
    if (size == 0) return 0;
    const auto choice = data[0];
    const auto record = grow({reinterpret_cast<const char*>(data) + 1, size - 1});
    const FitOptions options{.limit_bytes = kFitLimitMin + (choice & 15u) * 997,
                             .overhead_bytes = (choice & 16) != 0 ? kCloudWatchOverhead : 0,
                             .oversize = (choice & 32) != 0 ? Oversize::kTruncate : Oversize::kSplit,
                             .parts_max = (choice & 64) != 0 ? 3u : 64u};
    try_record(record, options, (choice & 128) != 0 ? "0123456789abcdef0123456789abcdef/7" : "");
    // simdjson, which judges, takes no surrogate without its partner; the grammar does.
    if (parses(record)) check_measures(record);
    return 0;
}
