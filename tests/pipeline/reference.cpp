#include "tests/pipeline/reference.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "codecs/utf8.h"
#include "forwarder/base/limits.h"
#include "tests/codecs/plain_json.h"

namespace auditfwd::plain {

namespace {

using Members = std::vector<Member>;

const std::vector<std::string> kFields = {"kind",
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
const std::vector<std::string> kUser = {"username", "uid", "groups", "extra"};
const std::vector<std::string> kReference = {"resource",   "namespace",       "name",       "uid", "apiGroup",
                                             "apiVersion", "resourceVersion", "subresource"};
const std::vector<std::string> kStatus = {"code", "metadata", "status", "message", "reason", "details"};

struct Malformed {};  // thrown

std::string joined(const Members& members, char open, char close) {
    std::string out(1, open);
    for (const auto& member : members) {
        if (out.size() > 1) out += ',';
        if (open == '{') out += member.key + ':';
        out += member.value;
    }
    return out + close;
}

// With U+FFFD for an escape that is none: such a key is nobody's, but may begin as somebody's.
std::string name_of(const Member& member) {
    if (const auto name = decode(member.key)) return *name;
    for (auto key = member.key; key.size() > 2; key = key.substr(0, key.size() - 2) + '"') {
        if (const auto name = decode(key)) return *name + "\ufffd";
    }
    return {};
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        char buffer[8];
        if (c == '"' || c == '\\') out += '\\';
        if (static_cast<unsigned char>(c) < 0x20) {
            std::snprintf(buffer, sizeof buffer, "\\u%04x", static_cast<unsigned>(c));
            out += buffer;
        } else {
            out += c;
        }
    }
    return out;
}

Members split_or_throw(const std::string& text) {
    auto members = split(text);
    if (!members) throw Malformed{};
    return *members;
}

class Reference {
public:
    Reference(std::string_view item, const Policy& policy) : policy_{policy} {
        if (!append_repaired(text_, item, item.size() + EventReader::kRepairGrowthMax)) throw Malformed{};
        repaired_ = text_ != item;
    }

    Outcome outcome() {
        members_ = known_members(split_or_throw(text_), kFields, "", 1);
        if (const auto reason = look(); reason) return {Outcome::Kind::kRejected, *reason, {}};
        decide();
        if (decision_.drop || level() == Level::kNone) return {Outcome::Kind::kDropped, {}, {}};
        cut();
        const auto record = rendered();
        if (!valid(record)) return {Outcome::Kind::kRejected, Rejection::kMalformed, {}};
        return {Outcome::Kind::kStored, {}, minified(record)};
    }

private:
    // The first of each known name; the others, other spellings, and what nests too deeply, are gone.
    Members known_members(const Members& all, const std::vector<std::string>& names, const std::string& pointer,
                          std::size_t depth_here) {
        Members kept;
        std::set<std::string> seen;
        for (const auto& member : all) {
            const auto name = name_of(member);
            const bool exact = std::count(names.begin(), names.end(), name) > 0;
            const bool folds = std::any_of(names.begin(), names.end(),
                                           [&](const std::string& known) { return folded(known) == folded(name); });
            bool gone = folds && (!exact || !seen.insert(name).second);
            if (!gone && depth_here == 1 && depth(member.value) + 1 > limits::kDepthMax) gone = too_deep_ = true;
            if (gone) {
                remove(pointer + "/" + decode(member.key).value_or(""));
                continue;
            }
            kept.push_back(member);
            if (depth_here == 1) look_into(name, kept.back());
        }
        return kept;
    }

    void remove(const std::string& pointer) {
        if (std::count(removed_.begin(), removed_.end(), pointer) == 0) removed_.push_back(pointer);
    }

    const std::string* find(const std::string& name) const {
        for (const auto& member : members_) {
            if (name_of(member) == name) return &member.value;
        }
        return nullptr;
    }

    // A string's value; nothing for null or when absent. Another type is `wrong`.
    std::optional<std::string> text(const std::string* raw) {
        if (!raw || *raw == "null") return std::nullopt;
        if ((*raw)[0] != '"') {
            wrong_.insert(Rejection::kWrongType);
            return std::nullopt;
        }
        auto value = decode(*raw);
        if (!value) throw Malformed{};
        return value;
    }

    // Reads what decides, and says why the event is none.
    std::optional<Rejection> look() {
        const auto kind = text(find("kind")).value_or("");
        const auto version = text(find("apiVersion")).value_or("");
        if (!kind.empty() && kind != "Event") wrong_.insert(Rejection::kWrongKind);
        if (!version.empty() && version != "audit.k8s.io/v1" && version != "audit.k8s.io/v1beta1" &&
            version != "audit.k8s.io/v1alpha1")
            wrong_.insert(Rejection::kWrongKind);
        level_text_ = text(find("level")).value_or("");
        stage_text_ = text(find("stage")).value_or("");
        if (!stage()) wrong_.insert(Rejection::kUnknownStage);
        uri_ = text(find("requestURI"));
        verb_ = text(find("verb"));
        const auto* id = find("auditID");
        if (!id || (*id)[0] != '"' || text(id).value_or("").empty()) wrong_.insert(Rejection::kMissingAuditId);
        if (wrong_.empty()) return std::nullopt;
        return *wrong_.begin();
    }

    void look_into(const std::string& name, Member& member) {
        const std::map<std::string, const std::vector<std::string>*> objects = {{"user", &kUser},
                                                                                {"impersonatedUser", &kUser},
                                                                                {"objectRef", &kReference},
                                                                                {"responseStatus", &kStatus},
                                                                                {"annotations", nullptr}};
        const auto object = objects.find(name);
        if (object == objects.end()) return;
        if (member.value[0] != '{') {
            if (member.value != "null") wrong_.insert(Rejection::kWrongType);
            return;
        }
        auto inner = split_or_throw(member.value);
        if (object->second) inner = known_members(inner, *object->second, "/" + name, 2);
        if (name == "user") look_at_user(inner);
        if (name == "responseStatus") look_at_status(inner);
        if (name == "annotations") look_at_annotations(inner);
        if (object->second) member.value = joined(inner, '{', '}');
    }

    void look_at_user(const Members& user) {
        user_seen_ = true;
        for (const auto& member : user) {
            const auto name = name_of(member);
            const auto& value = member.value;
            if (name == "username") user_name_ = text(&value).value_or("");
            if (name == "uid" && value[0] != '"' && value != "null") wrong_.insert(Rejection::kWrongType);
            if (name == "username" || name == "uid") has_user_ |= value[0] == '"' && value != "\"\"";
            if (name == "extra" && value != "null" && value[0] != '{') wrong_.insert(Rejection::kWrongType);
            if (name == "extra" && value[0] == '{') has_user_ |= !split(value) || !split(value)->empty();
            if (name != "groups" || value == "null") continue;
            if (value[0] != '[') {
                wrong_.insert(Rejection::kWrongType);
                continue;
            }
            for (const auto& group : split_or_throw(value)) {
                has_user_ = true;
                if (const auto group_name = text(&group.value))
                    groups_.push_back(*group_name);
                else
                    wrong_.insert(Rejection::kWrongType);
            }
        }
    }

    void look_at_status(const Members& status) {
        for (const auto& member : status) {
            if (name_of(member) != "code" || member.value == "null") continue;
            const auto digits = member.value[0] == '-' ? member.value.substr(1) : member.value;
            const bool integer = !digits.empty() && digits.find_first_not_of("0123456789") == std::string::npos;
            if (!integer || digits.size() > 12 || std::stoll(digits) > 2147483647 + (digits != member.value ? 1 : 0))
                wrong_.insert(Rejection::kWrongType);
        }
    }

    void look_at_annotations(const Members& annotations) {
        for (const auto& member : annotations) {
            if (name_of(member) != "authorization.k8s.io/decision") continue;
            const auto value = decode(member.value).value_or("");
            if (value == "allow" || value == "forbid") allowed_ = value;
            break;
        }
    }

    std::optional<Stage> stage() const {
        for (const auto known :
             {Stage::kRequestReceived, Stage::kResponseStarted, Stage::kResponseComplete, Stage::kPanic}) {
            if (stage_text_ == to_string(known)) return known;
        }
        return std::nullopt;
    }

    bool readable() const { return uri_ && verb_ && user_seen_; }

    void decide() {
        if (!readable()) {
            decision_ = {.level = Level::kMetadata, .drop = false, .unreadable = true};
            return;
        }
        const std::vector<std::string_view> groups{groups_.begin(), groups_.end()};
        decision_ = policy_.decide({.stage = *stage(),
                                    .request_uri = *uri_,
                                    .verb = *verb_,
                                    .user_name = user_name_,
                                    .groups = groups,
                                    .has_user = has_user_});
    }

    Level own_level() const {
        for (const auto known : {Level::kNone, Level::kRequest, Level::kRequestResponse}) {
            if (level_text_ == to_string(known)) return known;
        }
        return Level::kMetadata;
    }

    Level level() const { return std::min(own_level(), decision_.level); }

    void cut() {
        cut_member("requestObject", level() < Level::kRequest);
        cut_member("responseObject", level() < Level::kRequestResponse);
        for (auto& member : members_) {
            if (name_of(member) == "annotations" && member.value[0] == '{') cut_annotations(member);
        }
        for (const std::string name : {"requestObject", "responseObject"}) {
            for (auto& member : members_) {
                if (name_of(member) == name && decision_.omit_managed_fields)
                    member.value = without_managed_fields(member.value, "/" + name, true);
            }
        }
        cut_member("auditfwd", true);
    }

    void cut_member(const std::string& name, bool gone) {
        if (gone && std::erase_if(members_, [&](const Member& member) { return name_of(member) == name; }) > 0)
            remove("/" + name);
    }

    void cut_annotations(Member& annotations) {
        auto inner = split_or_throw(annotations.value);
        bool decided = false;
        std::erase_if(inner, [&](const Member& member) {
            const auto name = name_of(member);
            bool gone = level() < Level::kRequest && name.starts_with("patch.webhook.admission.k8s.io/");
            if (name == "authorization.k8s.io/decision") {
                gone = decided;
                decided = true;
            }
            auto pointer = decode(member.key).value_or("");
            for (auto at = pointer.find_first_of("~/"); at != std::string::npos;
                 at = pointer.find_first_of("~/", at + 2))
                pointer.replace(at, 1, pointer[at] == '~' ? "~0" : "~1");
            if (gone) remove("/annotations/" + pointer);
            return gone;
        });
        annotations.value = joined(inner, '{', '}');
    }

    std::string without_managed_fields(const std::string& value, const std::string& pointer, bool root) {
        if (value[0] != '{') return value;
        auto members = split_or_throw(value);
        for (auto& member : members) {
            const auto name = name_of(member);
            if (name == "metadata" && member.value[0] == '{') {
                auto metadata = split_or_throw(member.value);
                const auto gone =
                    std::erase_if(metadata, [](const Member& m) { return name_of(m) == "managedFields"; });
                if (gone > 0) remove(pointer + "/metadata/managedFields");
                member.value = joined(metadata, '{', '}');
            }
            if (!root || member.value[0] != '[' || (name != "items" && name != "rows")) continue;
            auto elements = split_or_throw(member.value);
            for (auto& element : elements)
                element.value = name == "items" ? without_managed_fields(element.value, pointer + "/items/*", false)
                                                : row(element.value, pointer + "/rows/*");
            member.value = joined(elements, '[', ']');
        }
        return joined(members, '{', '}');
    }

    std::string row(const std::string& value, const std::string& pointer) {
        if (value[0] != '{') return value;
        auto members = split_or_throw(value);
        for (auto& member : members) {
            if (name_of(member) == "object")
                member.value = without_managed_fields(member.value, pointer + "/object", false);
        }
        return joined(members, '{', '}');
    }

    std::string rendered() {
        Members head;
        const auto put = [&](const std::string& name, const std::string& value, bool replace) {
            for (auto& member : members_) {
                if (name_of(member) != name) continue;
                if (replace || member.value == "null" || member.value == "\"\"") member.value = value;
                return;
            }
            head.push_back({'"' + name + '"', value});
        };
        const auto level_name = std::string{to_string(level())};
        put("kind", "\"Event\"", false);
        put("apiVersion", "\"audit.k8s.io/v1\"", false);
        put("level", '"' + level_name + '"', level_text_ != level_name);
        head.insert(head.end(), members_.begin(), members_.end());
        std::string ours = R"({"cluster":"c","source":"s")";
        if (decision_.rule > 0) ours += ",\"rule\":" + std::to_string(decision_.rule);
        if (!allowed_.empty()) ours += ",\"decision\":\"" + allowed_ + '"';
        if (!removed_.empty()) ours += ",\"removed\":[" + names() + ']';
        if (repaired_) ours += R"(,"repaired":true)";
        if (too_deep_) ours += R"(,"tooDeep":true)";
        if (!readable() || decision_.unreadable) ours += R"(,"unreadable":true)";
        if (to_string(own_level()) != level_text_) ours += R"(,"unknownLevel":true)";
        head.push_back({"\"auditfwd\"", ours + '}'});
        return joined(head, '{', '}');
    }

    std::string names() const {
        std::string out;
        for (std::size_t i = 0; i < std::min(removed_.size(), limits::kRecordListMax); ++i)
            out += (i == 0 ? "\"" : ",\"") + escaped(removed_[i]) + '"';
        if (removed_.size() > limits::kRecordListMax)
            out += ",\"+" + std::to_string(removed_.size() - limits::kRecordListMax) + '"';
        return out;
    }

    const Policy& policy_;
    std::string text_;
    Members members_;
    std::vector<std::string> removed_;
    std::set<Rejection> wrong_;
    std::string level_text_, stage_text_, allowed_, user_name_;
    std::optional<std::string> uri_, verb_;
    std::vector<std::string> groups_;
    Decision decision_;
    bool repaired_ = false, too_deep_ = false, user_seen_ = false, has_user_ = false;
};

}  // namespace

Outcome expect(std::string_view item, const Policy& policy) {
    try {
        return Reference{item, policy}.outcome();
    } catch (const Malformed&) {
        return {Outcome::Kind::kRejected, Rejection::kMalformed, {}};
    }
}

}  // namespace auditfwd::plain
