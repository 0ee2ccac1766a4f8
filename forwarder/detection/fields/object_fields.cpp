// Fields of what was requested: pods, bindings, roles. Part of EventFields.
#include <algorithm>

#include "forwarder/detection/fields/event_fields.h"
#include "forwarder/detection/fields/uri_parameter.h"

namespace auditfwd {

Values EventFields::flattened() {
    for (const auto value : found_) {
        if (value == kNone || !captures_.is_array(value)) continue;
        captures_.each_element(value, [&](Index element) { list_.push_back(text(element)); });
    }
    return listed();
}

Values EventFields::joined() {
    for (const auto value : found_) {
        if (value == kNone) continue;
        if (!captures_.is_array(value)) return {};
        std::size_t bytes = 0;
        bool strings = true;
        captures_.each_element(value, [&](Index element) {
            bytes += text(element).size() + 1;
            strings = strings && captures_.is_string(element);
        });
        if (!strings) return {};
        char* const room = scratch_.take<char>(bytes);
        incomplete_ |= room == nullptr;
        if (room == nullptr) return {};
        char* end = room;
        captures_.each_element(value, [&](Index element) {
            const auto word = text(element);
            end = std::copy(word.begin(), word.end(), end);
            *end++ = ' ';
        });
        list_.emplace_back(room, std::max<std::ptrdiff_t>(end - room - 1, 0));
    }
    return listed();
}

Values EventFields::host_ports(const ResolvedField& field) {
    MemberCursor host{captures_, field.members[0]}, container{captures_, field.members[1]};
    for (const auto value : found_) {
        if (value == kNone) continue;
        if (!captures_.is_array(value)) return {};
        captures_.each_element(value, [&](Index port) {
            if (!captures_.is_object(port)) return;
            auto number = host.of(port);
            if (number == kNone) number = container.of(port);
            if (number != kNone) list_.push_back(text(number));
        });
    }
    return listed();
}

Values EventFields::effective(const ResolvedField& field) {
    const auto beside = at(field.others[0]);
    const auto fallback = beside == kNone ? std::string_view{"0"} : text(beside);
    for (const auto value : found_) list_.push_back(value == kNone ? fallback : text(value));
    return listed();
}

// Cuts what list_ holds; a registry's port cuts it short.
Values EventFields::repositories() {
    for (auto& image : list_) {
        image = image.substr(0, image.find(':'));
        image = image.substr(0, image.find('@'));
    }
    return listed();
}

Values EventFields::privileged() {
    const bool any = std::any_of(found_.begin(), found_.end(),
                                 [this](Index value) { return value != kNone && captures_.raw(value) == "true"; });
    return one(any ? "true" : "false");
}

Values EventFields::host_path(std::string_view sought) {
    const bool prefix = sought.ends_with('*');
    const bool is = std::any_of(found_.begin(), found_.end(), [&](Index value) {
        if (value == kNone) return false;
        const auto path = text(value);
        return path == sought || (prefix && path.starts_with(sought.substr(0, sought.size() - 1)));
    });
    return one(is ? "true" : "false");
}

Values EventFields::member_names(const ResolvedField& field) {
    if (!visit(field, field.index)) return {};
    list_.clear();
    for (const auto value : found_) {
        if (value == kNone) continue;
        captures_.each_visit(value, field.index, [&](Index object) {
            if (!captures_.is_object(object)) return;
            for (auto name = captures_.member(object, field.members[0]);
                 name != kNone && captures_.parent(name) == object; name = captures_.next(name)) {
                const auto plain = text(name);
                if (plain != "name") list_.push_back(plain);
            }
        });
    }
    return listed();
}

Values EventFields::subjects(const ResolvedField& field) {
    const auto array = at(field.path);
    if (array == kNone || !captures_.is_array(array)) return {};
    list_.clear();
    MemberCursor kinds{captures_, field.members[0]}, names{captures_, field.members[1]},
        namespaces{captures_, field.members[2]};
    captures_.each_element(array, [&](Index subject) {
        const auto kind = kinds.of(subject), name = names.of(subject), name_space = namespaces.of(subject);
        if (kind == kNone || name == kNone || text(kind) != field.word) return;
        if (field.reading == Reading::kSubjects) {
            list_.push_back(text(name));
            return;
        }
        if (name_space == kNone) return;
        const auto before = text(name_space), behind = text(name);
        char* const room = scratch_.take<char>(before.size() + 1 + behind.size());
        incomplete_ |= room == nullptr;
        if (room == nullptr) return;
        char* end = std::copy(before.begin(), before.end(), room);
        *end++ = ':';
        end = std::copy(behind.begin(), behind.end(), end);
        list_.emplace_back(room, end - room);
    });
    return listed();
}

Values EventFields::target_pod(const ResolvedField& field) {
    const auto resource = at(field.others[0]), subresource = at(field.others[1]);
    if (resource == kNone || !captures_.is_string(resource) || text(resource) != "pods") return {};
    if (subresource != kNone && captures_.is_string(subresource) && !text(subresource).empty()) return {};
    return one_of(at(field.path));
}

Values EventFields::uri_parameter(const ResolvedField& field) {
    const auto uri = at(field.path);
    if (uri == kNone) return {};
    const auto value = auditfwd::uri_parameter(text(uri), field.word, scratch_);
    return value ? one(*value) : Values{};
}

}  // namespace auditfwd
