#include "forwarder/detection/fields/event_field_table.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>
#include <utility>

#include "codecs/event_keys.h"

namespace auditfwd {

namespace {

Error too_many() { return {ErrorCode::kTooLarge, "more fields and places than can be told apart"}; }

std::vector<std::string> split(std::string_view text, char between) {
    std::vector<std::string> parts;
    for (;;) {
        const auto end = text.find(between);
        parts.emplace_back(text.substr(0, end));
        if (end == text.npos) return parts;
        text.remove_prefix(end + 1);
    }
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

// RFC 6901, its leading slash optional.
std::vector<std::string> pointer_keys(std::string_view pointer) {
    if (pointer.starts_with('/')) pointer.remove_prefix(1);
    auto keys = split(pointer, '/');
    for (auto& key : keys) {
        replace_all(key, "~1", "/");
        replace_all(key, "~0", "~");
    }
    return keys;
}

// A step that is an index where an array stands: the plugin takes signs and leading zeros.
std::int64_t element_of(std::string_view key) {
    const auto digits = key.starts_with('+') ? key.substr(1) : key;
    std::int64_t value = -1;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool whole = error == std::errc{} && end == digits.data() + digits.size();
    return whole && !(key.starts_with('+') && digits.starts_with('-')) && value >= 0 ? value : -1;
}

Result<std::int64_t> index_argument(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool digits = text.find_first_not_of("0123456789") == text.npos && !text.empty();
    if (!digits || (text.size() > 1 && text[0] == '0') || end != text.data() + text.size())
        return Error{ErrorCode::kInvalid, "takes an index: digits, the first of several no 0"};
    if (error != std::errc{}) value = std::numeric_limits<std::int64_t>::max();
    return value;
}

void set_decoded(const std::vector<std::string>& keys, FieldPath& out) {
    if (out.member == Field::kOther || keys.size() > 2) return;
    if (keys.size() == 1) out.decoded = Decoded::kMember;
    if (keys.size() == 1) return;
    if (out.member == Field::kUser && keys[1] == "username") out.decoded = Decoded::kUserName;
    if (out.member == Field::kResponseStatus && keys[1] == "code") out.decoded = Decoded::kCode;
    if (out.member == Field::kAnnotations && keys[1] == kDecisionAnnotation) out.decoded = Decoded::kDecision;
    if (out.member != Field::kObjectRef) return;
    const auto names = kReferenceNames.names();
    const auto found = std::ranges::find(names, keys[1]);
    if (found == names.end()) return;
    out.decoded = Decoded::kReference;
    out.reference = static_cast<Reference>(found - names.begin());
}

std::uint8_t part_of(const FieldPath& path) {
    const auto found = std::ranges::find(kParts, path.member);
    return path.steps.empty() || found == std::end(kParts) ? FieldInfo::kNoPart
                                                           : static_cast<std::uint8_t>(found - std::begin(kParts));
}

FieldCost cost_of(const ResolvedField& field) {
    if (field.reading == Reading::kPretty) return FieldCost::kBody;
    if (field.path.steps.empty()) return field.reading >= Reading::kTime ? FieldCost::kKnown : FieldCost::kConstant;
    if (field.path.member == Field::kRequestObject || field.path.member == Field::kResponseObject)
        return FieldCost::kBody;
    return field.path.decoded == Decoded::kNo ? FieldCost::kMember : FieldCost::kKnown;
}

}  // namespace

Result<FieldId> EventFieldTable::resolve(const FieldName& field) {
    const auto spelling = to_string(field);
    if (const auto known = by_spelling_.find(spelling); known != by_spelling_.end()) return known->second;
    const auto* entry = find_field(field.name);
    if (entry == nullptr) return Error{ErrorCode::kInvalid, "there is no field " + std::string{field.name}};
    if (entry->argument == ArgumentKind::kNone && field.argument)
        return Error{ErrorCode::kInvalid, std::string{field.name} + " takes no argument"};
    if (entry->argument == ArgumentKind::kKey && !field.argument)
        return Error{ErrorCode::kInvalid, std::string{field.name} + " needs an argument in brackets"};
    if (fields_.size() == kFieldsMax) return too_many();

    ResolvedField made;
    made.info.spelling = spelling;
    made.info.is_list = entry->is_list;
    made.reading = entry->reading;
    made.word = entry->word;
    if (entry->argument == ArgumentKind::kKey) made.word = *field.argument;
    if (entry->argument == ArgumentKind::kIndex && field.argument) {
        auto index = index_argument(*field.argument);
        if (!index) return std::move(index).error().at(field.name);
        made.index = *index;
    }
    TRY_VOID(fill(*entry, made));
    made.info.cost = cost_of(made);
    made.info.part = part_of(made.path);
    fields_.push_back(std::move(made));
    const auto id = static_cast<FieldId>(fields_.size() - 1);
    by_spelling_.emplace(spelling, id);
    return id;
}

Result<void> EventFieldTable::fill(const FieldEntry& entry, ResolvedField& out) {
    if (entry.reading == Reading::kPointer) {
        if (out.word.empty()) {
            out.reading = Reading::kWhole;
            return {};
        }
        TRY(out.path, path(pointer_keys(out.word), Arrays::kNamed));
        return {};
    }
    if (entry.path.empty()) return {};
    const auto keys = split(entry.path, ' ');
    TRY(out.path, path(keys, arrays_of(entry.reading)));
    const auto last = out.path.steps.back().node;
    if (entry.reading == Reading::kElements) projection_.want_elements(last);
    if (entry.reading == Reading::kSubjects || entry.reading == Reading::kSubjectsWithNamespace) {
        projection_.want_elements(last);
        TRY_VOID(add_members({"kind", "name", "namespace"}, out));
    }
    if (entry.reading == Reading::kHostPorts) TRY_VOID(add_members({"hostPort", "containerPort"}, out));
    if (entry.reading == Reading::kMemberNames) {
        out.members.push_back(projection_.names(last));
        if (out.members.back() == Projection::kNone) return too_many();
    }
    if (entry.reading == Reading::kEffective) TRY_VOID(add_other({keys[0], keys[1], keys.back()}, out));
    if (entry.reading == Reading::kTargetPod) {
        TRY_VOID(add_other({"objectRef", "resource"}, out));
        TRY_VOID(add_other({"objectRef", "subresource"}, out));
    }
    return {};
}

EventFieldTable::Arrays EventFieldTable::arrays_of(Reading reading) {
    switch (reading) {
        case Reading::kFlattened:
        case Reading::kJoined:
        case Reading::kHostPorts:
        case Reading::kMemberNames:
            return Arrays::kVisitedToTheEnd;
        case Reading::kVisits:
        case Reading::kVisitsOfAll:
        case Reading::kFirst:
        case Reading::kRepositories:
        case Reading::kFirstRepository:
        case Reading::kEffective:
        case Reading::kPrivileged:
        case Reading::kHostPath:
            return Arrays::kVisited;
        default:
            return Arrays::kNamed;
    }
}

Result<void> EventFieldTable::add_other(const std::vector<std::string>& keys, ResolvedField& out) {
    TRY(auto other, path(keys, Arrays::kNamed));
    out.others.push_back(std::move(other));
    return {};
}

Result<void> EventFieldTable::add_members(std::initializer_list<std::string_view> keys, ResolvedField& out) {
    for (const auto key : keys) {
        out.members.push_back(projection_.member(out.path.steps.back().node, key));
        if (out.members.back() == Projection::kNone) return too_many();
    }
    return {};
}

Result<FieldPath> EventFieldTable::path(const std::vector<std::string>& keys, Arrays arrays) {
    FieldPath made;
    made.name = keys[0];
    const auto known = kFieldNames.names();
    for (std::size_t i = 0; i < known.size(); ++i) {
        if (known[i] == keys[0]) made.member = static_cast<Field>(i);
    }
    auto node = Projection::kRoot;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto element = arrays == Arrays::kNamed && i != 0 ? element_of(keys[i]) : -1;
        if (element >= 0) projection_.want_elements(node);
        node = element >= 0 ? projection_.member_like_element(node, keys[i]) : projection_.member(node, keys[i]);
        if (node == Projection::kNone) return too_many();
        made.steps.push_back({node, element});
        if (arrays == Arrays::kVisitedToTheEnd || (arrays == Arrays::kVisited && i + 1 != keys.size()))
            projection_.want_elements(node);
    }
    set_decoded(keys, made);
    return made;
}

}  // namespace auditfwd
