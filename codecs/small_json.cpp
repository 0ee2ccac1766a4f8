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

}  // namespace auditfwd
