#include "forwarder/detection/fields/event_fields.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <iterator>
#include <utility>

#include "forwarder/detection/fields/event_time.h"
#include "forwarder/detection/fields/uri_parameter.h"

namespace auditfwd {

namespace {

constexpr char kMark = 0;
constexpr std::string_view kUndecided{&kMark, 0};

}  // namespace

EventFields::EventFields(const EventFieldTable& table)
    : FieldSource{table.size()},
      table_{table},
      captures_{table.projection()},
      texts_{scratch_},
      shortcuts_(table.size()) {
    for (std::size_t i = 0; i < table.size(); ++i) shortcuts_[i] = shortcut_of(table.field(static_cast<FieldId>(i)));
}

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

// What decoding knows for certain, null if that is that there is none; kUndecided when the member has to be looked at.
[[gnu::always_inline]] inline std::string_view EventFields::decoded(const Shortcut& shortcut) {
    const auto* member = event_->find(shortcut.member);
    if (member == nullptr || member->cut) return {};
    const auto plain = [](std::string_view raw) {
        if (raw.front() != '"') return kUndecided;
        raw = raw.substr(1, raw.size() - 2);
        return has_backslash(raw) ? kUndecided : raw;
    };
    switch (shortcut.how) {
        case Decoded::kNo:
            break;
        case Decoded::kMember:
            return plain(event_->raw(member->value));
        case Decoded::kUserName: {
            // Of one with escapes, halves of surrogates read differently here.
            const auto& name = event_->user_name;
            const bool as_it_stands = !name.empty() && name.data() >= event_->text.data() &&
                                      name.data() < event_->text.data() + event_->text.size();
            return as_it_stands ? name : kUndecided;
        }
        case Decoded::kCode:
            if (event_->code < 100 || event_->code > 999) break;
            std::to_chars(code_.data(), code_.data() + code_.size(), event_->code);
            return {code_.data(), code_.size()};
        case Decoded::kDecision:
            return event_->decision.empty() ? kUndecided : event_->decision;
        case Decoded::kReference: {
            if (!event_->has_reference) break;
            const auto raw = event_->raw(event_->of(shortcut.reference));
            return raw.empty() ? std::string_view{} : plain(raw);
        }
    }
    return kUndecided;
}

Values EventFields::read(FieldId id) {
    auto& shortcut = shortcuts_[index_of(id)];
    if (shortcut.how != Decoded::kNo && (audit_id_ || shortcut.of_any_event)) {
        const auto known = decoded(shortcut);
        if (known.data() != kUndecided.data()) [[likely]] {
            shortcut.text = known;
            return {&shortcut.text, known.data() == nullptr ? 0u : 1u};
        }
    }
    const auto& field = table_.field(id);
    if (field.reading >= Reading::kOfAnyEvent) return read_of_any_event(field);
    if (!audit_id_) return {};
    switch (field.reading) {
        case Reading::kText:
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

EventFields::Shortcut EventFields::shortcut_of(const ResolvedField& field) {
    if (field.reading != Reading::kText && field.reading != Reading::kPointer) return {};
    return {.how = field.path.decoded,
            .member = field.path.member,
            .reference = field.path.reference,
            .of_any_event = field.reading == Reading::kPointer,
            .text = {}};
}

std::uint32_t EventFields::missing() const {
    std::uint32_t out = 0;
    for (std::size_t i = 0; i < std::size(kParts); ++i) {
        const auto* member = event_->find(kParts[i]);
        out |= static_cast<std::uint32_t>(member == nullptr || member->cut) << i;
    }
    return out;
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
