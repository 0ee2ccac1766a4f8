#include "forwarder/detection/fields/event_fields.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "forwarder/detection/fields/event_time.h"
#include "forwarder/detection/fields/uri_parameter.h"

namespace auditfwd {

EventFields::EventFields(const EventFieldTable& table)
    : FieldSource{table.size()}, table_{table}, captures_{table.projection()}, texts_{scratch_} {}

void EventFields::begin(const Event& event) {
    forget();
    event_ = &event;
    audit_id_ = event.find(Field::kAuditId) != nullptr;
    incomplete_ = false;
    captures_.begin(event);
    scratch_.clear();
}

Values EventFields::one(std::string_view text) {
    auto* const view = scratch_.take<std::string_view>(1);
    if (view == nullptr) {
        incomplete_ = true;
        return {};
    }
    *view = text;
    return {view, 1};
}

// What list_ holds.
Values EventFields::listed() {
    auto* const views = scratch_.take<std::string_view>(list_.size());
    if (views == nullptr) {
        incomplete_ = true;
        return {};
    }
    std::copy(list_.begin(), list_.end(), views);
    return {views, static_cast<std::uint32_t>(list_.size())};
}

std::string_view EventFields::kept(std::string_view text) {
    char* const copy = scratch_.take<char>(text.size());
    incomplete_ |= copy == nullptr;
    if (copy == nullptr) return {};
    if (!text.empty()) std::memcpy(copy, text.data(), text.size());
    return {copy, text.size()};
}

EventFields::Index EventFields::at(const FieldPath& path) {
    auto value = captures_.top(path.steps[0].node, path.member, path.name);
    for (std::size_t i = 1; i < path.steps.size() && value != kNone; ++i) {
        const auto& step = path.steps[i];
        value = step.element >= 0 && captures_.is_array(value)
                    ? captures_.element(value, static_cast<std::size_t>(step.element))
                    : captures_.member(value, step.node);
    }
    return value;
}

Values EventFields::read(FieldId id) {
    const auto& field = table_.field(id);
    if (field.reading >= Reading::kOfAnyEvent) return read_of_any_event(field);
    if (!audit_id_) return {};
    switch (field.reading) {
        case Reading::kText:
            if (const auto known = decoded(field)) return *known;
            return one_of(at(field.path));
        case Reading::kElements:
            return elements(field);
        case Reading::kSubjects:
        case Reading::kSubjectsWithNamespace:
            return subjects(field);
        case Reading::kTargetPod:
            return target_pod(field);
        case Reading::kUriParameter:
            return uri_parameter(field);
        case Reading::kMemberNames:
            return member_names(field);
        case Reading::kTrue:
            return one("true");
        default:
            return read_visits(field);
    }
}

// What decoding knows for certain; nothing when the member has to be looked at.
std::optional<Values> EventFields::decoded(const ResolvedField& field) {
    if (field.decoded == Decoded::kNo || event_->find(field.path.member) == nullptr) return std::nullopt;
    switch (field.decoded) {
        case Decoded::kNo:
            return std::nullopt;
        case Decoded::kUserName: {
            // Of one with escapes, halves of surrogates read differently here.
            const auto& name = event_->user_name;
            const bool as_it_stands = !name.empty() && name.data() >= event_->text.data() &&
                                      name.data() < event_->text.data() + event_->text.size();
            return as_it_stands ? std::optional{one(name)} : std::nullopt;
        }
        case Decoded::kCode:
            if (event_->code < 100 || event_->code > 999) return std::nullopt;
            std::to_chars(code_.data(), code_.data() + code_.size(), event_->code);
            return one({code_.data(), code_.size()});
        case Decoded::kDecision:
            return event_->decision.empty() ? std::nullopt : std::optional{one(event_->decision)};
        case Decoded::kReference: {
            if (!event_->has_reference) return std::nullopt;
            const auto raw = event_->raw(event_->of(field.reference));
            if (raw.empty()) return Values{};
            if (raw.front() != '"' || raw.find('\\') != raw.npos) return std::nullopt;
            return one(raw.substr(1, raw.size() - 2));
        }
    }
    return std::nullopt;
}

Values EventFields::read_of_any_event(const ResolvedField& field) {
    switch (field.reading) {
        case Reading::kPointer:
            return one_of(at(field.path));
        case Reading::kPretty:
            return one(texts_.pretty(event_->text));
        case Reading::kWhole:
            return one(texts_.compact(event_->text));
        case Reading::kSource:
            return one("k8s_audit");
        case Reading::kPlugin:
            return one("k8saudit");
        case Reading::kHost:
            return table_.host_name().empty() ? Values{} : one(table_.host_name());
        case Reading::kFalse:
            return one("false");
        case Reading::kNever:
            return {};
        default: {
            TimeText buffer;
            return one(kept(time_text(field.reading, event_time_ns(*event_), buffer)));
        }
    }
}

Values EventFields::read_visits(const ResolvedField& field) {
    const bool first = field.reading == Reading::kFirst || field.reading == Reading::kFirstRepository ||
                       field.reading == Reading::kHostPath;
    if (!visit(field, first ? 0 : field.index)) return {};
    list_.clear();
    switch (field.reading) {
        case Reading::kFlattened:
            return flattened();
        case Reading::kJoined:
            return joined();
        case Reading::kHostPorts:
            return host_ports(field);
        case Reading::kEffective:
            return effective(field);
        case Reading::kPrivileged:
            return privileged();
        case Reading::kHostPath:
            return host_path(field.word);
        default:
            break;
    }
    const bool all = field.reading != Reading::kVisits;
    for (const auto value : found_) {
        if (value != kNone)
            list_.push_back(text(value));
        else if (all)
            return {};
    }
    if (field.reading == Reading::kRepositories || field.reading == Reading::kFirstRepository) return repositories();
    return listed();
}

// Fills found_. False: there is nothing, not even a place where something is missing.
bool EventFields::visit(const ResolvedField& field, std::int64_t index) {
    const auto& path = field.path;
    const auto top = captures_.top(path.steps[0].node, path.member, path.name);
    if (top == kNone) return false;
    found_.assign(1, top);
    bool among_elements = false;
    for (std::size_t i = 1; i < path.steps.size(); ++i) {
        if (!visit_step(path.steps[i].node, index, among_elements)) return false;
    }
    return true;
}

bool EventFields::visit_step(Captures::Node node, std::int64_t index, bool& among_elements) {
    std::swap(found_, before_);
    found_.clear();
    MemberCursor members{captures_, node};
    for (const auto value : before_) {
        if (value == kNone) {
            found_.push_back(kNone);
            continue;
        }
        among_elements |= index < 0 && captures_.is_array(value);
        const auto had = found_.size();
        bool missing = false;
        captures_.each_visit(value, index, [&](Index visited) {
            found_.push_back(members.of(visited));
            missing |= found_.back() == kNone;
        });
        missing |= found_.size() == had && !among_elements;
        if (missing && !among_elements) return false;
    }
    return true;
}

Values EventFields::elements(const ResolvedField& field) {
    const auto array = at(field.path);
    if (array == kNone || !captures_.is_array(array)) return {};
    list_.clear();
    captures_.each_element(array, [&](Index element) { list_.push_back(text(element)); });
    return listed();
}

}  // namespace auditfwd
