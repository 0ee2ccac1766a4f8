#include "forwarder/config/parse.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <sstream>

#include "forwarder/config/check.h"
#include "forwarder/config/notation.h"
#include "forwarder/config/options.h"
#include "forwarder/config/reader.h"

namespace auditfwd {

namespace {

TextPlace place_of(const YAML::Mark& mark) {
    if (mark.is_null()) return {};
    return {static_cast<std::size_t>(mark.line) + 1, static_cast<std::size_t>(mark.column) + 1};
}

// Where documents begin.
class DocumentStarts final : public YAML::EventHandler {
public:
    void OnDocumentStart(const YAML::Mark& mark) override { last_ = mark; }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
    void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
    void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
    void OnMapEnd() override {}
    YAML::Mark last() const { return last_; }

private:
    YAML::Mark last_;
};

// Where something follows the first document. YAML::LoadAll would say it too, but never returns for some stray
// characters, which yaml-cpp 0.7 takes for empty documents without end.
std::optional<TextPlace> second_document(const std::string& text) {
    std::istringstream stream{text};
    YAML::Parser parser{stream};
    DocumentStarts starts;
    if (!parser.HandleNextDocument(starts) || !parser.HandleNextDocument(starts)) return std::nullopt;
    return place_of(starts.last());
}

// The file's only document; nothing after an error.
std::optional<YAML::Node> load_document(const std::string& text, Findings& findings) {
    if (text.size() > kConfigBytesMax) {
        findings.error("", fmt::format("has {} bytes; at most {}", text.size(), show_size(kConfigBytesMax)));
        return std::nullopt;
    }
    try {
        if (const auto second = second_document(text)) {
            findings.error_at(*second, "", "goes on behind its end; keep one document, and mind stray characters here");
            return std::nullopt;
        }
        return YAML::Load(text);
    } catch (const YAML::Exception& error) {
        auto trouble = error.msg;  // may name a character of the file
        std::erase_if(trouble, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
        findings.error_at(place_of(error.mark), "",
                          fmt::format("is not YAML: {}; mind indentation, colons and quotes", trouble));
        return std::nullopt;
    }
}

}  // namespace

ParsedConfig parse_config(std::string_view text, std::string_view name) {
    ParsedConfig parsed{{}, Findings{name}};
    if (const auto document = load_document(std::string{text}, parsed.findings)) {
        Reader reader{*document, parsed.findings};
        declare(reader, parsed.config);
        reader.finish();
        derive(parsed.config, parsed.findings);
        check(parsed.config, parsed.findings);
    }
    return parsed;
}

}  // namespace auditfwd
