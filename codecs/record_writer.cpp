#include "codecs/record_writer.h"

#include <algorithm>
#include <charconv>

#include "codecs/json_text.h"
#include "codecs/utf8.h"

namespace auditfwd {

namespace {

// What a record may add beside the names: room to reserve, no bound.
constexpr std::size_t kOwnBytes = 512;

std::string member_of(std::string_view name, std::string_view value) {
    if (value.empty()) return {};
    std::string text, repaired;
    append_repaired(repaired, value, 3 * value.size());  // a peer's name is what its certificate says
    append_quoted(text, name);
    text += ':';
    append_quoted(text, repaired);
    return text += ',';
}

const ObjectMember* find(std::span<const ObjectMember> members, std::string_view name) {
    for (const auto& member : members) {
        if (is_name(member.key, name)) return &member;
    }
    return nullptr;
}

VerbClass verb_class(std::string_view verb) {
    using Named = std::pair<std::string_view, VerbClass>;
    static constexpr Named kVerbs[] = {{"get", VerbClass::kGet},       {"list", VerbClass::kList},
                                       {"watch", VerbClass::kWatch},   {"create", VerbClass::kCreate},
                                       {"update", VerbClass::kUpdate}, {"patch", VerbClass::kPatch},
                                       {"delete", VerbClass::kDelete}, {"deletecollection", VerbClass::kDelete}};
    for (const auto& [name, known] : kVerbs) {
        if (!verb.empty() && verb[0] == name[0] && verb == name) return known;
    }
    return VerbClass::kOther;
}

CodeClass code_class(int code) {
    return code >= 100 && code < 600 ? static_cast<CodeClass>(code / 100) : CodeClass::kNone;
}

Priority priority_of(const ObjectMember* member) {
    if (member == nullptr || member->value.size() < 2) return Priority::kNone;
    const auto text = member->value.substr(1, member->value.size() - 2);
    for (auto i = 0; i < static_cast<int>(Priority::kNone); ++i) {
        if (text == to_string(static_cast<Priority>(i))) return static_cast<Priority>(i);
    }
    return Priority::kNone;
}

RecordFacts facts_of(const Event& event, Level level, Priority priority) {
    return {.bytes = 0,
            .stage_time_ms = event.stage_time_ms,
            .level = level,
            .verb = verb_class(event.verb),
            .code = code_class(event.code),
            .priority = priority};
}

void append_list(std::string& out, std::string_view name, const Removed& list) {
    if (list.empty()) return;
    ((out += '"') += name) += "\":[";
    list.append_to(out);
    out += "],";
}

void append_priority(std::string& out, Priority priority) {
    if (priority != Priority::kNone) ((out += "\"priority\":\"") += to_string(priority)) += "\",";
}

// Ours and theirs; the one that fired there first comes first.
Removed joined(const ObjectMember* theirs, const Removed* ours) {
    Removed out;
    if (theirs != nullptr) out.add_entries(theirs->value);
    if (ours != nullptr) out.add_all(*ours);
    return out;
}

// Members that are made of theirs and ours.
bool is_joined(std::string_view key) {
    return is_name(key, "detections") || is_name(key, "priority") || is_name(key, "tags") || is_name(key, "removed");
}

// What rules said of the event may quote what goes now.
std::span<ObjectMember> without_outputs(std::span<ObjectMember> theirs, Removed& removed) {
    const auto is_outputs = [](const ObjectMember& member) { return is_name(member.key, "outputs"); };
    const auto end = std::remove_if(theirs.begin(), theirs.end(), is_outputs);
    if (end != theirs.end()) removed.add("/auditfwd/outputs");
    return {theirs.begin(), end};
}

// Checks and minifies the line that begins at `begin`, and ends it. False: it is gone.
bool end_line(const Event& event, BodyEditor& editor, std::size_t begin, std::string& out) {
    if (event.suspect && !editor.check(std::string_view{out}.substr(begin))) {
        out.resize(begin);
        return false;
    }
    if (event.suspect || event.spaced) out.resize(begin + minify(out.data() + begin, out.size() - begin));
    out += '\n';
    return true;
}

}  // namespace

RecordWriter::RecordWriter(const RecordOrigin& origin)
    : trusted_{origin.trusted},
      names_{{{"cluster", member_of("cluster", origin.cluster)},
              {"source", member_of("source", origin.source)},
              {"peer", member_of("peer", origin.peer)}}} {
    ours_ = ",\"auditfwd\":{";
    for (const auto& [name, member] : names_) ours_ += member;
}

bool RecordWriter::write(Event& event, Edits& edits, Removed& removed, const Verdict& verdict, BodyEditor& editor,
                         std::string& out, RecordFacts& facts) {
    std::span<ObjectMember> theirs;
    if (auto* const member = event.find(Field::kAuditfwd); member != nullptr) [[unlikely]] {
        if (trusted_) theirs = {theirs_.data(), editor.members_of(event.raw(member->value), theirs_, event.spaced)};
        if (theirs.empty()) removed.add("/auditfwd");  // forged, or not what we write
        if (verdict.level < event.level || !removed.empty()) theirs = without_outputs(theirs, removed);
        member->cut = true;
    }
    bool cuts = false;
    for (auto& member : event.members) {
        cuts |= member.cut;
        if (!member.unchecked || member.cut || event.suspect) [[likely]]
            continue;
        if (!editor.check(event, member)) return false;
    }
    if (cuts) cut_members(event.members, edits);
    edit_head(event, verdict.level, edits);

    const auto begin = out.size();
    if (const auto room = begin + head_.size() + event.text.size() + ours_.size() + kOwnBytes; out.capacity() < room)
        out.reserve(room);
    out += head_;
    std::size_t at = 1;
    if (!edits.empty()) {
        for (const auto& edit : edits.sorted()) {
            out += event.text.substr(at, edit.range.begin - at);
            out += edits.text(edit);
            at = edit.range.end;
        }
    }
    out += event.text.substr(at, event.text.size() - 1 - at);
    theirs.empty() ? append_ours(event, removed, verdict, out) : append_merged(event, removed, verdict, theirs, out);
    if (!end_line(event, editor, begin, out)) return false;
    facts = facts_of(event, verdict.level, verdict.detected ? verdict.detected->priority : Priority::kNone);
    if (!theirs.empty()) facts.priority = std::min(facts.priority, priority_of(find(theirs, "priority")));
    return true;
}

// kind, apiVersion and level: replaced where they say nothing or too much, first where they are missing.
void RecordWriter::edit_head(Event& event, Level level, Edits& edits) {
    constexpr std::string_view kLevels[] = {"\"None\"", "\"Metadata\"", "\"Request\"", "\"RequestResponse\""};
    struct Part {
        Field field;
        std::string_view value;
        bool replace;
    };
    const auto version = event.api_version_of_list;
    const Part parts[] = {
        {Field::kKind, "\"Event\"", false},
        {Field::kApiVersion, version.empty() ? "\"audit.k8s.io/v1\"" : version, false},
        {Field::kLevel, kLevels[static_cast<std::size_t>(level)], !event.level_known || level != event.level}};
    unsigned missing = 0;
    for (const auto& [field, value, replace] : parts) {
        const auto* member = event.find(field);
        missing = missing << 1 | (member == nullptr ? 1u : 0u);
        if (member == nullptr) continue;
        const auto raw = event.raw(member->value);
        if (replace || raw.size() == 2 || raw[0] == 'n') edits.replace(member->value, value, Edits::Room::kMembers);
    }
    // The same for nearly all events of a body, unless the level is among it.
    if (head_missing_ == missing && head_version_ == version.data() && (missing & 1) == 0) return;
    head_missing_ = missing;
    head_version_ = version.data();
    head_ = '{';
    for (const auto& [field, value, replace] : parts) {
        if (event.find(field) == nullptr) ((((head_ += '"') += to_string(field)) += "\":") += value) += ',';
    }
}

// Everything between the names and the end, in a buffer of its own, so that the record grows by few pieces.
void RecordWriter::append_ours(const Event& event, const Removed& removed, const Verdict& verdict,
                               std::string& out) const {
    out += ours_;
    char more[256];
    char* end = more;
    const auto put = [&](bool say, std::string_view text) {
        if (say) end = std::copy(text.begin(), text.end(), end);
    };
    if (verdict.rule > 0) {
        put(true, "\"rule\":");
        end = std::to_chars(end, end + 10, verdict.rule).ptr;
        put(true, ",");
    }
    put(event.decision == "allow", "\"decision\":\"allow\",");
    put(event.decision == "forbid", "\"decision\":\"forbid\",");
    if (verdict.detected || !removed.empty()) {
        out.append(more, end);
        end = more;
        if (verdict.detected) {
            append_list(out, "detections", verdict.detected->names);
            append_priority(out, verdict.detected->priority);
            append_list(out, "tags", verdict.detected->tags);
        }
        append_list(out, "removed", removed);
    }
    put(event.repaired, "\"repaired\":true,");
    put(event.too_deep, "\"tooDeep\":true,");
    put(event.masked, "\"masked\":true,");
    put(verdict.unreadable, "\"unreadable\":true,");
    put(!event.level_known, "\"unknownLevel\":true,");
    out.append(more, end);
    if (out.back() == ',') out.pop_back();
    out += "}}";
}

// What they say stays; what they do not say is added, and `removed` is joined.
void RecordWriter::append_merged(const Event& event, const Removed& removed, const Verdict& verdict,
                                 std::span<const ObjectMember> theirs, std::string& out) const {
    out += ",\"auditfwd\":{";
    for (const auto& member : theirs) {
        if (is_joined(member.key)) continue;
        ((((out += '"') += member.key) += "\":") += member.value) += ',';
    }
    const auto add = [&](std::string_view name, std::string_view member) {
        if (find(theirs, name) == nullptr) out += member;
    };
    for (const auto& [name, member] : names_) add(name, member);
    if (verdict.rule > 0) add("rule", "\"rule\":" + std::to_string(verdict.rule) + ',');
    if (!event.decision.empty()) add("decision", member_of("decision", event.decision));
    const auto* const ours = verdict.detected;
    append_list(out, "detections", joined(find(theirs, "detections"), ours ? &ours->names : nullptr));
    append_priority(out, std::min(priority_of(find(theirs, "priority")), ours ? ours->priority : Priority::kNone));
    append_list(out, "tags", joined(find(theirs, "tags"), ours ? &ours->tags : nullptr));
    append_list(out, "removed", joined(find(theirs, "removed"), &removed));
    if (event.repaired) add("repaired", "\"repaired\":true,");
    if (event.too_deep) add("tooDeep", "\"tooDeep\":true,");
    if (event.masked) add("masked", "\"masked\":true,");
    if (verdict.unreadable) add("unreadable", "\"unreadable\":true,");
    if (!event.level_known) add("unknownLevel", "\"unknownLevel\":true,");
    if (out.back() == ',') out.pop_back();
    out += "}}";
}

bool RecordWriter::is_part(const Event& event, BodyEditor& editor) const {
    const auto* member = event.find(Field::kAuditfwd);
    if (!trusted_ || member == nullptr) return false;
    std::array<ObjectMember, 32> members;
    bool spaced = false;
    const auto count = editor.members_of(event.raw(member->value), members, spaced);
    return find({members.data(), count}, "part") != nullptr;
}

bool RecordWriter::write_whole(const Event& event, BodyEditor& editor, std::string& out, RecordFacts& facts) const {
    if (!editor.check(event.text)) return false;
    const auto begin = out.size();
    out.reserve(begin + event.text.size() + 1);
    out += event.text;
    out.resize(begin + minify(out.data() + begin, event.text.size()));
    out += '\n';
    facts = facts_of(event, event.level, Priority::kNone);
    return true;
}

}  // namespace auditfwd
