#include "forwarder/config/parse.h"

#include <fmt/format.h>

#include "forwarder/config/check.h"
#include "forwarder/config/notation.h"
#include "forwarder/config/options.h"
#include "forwarder/config/reader.h"

namespace auditfwd {

namespace {

Place place_of(const YAML::Mark& mark) {
    if (mark.is_null()) return {};
    return {static_cast<std::size_t>(mark.line) + 1, static_cast<std::size_t>(mark.column) + 1};
}

// The file's only document; nothing after an error.
std::optional<YAML::Node> load_document(std::string_view text, Findings& findings) {
    if (text.size() > kConfigBytesMax) {
        findings.error("", fmt::format("has {} bytes; at most {}", text.size(), show_size(kConfigBytesMax)));
        return std::nullopt;
    }
    try {
        const auto documents = YAML::LoadAll(std::string{text});
        if (documents.size() > 1) {
            findings.error_at(place_of(documents[1].Mark()), "",
                              fmt::format("has {} documents; keep one", documents.size()));
            return std::nullopt;
        }
        return documents.empty() ? YAML::Node{} : documents.front();
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
    if (const auto document = load_document(text, parsed.findings)) {
        Reader reader{*document, parsed.findings};
        declare(reader, parsed.config);
        reader.finish();
        derive(parsed.config, parsed.findings);
        check(parsed.config, parsed.findings);
    }
    return parsed;
}

}  // namespace auditfwd
