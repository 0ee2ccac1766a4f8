#include "codecs/fit_order.h"

#include <cstring>
#include <utility>
#include <vector>

#include "codecs/event_keys.h"
#include "forwarder/base/assert.h"

namespace auditfwd {

namespace {

using enum FitStep;
using Place = FitPlace;

constexpr std::string_view kLastAppliedName = "kubectl.kubernetes.io/last-applied-configuration";
constexpr std::string_view kTruncatedName = "audit.k8s.io/truncated";

constinit const NameTable kOurNames = {"cluster",      "source",       "peer",    "decision",  "priority",
                                       "rule",         "repaired",     "tooDeep", "masked",    "unreadable",
                                       "unknownLevel", "tooManyParts", "items",   "tags",      "outputs",
                                       "removed",      "part",         "id",      "detections"};
constinit const NameTable kBodyNames = {"metadata", "items", "rows"};
constinit const NameTable kItemNames = {"metadata", "kind", "apiVersion"};
constinit const NameTable kRowNames = {"object"};
constinit const NameTable kMetadataNames = {"managedFields", "annotations", "name", "namespace", "uid"};

// What a value begins with.
enum class Kind : std::uint8_t { kAny, kString, kObject, kArray, kWord };

bool is(Kind kind, char first) {
    switch (kind) {
        case Kind::kAny:
            return true;
        case Kind::kString:
            return first == '"';
        case Kind::kObject:
            return first == '{';
        case Kind::kArray:
            return first == '[';
        case Kind::kWord:
            return first != '{' && first != '[' && first != '"';
    }
    return false;
}

constexpr FitRule kStays{};
constexpr FitRule kUnknownRule{.goes = kUnknown};

constexpr FitRule goes(FitStep step) { return {.goes = step}; }
constexpr FitRule inside(FitPlace place, FitStep step = kNever) { return {.goes = step, .inside = place}; }
constexpr FitRule shortens(FitStep with, std::size_t keeps, FitStep step = kNever) {
    return {.goes = step, .shortens = with, .keeps = static_cast<std::uint16_t>(keeps)};
}

// Of one name: its rule when its value is of that kind, and the rule when it is not.
struct Known {
    Kind kind;
    FitRule rule;
    FitRule otherwise = kUnknownRule;
};
constexpr Known kName{Kind::kString, shortens(kLongNames, kNameBytesKept)};
constexpr Known kNameToTheLast{Kind::kString, shortens(kLongNames, kNameBytesKept, kLast)};
constexpr Known kWord{Kind::kString, shortens(kLongNames, kWordBytesKept)};
constexpr Known kNumber{Kind::kWord, shortens(kLongNames, kNumberBytesKept)};

// Rules of a place's names, in the order of the names, and of all others.
struct Rules {
    Rules(const NameTable& table, std::vector<Known> rules, FitRule others)
        : names{table}, known{std::move(rules)}, unknown{others} {
        CHECK(known.size() == names.names().size());
        for (std::size_t i = 0; i < known.size(); ++i) {
            for (auto* const rule : {&known[i].rule, &known[i].otherwise}) {
                rule->index = static_cast<std::int8_t>(i);
                rule->name_bytes = static_cast<std::uint8_t>(names.names()[i].size());
            }
        }
    }

    const NameTable& names;
    std::vector<Known> known;
    FitRule unknown;
};

const Rules kEventRules{
    kFieldNames,
    {
        kWord,                                                                          // kind
        kWord,                                                                          // apiVersion
        kWord,                                                                          // level
        kName,                                                                          // auditID
        kName,                                                                          // stage
        {Kind::kString, shortens(kUriQuery, kPathBytesKept, kLast)},                    // requestURI
        kName,                                                                          // verb
        {Kind::kObject, inside(Place::kUser)},                                          // user
        {Kind::kObject, inside(Place::kImpersonatedUser, kLast)},                       // impersonatedUser
        {Kind::kAny, goes(kImpersonated)},                                              // authenticationMetadata
        {Kind::kArray, inside(Place::kSourceIps, kLast)},                               // sourceIPs
        {Kind::kString, shortens(kUserAgent, kNameBytesKept, kLast)},                   // userAgent
        {Kind::kObject, inside(Place::kObjectRef)},                                     // objectRef
        {Kind::kObject, inside(Place::kStatus)},                                        // responseStatus
        {Kind::kObject, inside(Place::kBody, kRequestObject),                           // requestObject
         shortens(kRequestStrings, kNameBytesKept, kRequestObject)},                    //
        {Kind::kObject, inside(Place::kBody, kResponseObject), goes(kResponseObject)},  // responseObject
        kName,                                                                          // requestReceivedTimestamp
        kName,                                                                          // stageTimestamp
        {Kind::kObject, inside(Place::kAnnotations), goes(kManagedFields)},             // annotations: one is written
        {Kind::kAny, kUnknownRule},                                                     // metadata
        kNameToTheLast,                                                                 // timestamp
        {Kind::kObject, inside(Place::kOurs), goes(kManagedFields)},                    // auditfwd: one is written
    },
    kUnknownRule};

const Rules kUserRules{
    kUserNames, {kName, kNameToTheLast, {Kind::kAny, goes(kGroups)}, {Kind::kAny, goes(kUserExtra)}}, kUnknownRule};
const Rules kImpersonatedRules{
    kUserNames,
    {kName, kNameToTheLast, {Kind::kAny, goes(kImpersonated)}, {Kind::kAny, goes(kImpersonated)}},
    kUnknownRule};
const Rules kReferenceRules{kReferenceNames, {kName, kName, kName, kName, kName, kName, kName, kName}, kUnknownRule};

constexpr Known kDetail{Kind::kAny, goes(kStatusDetails)};
const Rules kStatusRules{
    kStatusNames, {kNumber, kDetail, kNameToTheLast, kDetail, kNameToTheLast, kDetail}, kUnknownRule};

const Rules kOurRules{kOurNames,
                      {kName,
                       kName,
                       kName,
                       kWord,
                       kWord,
                       kNumber,
                       kNumber,
                       kNumber,
                       kNumber,
                       kNumber,
                       kNumber,
                       kNumber,
                       kNumber,                                                           // items
                       {Kind::kAny, goes(kOurs)},                                         // tags
                       {Kind::kAny, goes(kOurs)},                                         // outputs
                       {Kind::kAny, FitRule{.goes = kManagedFields, .rewritten = true}},  // removed
                       {Kind::kAny, goes(kManagedFields)},                                // part
                       {Kind::kAny, goes(kManagedFields)},                                // id
                       {Kind::kArray, inside(Place::kDetections)}},
                      kUnknownRule};

const Rules kBodyRules{kBodyNames,
                       {{Kind::kObject, inside(Place::kBodyMetadata), kStays},
                        {Kind::kArray, inside(Place::kItems), kStays},
                        {Kind::kArray, inside(Place::kRows), kStays}},
                       kStays};

// Of a list's items: in the response what does not name them goes with `details`, in the request nothing does.
Rules item_rules(FitStep details) {
    return {kItemNames,
            {{Kind::kObject, inside(Place::kItemMetadata), goes(details)},
             {Kind::kString, kStays, goes(details)},
             {Kind::kString, kStays, goes(details)}},
            goes(details)};
}
Rules row_rules(FitStep details) {
    return {kRowNames, {{Kind::kObject, inside(Place::kItem), goes(details)}}, goes(details)};
}
Rules metadata_rules(FitStep details) {
    const Known naming{Kind::kString, kStays, goes(details)};
    return {kMetadataNames,
            {{Kind::kAny, goes(kManagedFields)},
             {Kind::kObject, inside(Place::kBodyAnnotations, details), goes(details)},
             naming,
             naming,
             naming},
            goes(details)};
}
const Rules kItemRules[] = {item_rules(kNever), item_rules(kItemDetails)};
const Rules kRowRules[] = {row_rules(kNever), row_rules(kItemDetails)};
const Rules kMetadataRules[] = {metadata_rules(kNever), metadata_rules(kItemDetails)};

const Rules* rules_of(FitPlace place, bool response) {
    switch (place) {
        case Place::kEvent:
            return &kEventRules;
        case Place::kUser:
            return &kUserRules;
        case Place::kImpersonatedUser:
            return &kImpersonatedRules;
        case Place::kObjectRef:
            return &kReferenceRules;
        case Place::kStatus:
            return &kStatusRules;
        case Place::kOurs:
            return &kOurRules;
        case Place::kBody:
            return &kBodyRules;
        case Place::kItem:
            return &kItemRules[response];
        case Place::kRow:
            return &kRowRules[response];
        case Place::kBodyMetadata:
            return &kMetadataRules[0];
        case Place::kItemMetadata:
            return &kMetadataRules[response];
        default:
            return nullptr;
    }
}

// A table loads words of eight bytes.
int index_of(const NameTable& names, std::string_view key, const char* text_end) {
    if (text_end - key.data() >= 8) return names.index_of(key);
    char copy[16] = {};
    std::memcpy(copy, key.data(), key.size());
    return names.index_of({copy, key.size()});
}

FitRule annotation_rule(std::string_view key, char first) {
    if (is_name(key, kTruncatedName)) return {.goes = kManagedFields, .rewritten = true};
    if (first != '"' || !is_name(key, kDecisionAnnotation)) return goes(kAnnotations);
    auto rule = kName.rule;
    rule.index = 0;
    rule.name_bytes = kDecisionAnnotation.size();
    return rule;
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
    if (const auto* const rules = rules_of(place, response)) {
        const auto index = index_of(rules->names, key, text_end);
        if (index < 0) return rules->unknown;
        const auto& known = rules->known[static_cast<std::size_t>(index)];
        return is(known.kind, first) ? known.rule : known.otherwise;
    }
    if (place == Place::kAnnotations) return annotation_rule(key, first);
    if (place == Place::kBodyAnnotations && is_name(key, kLastAppliedName)) return goes(kLastApplied);
    return kStays;
}

std::string_view name_of(FitPlace place, const FitRule& rule) {
    if (place == Place::kAnnotations) return kDecisionAnnotation;
    const auto* const rules = rules_of(place, false);
    return rules ? rules->names.names()[static_cast<std::size_t>(rule.index)] : std::string_view{};
}

FitRule rule_of_element(FitPlace place, std::size_t index, char first, bool response) {
    switch (place) {
        case Place::kDocument:
            return inside(Place::kEvent);
        case Place::kSourceIps:  // of the last one the walk knows better
            return index == 0 && first == '"' ? shortens(kSourceIps, kNameBytesKept) : goes(kSourceIps);
        case Place::kDetections:
            if (index > kDetectionsKept || first != '"') return kUnknownRule;
            return shortens(kLongNames, index < kDetectionsKept ? kNameBytesKept : kNumberBytesKept);
        case Place::kItems:
            return inside(first == '{' ? Place::kItem : Place::kNone, response ? kItems : kNever);
        case Place::kRows:
            return inside(first == '{' ? Place::kRow : Place::kNone, response ? kItems : kNever);
        default:
            return kStays;
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
