#include "codecs/event_keys.h"

#include <array>
#include <cstring>

#include "codecs/json_text.h"

namespace auditfwd {

namespace {

// In the order of Field.
constexpr std::array<std::string_view, kKnownFields> kFields = {"kind",
                                                                "apiVersion",
                                                                "level",
                                                                "auditID",
                                                                "stage",
                                                                "requestURI",
                                                                "verb",
                                                                "user",
                                                                "impersonatedUser",
                                                                "authenticationMetadata",
                                                                "sourceIPs",
                                                                "userAgent",
                                                                "objectRef",
                                                                "responseStatus",
                                                                "requestObject",
                                                                "responseObject",
                                                                "requestReceivedTimestamp",
                                                                "stageTimestamp",
                                                                "annotations",
                                                                "metadata",
                                                                "timestamp",
                                                                "auditfwd"};

constexpr std::array<std::string_view, 4> kUserKeys = {"username", "uid", "groups", "extra"};
constexpr std::array<std::string_view, 8> kReferenceKeys = {
    "resource", "namespace", "name", "uid", "apiGroup", "apiVersion", "resourceVersion", "subresource"};
constexpr std::array<std::string_view, 6> kStatusKeys = {"code", "metadata", "status", "message", "reason", "details"};

// Which fields have a name of this many bytes: at most three.
struct BySize {
    std::array<std::array<std::int8_t, 4>, 25> fields{};
    constexpr BySize() {
        for (auto& row : fields) row.fill(-1);
        for (std::size_t i = 0; i < kFields.size(); ++i) {
            auto& row = fields[kFields[i].size()];
            std::size_t at = 0;
            while (row[at] >= 0) ++at;
            row[at] = static_cast<std::int8_t>(i);
        }
    }
};
constexpr BySize kBySize;

KeyMatch match_slowly(std::string_view content, std::span<const std::string_view> names) {
    for (const auto letters : {Letters::kExact, Letters::kFolded}) {
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (is_name(content, names[i], letters)) return {static_cast<int>(i), letters == Letters::kExact};
        }
    }
    return {};
}

}  // namespace

std::string_view to_string(Field field) {
    return field == Field::kOther ? std::string_view{} : kFields[static_cast<std::size_t>(field)];
}

void cut_members(std::span<const Member> members, Edits& edits) {
    MemberCutter cutter{edits, Edits::Room::kMembers};
    for (const auto& member : members) {
        const TextRange range{member.key.begin, member.value.end};
        member.cut ? cutter.cut(range) : cutter.keep(range);
    }
    cutter.end();
}

KeyMatch match_key(std::string_view content, std::span<const std::string_view> names) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (content == names[i]) return {static_cast<int>(i), true};
    }
    return match_slowly(content, names);
}

KeyMatch match_field(std::string_view content) {
    if (content.size() < kBySize.fields.size()) {
        for (const auto field : kBySize.fields[content.size()]) {
            if (field < 0) break;
            const auto name = kFields[static_cast<std::size_t>(field)];
            if (std::memcmp(content.data(), name.data(), name.size()) == 0) return {field, true};
        }
    }
    return match_slowly(content, kFields);
}

std::span<const std::string_view> user_keys() { return kUserKeys; }
std::span<const std::string_view> reference_keys() { return kReferenceKeys; }
std::span<const std::string_view> status_keys() { return kStatusKeys; }

}  // namespace auditfwd
