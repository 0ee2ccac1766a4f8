#include "codecs/part.h"

#include <algorithm>
#include <span>

#include "codecs/fit.h"
#include "codecs/json_walk.h"
#include "forwarder/base/crypto.h"

namespace auditfwd {

namespace {

constexpr std::size_t kIdDigits = 32;

// Looks at nothing but auditfwd.part and auditfwd.piece.
class PartReader : public JsonVisitor {
public:
    explicit PartReader(std::string_view text) : text_{text} {}

    void open(std::uint32_t, bool object) {
        ++depth_;
        objects_ = objects_ && object;
    }
    void close(std::uint32_t) { --depth_; }
    void key(TextRange key) { key_ = text_.substr(key.begin + 1, key.size() - 2); }
    bool skips() {
        switch (depth_) {
            case 1:
                return !is_name(key_, "auditfwd");
            case 2:
                return !is_name(key_, "part") && !is_name(key_, "piece");
            default:
                return depth_ > 3;
        }
    }
    void value(TextRange value) {
        const auto raw = text_.substr(value.begin, value.size());
        const auto content = raw[0] == '"' ? raw.substr(1, raw.size() - 2) : std::string_view{};
        if (depth_ == 2 && is_name(key_, "piece") && raw[0] == '"') part_.piece = content;
        if (depth_ != 3) return;
        if (is_name(key_, "n")) part_.n = number(raw);
        if (is_name(key_, "of")) part_.of = number(raw);
        if (is_name(key_, "id")) part_.id = content;
    }

    std::optional<PartView> part() const {
        const bool hex =
            std::ranges::all_of(part_.id, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
        const bool good = objects_ && part_.n >= 1 && part_.n <= part_.of && part_.of >= 2 && part_.of <= kPartsMax &&
                          part_.id.size() == kIdDigits && hex && (part_.n == 1 || part_.piece.has_value());
        return good ? std::optional{part_} : std::nullopt;
    }

private:
    static std::uint32_t number(std::string_view raw) {
        const auto value = parse_int(raw);
        return value && *value > 0 ? static_cast<std::uint32_t>(*value) : 0;
    }

    const std::string_view text_;
    std::string_view key_;
    std::size_t depth_ = 0;
    bool objects_ = true;  // all that was opened
    PartView part_;
};

}  // namespace

std::optional<PartView> read_part(std::string_view record, JsonTokens& tokens) {
    // Most records are none: that they say nothing of a part is quickly seen.
    if (record.empty() || record[0] != '{' || record.find("\"part\"") == record.npos) return std::nullopt;
    const auto end = static_cast<std::uint32_t>(record.size());
    tokens.reset(record.data(), 0, end);
    JsonWalk walk{tokens};
    PartReader reader{record};
    if (!tokens.ready() || walk.value(1, reader) != end) return std::nullopt;
    return reader.part();
}

std::string part_id(std::string_view record) {
    const auto hash = sha256(record);
    return to_hex(std::span{hash}.first(kIdDigits / 2));
}

}  // namespace auditfwd
