#include "codecs/event_keys.h"

namespace auditfwd {

constinit const NameTable kFieldNames = {"kind",
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
constinit const NameTable kLevelNames = {"None", "Metadata", "Request", "RequestResponse"};
constinit const NameTable kStageNames = {"RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"};
constinit const NameTable kKindNames = {"Event"};
constinit const NameTable kVersionNames = {"audit.k8s.io/v1", "audit.k8s.io/v1beta1", "audit.k8s.io/v1alpha1"};
constinit const NameTable kUserNames = {"username", "uid", "groups", "extra"};
constinit const NameTable kReferenceNames = {"resource",   "namespace",       "name",       "uid", "apiGroup",
                                             "apiVersion", "resourceVersion", "subresource"};
constinit const NameTable kStatusNames = {"code", "metadata", "status", "message", "reason", "details"};

NameMatch NameTable::match_slowly(std::string_view content) const {
    for (const auto letters : {Letters::kExact, Letters::kFolded}) {
        for (std::size_t i = 0; i < count_; ++i) {
            if (is_name(content, names_[i], letters)) return {static_cast<int>(i), letters == Letters::kExact};
        }
    }
    return {};
}

std::string_view to_string(Field field) {
    return field == Field::kOther ? std::string_view{} : kFieldNames.names()[static_cast<std::size_t>(field)];
}

void cut_members(std::span<const Member> members, Edits& edits) {
    MemberCutter cutter{edits, Edits::Room::kMembers};
    for (const auto& member : members) {
        const TextRange range{member.key.begin, member.value.end};
        member.cut ? cutter.cut(range) : cutter.keep(range);
    }
    cutter.end();
}

}  // namespace auditfwd
