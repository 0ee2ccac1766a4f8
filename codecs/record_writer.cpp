#include "codecs/record_writer.h"

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
    if (verb == "get") return VerbClass::kGet;
    if (verb == "list") return VerbClass::kList;
    if (verb == "watch") return VerbClass::kWatch;
    if (verb == "create") return VerbClass::kCreate;
    if (verb == "update") return VerbClass::kUpdate;
    if (verb == "patch") return VerbClass::kPatch;
    if (verb == "delete" || verb == "deletecollection") return VerbClass::kDelete;
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

RecordFacts facts_of(const Event& event, Level level) {
    return {.bytes = 0,
            .stage_time_ms = event.stage_time_ms,
            .level = level,
            .verb = verb_class(event.verb),
            .code = code_class(event.code),
            .priority = Priority::kNone};
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

void append_number(std::string& out, std::uint32_t number) {
    char digits[10];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

// The entries of a JSON array of strings; anything else in it is passed over.
void add_entries(std::string_view array, Removed& removed) {
    for (std::size_t at = 0; at < array.size(); ++at) {
        if (array[at] != '"') continue;
        const auto begin = at++;
        while (at < array.size() && array[at] != '"') at += array[at] == '\\' ? 2 : 1;
        removed.add_entry(array.substr(begin, at - begin + 1));
    }
}

}  // namespace

RecordWriter::RecordWriter(const RecordOrigin& origin)
    : trusted_{origin.trusted},
      cluster_{member_of("cluster", origin.cluster)},
      source_{member_of("source", origin.source)},
      peer_{member_of("peer", origin.peer)} {}

bool RecordWriter::write(Event& event, Edits& edits, Removed& removed, const Verdict& verdict, BodyEditor& editor,
                         std::string& out, RecordFacts& facts) {
    const auto theirs_members = theirs(event, editor);
    if (auto* const member = event.find(Field::kAuditfwd); member != nullptr) {
        member->cut = true;
        if (theirs_members.empty()) removed.add("/auditfwd");  // forged, or not what we write
    }
    for (auto& member : event.members) {
        if (member.unchecked && !member.cut && !event.suspect && !editor.check(event, member)) return false;
    }
    cut_members(event.members, edits);
    edit_head(event, verdict.level, edits);

    const auto begin = out.size();
    out.reserve(begin + head_.size() + event.text.size() + kOwnBytes);
    out += '{';
    out += head_;
    std::size_t at = 1;
    for (const auto& edit : edits.sorted()) {
        out += event.text.substr(at, edit.range.begin - at);
        out += edits.text(edit);
        at = edit.range.end;
    }
    out += event.text.substr(at, event.text.size() - 1 - at);
    append_ours(event, removed, verdict, theirs_members, out);
    if (!end_line(event, editor, begin, out)) return false;
    facts = facts_of(event, verdict.level);
    facts.priority = priority_of(auditfwd::find(theirs_members, "priority"));
    return true;
}

// kind, apiVersion and level: replaced where they say nothing or too much, first where they are missing.
void RecordWriter::edit_head(Event& event, Level level, Edits& edits) {
    head_.clear();
    const auto put = [&](Field field, std::string_view value, bool replace) {
        const auto* member = event.find(field);
        if (member != nullptr) {
            const auto raw = event.raw(member->value);
            if (replace || raw == "null" || raw == "\"\"") edits.replace(member->value, value, Edits::Room::kMembers);
            return;
        }
        append_quoted(head_, to_string(field));
        head_ += ':';
        head_ += value;
        head_ += ',';
    };
    const auto list_version = event.api_version_of_list;
    put(Field::kKind, "\"Event\"", false);
    put(Field::kApiVersion, list_version.empty() ? "\"audit.k8s.io/v1\"" : list_version, false);
    constexpr std::string_view kLevels[] = {"\"None\"", "\"Metadata\"", "\"Request\"", "\"RequestResponse\""};
    put(Field::kLevel, kLevels[static_cast<std::size_t>(level)], !event.level_known || level != event.level);
}

std::span<const ObjectMember> RecordWriter::theirs(Event& event, BodyEditor& editor) {
    const auto* member = event.find(Field::kAuditfwd);
    if (!trusted_ || member == nullptr) return {};
    return {theirs_.data(), editor.members_of(event.raw(member->value), theirs_, event.spaced)};
}

void RecordWriter::append_ours(const Event& event, const Removed& removed, const Verdict& verdict,
                               std::span<const ObjectMember> theirs, std::string& out) const {
    const auto missing = [&](std::string_view name) { return auditfwd::find(theirs, name) == nullptr; };
    const auto flag = [&](bool set, std::string_view member) {
        if (set && missing(member.substr(1, member.find('"', 1) - 1))) out += member;
    };
    out += ",\"auditfwd\":{";
    const auto begin = out.size();
    for (const auto& member : theirs) {
        if (is_name(member.key, "removed")) continue;
        ((((out += '"') += member.key) += "\":") += member.value) += ',';
    }
    if (missing("cluster")) out += cluster_;
    if (missing("source")) out += source_;
    if (missing("peer")) out += peer_;
    if (verdict.rule > 0 && missing("rule")) {
        out += "\"rule\":";
        append_number(out, verdict.rule);
        out += ',';
    }
    if (!event.decision.empty())
        flag(true, event.decision == "allow" ? "\"decision\":\"allow\"," : "\"decision\":\"forbid\",");
    const auto* their_removed = auditfwd::find(theirs, "removed");
    Removed joined;
    if (their_removed != nullptr) {
        add_entries(their_removed->value, joined);
        joined.add_all(removed);
    }
    const auto& names = their_removed != nullptr ? joined : removed;
    if (!names.empty()) {
        out += "\"removed\":[";
        names.append_to(out);
        out += "],";
    }
    flag(event.repaired, "\"repaired\":true,");
    flag(event.too_deep, "\"tooDeep\":true,");
    flag(verdict.unreadable, "\"unreadable\":true,");
    flag(!event.level_known, "\"unknownLevel\":true,");
    if (out.size() > begin) out.pop_back();
    out += "}}";
}

bool RecordWriter::is_part(const Event& event, BodyEditor& editor) const {
    const auto* member = event.find(Field::kAuditfwd);
    if (!trusted_ || member == nullptr) return false;
    std::array<ObjectMember, 32> members;
    bool spaced = false;
    const auto count = editor.members_of(event.raw(member->value), members, spaced);
    return auditfwd::find({members.data(), count}, "part") != nullptr;
}

bool RecordWriter::write_whole(const Event& event, BodyEditor& editor, std::string& out, RecordFacts& facts) const {
    if (!editor.check(event.text)) return false;
    const auto begin = out.size();
    out.reserve(begin + event.text.size() + 1);
    out += event.text;
    out.resize(begin + minify(out.data() + begin, event.text.size()));
    out += '\n';
    facts = facts_of(event, event.level);
    return true;
}

}  // namespace auditfwd
