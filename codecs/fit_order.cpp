#include "codecs/fit_order.h"

#include <cstring>

#include "codecs/event_keys.h"

namespace auditfwd {

namespace {

using enum FitStep;
using Place = FitPlace;

constexpr std::string_view kLastAppliedName = "kubectl.kubernetes.io/last-applied-configuration";
constexpr std::string_view kTruncatedName = "audit.k8s.io/truncated";

// Members of `auditfwd`: names first, then words, then what has rules of its own.
enum OurKey {
    kCluster,
    kSource,
    kPeer,
    kOurDecision,
    kPriority,
    kFlagsBegin,
    kRule = kFlagsBegin,
    kRepaired,
    kTooDeep,
    kUnreadable,
    kUnknownLevel,
    kTooManyParts,
    kItemCount,
    kDetectionList,
    kTags,
    kOutputs,
    kRemoved,
    kPart,
    kId
};
constinit const NameTable kOurNames = {"cluster",    "source",  "peer",       "decision",     "priority",     "rule",
                                       "repaired",   "tooDeep", "unreadable", "unknownLevel", "tooManyParts", "items",
                                       "detections", "tags",    "outputs",    "removed",      "part",         "id"};

enum BodyKey { kMetadata, kItemList, kRowList };
constinit const NameTable kBodyNames = {"metadata", "items", "rows"};
enum ItemKey { kItemMetadata, kItemKind, kItemVersion };
constinit const NameTable kItemNames = {"metadata", "kind", "apiVersion"};
constinit const NameTable kRowNames = {"object"};
enum MetadataKey { kFields, kItsAnnotations, kItsName, kItsNamespace, kItsUid };
constinit const NameTable kMetadataNames = {"managedFields", "annotations", "name", "namespace", "uid"};
enum StatusMember { kCode, kStatusMetadata, kStatusWord, kMessage, kReason, kDetails };

// A table loads words of eight bytes.
int index_of(const NameTable& names, std::string_view key, const char* text_end) {
    if (text_end - key.data() >= 8) return names.index_of(key);
    char copy[16] = {};
    std::memcpy(copy, key.data(), key.size());
    return names.index_of({copy, key.size()});
}

bool is_scalar_start(char first) { return first != '{' && first != '[' && first != '"'; }

constexpr FitRule kUnknownRule{.goes = kUnknown};

FitRule name_rule(char first, FitStep goes = kNever, std::size_t keeps = kNameBytesKept) {
    if (first != '"') return kUnknownRule;
    return {.goes = goes, .shortens = kLongNames, .keeps = static_cast<std::uint16_t>(keeps)};
}

FitRule number_rule() { return {.shortens = kLongNames, .keeps = kNumberBytesKept}; }

FitRule object_rule(char first, Place inside, FitStep goes = kNever) {
    if (first != '{') return kUnknownRule;
    return {.goes = goes, .inside = inside};
}

// Other lines are written in the place of what cannot hold them.
FitRule held_rule(char first, Place inside) {
    if (first != '{') return {.goes = kManagedFields};
    return {.inside = inside};
}

FitRule body_rule(char first, FitStep goes) {
    FitRule rule{.goes = goes};
    if (first == '{') rule.inside = Place::kBody;
    return rule;
}

FitRule event_rule(Field field, char first) {
    switch (field) {
        case Field::kKind:
        case Field::kApiVersion:
        case Field::kLevel:
            return name_rule(first, kNever, kWordBytesKept);
        case Field::kAuditId:
        case Field::kStage:
        case Field::kVerb:
        case Field::kRequestReceivedTimestamp:
        case Field::kStageTimestamp:
            return name_rule(first);
        case Field::kTimestamp:
            return name_rule(first, kLast);
        case Field::kRequestUri:
            if (first != '"') return kUnknownRule;
            return {.goes = kLast, .shortens = kUriQuery, .keeps = kPathBytesKept, .query = true};
        case Field::kUserAgent:
            if (first != '"') return kUnknownRule;
            return {.goes = kLast, .shortens = kUserAgent, .keeps = kNameBytesKept};
        case Field::kUser:
            return object_rule(first, Place::kUser);
        case Field::kImpersonatedUser:
            return object_rule(first, Place::kImpersonatedUser, kLast);
        case Field::kAuthenticationMetadata:
            return {.goes = kImpersonated};
        case Field::kSourceIps:
            return first == '[' ? FitRule{.goes = kLast, .inside = Place::kSourceIps} : kUnknownRule;
        case Field::kObjectRef:
            return object_rule(first, Place::kObjectRef);
        case Field::kResponseStatus:
            return object_rule(first, Place::kStatus);
        case Field::kRequestObject: {
            auto rule = body_rule(first, kRequestObject);
            if (first == '"') rule.shortens = kRequestStrings, rule.keeps = kNameBytesKept;
            return rule;
        }
        case Field::kResponseObject:
            return body_rule(first, kResponseObject);
        case Field::kAnnotations:
            return held_rule(first, Place::kAnnotations);
        case Field::kAuditfwd:
            return held_rule(first, Place::kOurs);
        case Field::kMetadata:
        case Field::kOther:
            break;
    }
    return kUnknownRule;
}

FitRule user_rule(int index, char first, bool impersonated) {
    switch (index) {
        case UserKey::kUserName:
            return name_rule(first);
        case UserKey::kUserUid:
            return name_rule(first, kLast);
        case UserKey::kUserGroups:
            return {.goes = impersonated ? kImpersonated : kGroups};
        case UserKey::kUserExtra:
            return {.goes = impersonated ? kImpersonated : kUserExtra};
        default:
            return kUnknownRule;
    }
}

FitRule status_rule(int index, char first) {
    switch (index) {
        case kCode:
            return is_scalar_start(first) ? number_rule() : kUnknownRule;
        case kStatusWord:
        case kReason:
            return name_rule(first, kLast);
        case kStatusMetadata:
        case kMessage:
        case kDetails:
            return {.goes = kStatusDetails};
        default:
            return kUnknownRule;
    }
}

FitRule our_rule(int index, char first) {
    switch (index) {
        case kCluster:
        case kSource:
        case kPeer:
            return name_rule(first);
        case kOurDecision:
        case kPriority:
            return name_rule(first, kNever, kWordBytesKept);
        case kDetectionList:
            return first == '[' ? FitRule{.inside = Place::kDetections} : kUnknownRule;
        case kTags:
        case kOutputs:
            return {.goes = kOurs};
        case kRemoved:
            return {.goes = kManagedFields, .rewritten = true};
        case kPart:
        case kId:
            return {.goes = kManagedFields};
        default:
            if (index < kFlagsBegin || !is_scalar_start(first)) return kUnknownRule;
            return number_rule();
    }
}

FitRule item_metadata_rule(int index, char first, FitStep details) {
    switch (index) {
        case kFields:
            return {.goes = kManagedFields};
        case kItsAnnotations:
            return object_rule(first, first == '{' ? Place::kBodyAnnotations : Place::kNone, details);
        case kItsName:
        case kItsNamespace:
        case kItsUid:
            return first == '"' ? FitRule{} : FitRule{.goes = details};
        default:
            return {.goes = details};
    }
}

}  // namespace

std::string_view to_string(FitStep step) {
    constexpr std::string_view kNames[] = {"none",
                                           "managed_fields",
                                           "last_applied",
                                           "item_details",
                                           "items",
                                           "response_object",
                                           "request_strings",
                                           "request_object",
                                           "unknown",
                                           "long_names",
                                           "annotations",
                                           "uri_query",
                                           "user_extra",
                                           "user_agent",
                                           "groups",
                                           "source_ips",
                                           "impersonated",
                                           "status_details",
                                           "ours",
                                           "last",
                                           "never"};
    return kNames[static_cast<std::size_t>(step)];
}

FitRule rule_of_member(FitPlace place, std::string_view key, char first, bool response, const char* text_end) {
    const auto details = response ? kItemDetails : kNever;
    const auto find = [&](const NameTable& names, auto rule_of) {
        const auto index = index_of(names, key, text_end);
        FitRule rule = rule_of(index);
        rule.index = static_cast<std::int8_t>(index);
        if (index >= 0) rule.name = names.names()[static_cast<std::size_t>(index)];
        return rule;
    };
    switch (place) {
        case Place::kEvent:
            return find(kFieldNames,
                        [&](int i) { return event_rule(i < 0 ? Field::kOther : static_cast<Field>(i), first); });
        case Place::kUser:
        case Place::kImpersonatedUser:
            return find(kUserNames, [&](int i) { return user_rule(i, first, place == Place::kImpersonatedUser); });
        case Place::kObjectRef:
            return find(kReferenceNames, [&](int i) { return i < 0 ? kUnknownRule : name_rule(first); });
        case Place::kStatus:
            return find(kStatusNames, [&](int i) { return status_rule(i, first); });
        case Place::kOurs:
            return find(kOurNames, [&](int i) { return our_rule(i, first); });
        case Place::kAnnotations:
            if (is_name(key, kTruncatedName)) return {.goes = kManagedFields, .rewritten = true};
            if (first == '"' && is_name(key, kDecisionAnnotation)) {
                auto rule = name_rule(first);
                rule.index = 0;
                rule.name = kDecisionAnnotation;
                return rule;
            }
            return {.goes = kAnnotations};
        case Place::kBody:
            return find(kBodyNames, [&](int i) -> FitRule {
                if (i == kMetadata && first == '{') return {.inside = Place::kBodyMetadata};
                if (i == kItemList && first == '[') return {.inside = Place::kItems};
                if (i == kRowList && first == '[') return {.inside = Place::kRows};
                return {};
            });
        case Place::kItem:
            return find(kItemNames, [&](int i) -> FitRule {
                if (i == kItemMetadata && first == '{') return {.inside = Place::kItemMetadata};
                return i > kItemMetadata && first == '"' ? FitRule{} : FitRule{.goes = details};
            });
        case Place::kRow:
            return find(kRowNames, [&](int i) -> FitRule {
                return i == 0 && first == '{' ? FitRule{.inside = Place::kItem} : FitRule{.goes = details};
            });
        case Place::kBodyMetadata:
        case Place::kItemMetadata:
            return find(kMetadataNames, [&](int i) {
                return item_metadata_rule(i, first, place == Place::kItemMetadata ? details : kNever);
            });
        case Place::kBodyAnnotations:
            return {.goes = is_name(key, kLastAppliedName) ? kLastApplied : kNever};
        default:
            return {};
    }
}

FitRule rule_of_element(FitPlace place, std::size_t index, char first, bool response) {
    const auto items = response ? kItems : kNever;
    switch (place) {
        case Place::kDocument:
            return {.inside = Place::kEvent};
        case Place::kSourceIps:  // of the last one the walk knows better
            if (index != 0 || first != '"') return {.goes = kSourceIps};
            return {.shortens = kSourceIps, .keeps = kNameBytesKept};
        case Place::kDetections:
            if (index > kDetectionsKept) return kUnknownRule;
            return name_rule(first, kNever, index < kDetectionsKept ? kNameBytesKept : kNumberBytesKept);
        case Place::kItems:
            return {.goes = items, .inside = first == '{' ? Place::kItem : Place::kNone};
        case Place::kRows:
            return {.goes = items, .inside = first == '{' ? Place::kRow : Place::kNone};
        default:
            return {};
    }
}

FitRule rule_of_repeated(FitPlace place, const FitRule& rule) {
    switch (place) {
        case Place::kEvent: {
            const auto field = static_cast<Field>(rule.index);
            if (field == Field::kAnnotations || field == Field::kAuditfwd) return {.goes = kManagedFields};
            return kUnknownRule;
        }
        case Place::kUser:
        case Place::kImpersonatedUser:
        case Place::kObjectRef:
        case Place::kStatus:
            return kUnknownRule;
        case Place::kOurs:
            return rule.rewritten ? rule : kUnknownRule;
        case Place::kAnnotations:
            return {.goes = kAnnotations};
        default:
            return rule;
    }
}

}  // namespace auditfwd
