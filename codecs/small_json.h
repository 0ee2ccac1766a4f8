// Reads JSON documents of the size of a setting or of a service's answer; values are asked for by JSON Pointer.
//
// Over simdjson: the whole document is checked. Owner: whoever parsed. Thread: one at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forwarder/base/result.h"

namespace auditfwd {

class SmallJson {
public:
    // Fails with kInvalid; the message does not quote the text.
    static Result<SmallJson> parse(std::string_view text);
    SmallJson(SmallJson&&) noexcept;
    ~SmallJson();

    // Nothing when there is none, or one of another type.
    std::optional<std::string> text(std::string_view pointer) const;
    std::optional<std::int64_t> number(std::string_view pointer) const;
    // The pointers of an object's members; none when it is no object.
    std::vector<std::string> members(std::string_view pointer) const;

private:
    struct Document;
    explicit SmallJson(std::unique_ptr<Document> document);
    std::unique_ptr<Document> document_;
};

}  // namespace auditfwd
