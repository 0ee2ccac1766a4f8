#include "codecs/small_json.h"

#include <simdjson.h>

namespace auditfwd {

struct SmallJson::Document {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
};

SmallJson::SmallJson(std::unique_ptr<Document> document) : document_{std::move(document)} {}
SmallJson::SmallJson(SmallJson&&) noexcept = default;
SmallJson::~SmallJson() = default;

Result<SmallJson> SmallJson::parse(std::string_view text) {
    auto document = std::make_unique<Document>();
    const auto error = document->parser.parse(text.data(), text.size()).get(document->root);
    if (error) return Error{ErrorCode::kInvalid, std::string{"not JSON: "} + simdjson::error_message(error)};
    return SmallJson{std::move(document)};
}

std::optional<std::string> SmallJson::text(std::string_view pointer) const {
    std::string_view value;
    if (document_->root.at_pointer(pointer).get(value)) return {};
    return std::string{value};
}

std::optional<std::int64_t> SmallJson::number(std::string_view pointer) const {
    std::int64_t value = 0;
    if (document_->root.at_pointer(pointer).get(value)) return {};
    return value;
}

std::vector<std::string> SmallJson::members(std::string_view pointer) const {
    simdjson::dom::object object;
    if (document_->root.at_pointer(pointer).get(object)) return {};
    std::vector<std::string> all;
    for (const auto& member : object) {
        auto& path = all.emplace_back(pointer);
        path += '/';
        for (const char c : member.key) {  // RFC 6901, 3
            if (c == '~' || c == '/') {
                path += c == '~' ? "~0" : "~1";
            } else {
                path += c;
            }
        }
    }
    return all;
}

}  // namespace auditfwd
