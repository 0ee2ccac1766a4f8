#include "forwarder/redaction/redactor.h"

#include <algorithm>
#include <string>

#include "forwarder/base/assert.h"
#include "forwarder/base/units.h"
#include "forwarder/redaction/allow_list.h"
#include "forwarder/redaction/documents.h"
#include "forwarder/redaction/marks.h"
#include "forwarder/redaction/names.h"
#include "forwarder/redaction/place_walk.h"
#include "forwarder/redaction/redaction.h"
#include "forwarder/redaction/request_uri.h"

namespace auditfwd {

namespace {

constexpr std::size_t kWindow = 16_KiB;

}  // namespace

class Redactor::Impl {
public:
    explicit Impl(const Redaction& redaction)
        : redaction_{redaction}, marks_{redaction.replacement}, documents_{redaction.replacement} {
        if (redaction.mode == RedactionMode::kStrict)
            strict_ = std::make_unique<PlaceWalk>(allow_list().tree(), PlaceWalk::Paths::kKept, kWindow);
        if (!redaction.rules.empty())
            ruled_ = std::make_unique<PlaceWalk>(redaction.rules.tree(), PlaceWalk::Paths::kTaken, kWindow);
    }

    bool apply(Event& event, Edits& edits, Removed& removed);

private:
    bool bodies(Event& event, Edits& edits, Removed& removed);
    bool strictly(const Event& event);
    bool by_rules(Event& event);
    void uri(Event& event, bool known);
    void texts(const Event& event);
    void cut_fullest(Event& event, Edits& edits, Removed& removed);

    const Redaction& redaction_;
    Marks marks_;
    Documents documents_;
    Names names_;
    std::unique_ptr<PlaceWalk> strict_;  // null: standard
    std::unique_ptr<PlaceWalk> ruled_;   // null: no rules
};

bool Redactor::Impl::apply(Event& event, Edits& edits, Removed& removed) {
    marks_.begin(event.text, edits);
    documents_.begin(event.request_uri);
    for (;;) {
        if (!bodies(event, edits, removed)) return false;
        if (strict_ && !strictly(event)) return false;
        if (ruled_ && !by_rules(event)) return false;
        uri(event, false);
        texts(event);
        if (!edits.full()) [[likely]]
            break;
        cut_fullest(event, edits, removed);
    }
    if (marks_.places().empty()) [[likely]]
        return true;
    if (const auto* member = event.find(Field::kRequestUri); member && marks_.any_inside(member->value))
        uri(event, true);
    event.masked |= names_.add(event, marks_.places(), documents_.tokens(), removed);
    return true;
}

bool Redactor::Impl::bodies(Event& event, Edits& edits, Removed& removed) {
    bool moved_out = false;
    for (const auto field : {Field::kRequestObject, Field::kResponseObject}) {
        auto* const member = event.find(field);
        if (!member || member->cut) continue;
        bool kept = field == Field::kRequestObject || !moved_out;
        if (kept) {
            const auto walked = documents_.walk(event.text, member->value, 2, marks_);
            if (!walked.valid) return false;
            member->unchecked = false;
            event.spaced |= walked.spaced;
            event.suspect |= walked.faulty;
            moved_out = walked.moved_out;
            if (ruled_) {
                redaction_.rules.each(walked.kind, documents_.context(), [&](PathTree::Node node) {
                    ruled_->mark(event.text, member->value, node, true, marks_);
                });
            }
            kept = walked.complete && !marks_.full();
        }
        if (kept) continue;
        edits.forget(member->value);
        member->cut = true;
        removed.add(field == Field::kRequestObject ? "/requestObject" : "/responseObject");
    }
    return true;
}

// What stands outside bodies as well, each member from its place in the event. False: a member is not RFC 8259.
bool Redactor::Impl::strictly(const Event& event) {
    const auto& allowed = allow_list();
    for (const auto& member : event.members) {
        if (member.cut || member.field == Field::kRequestUri || member.field == Field::kAuditfwd) continue;
        const bool body = member.field == Field::kRequestObject || member.field == Field::kResponseObject;
        const auto name = event.text.substr(member.key.begin + 1, member.key.size() - 2);
        const auto place =
            body ? allowed.body(documents_.context().group) : allowed.tree().member(allowed.event(), name);
        if (!strict_->mark(event.text, member.value, place, body, marks_)) return false;
    }
    return true;
}

// Rules for the event itself. False: a member is not RFC 8259.
bool Redactor::Impl::by_rules(Event& event) {
    const auto& rules = redaction_.rules;
    for (const auto& member : event.members) {
        if (member.cut || member.field == Field::kAuditfwd) continue;
        const auto place =
            rules.tree().member(rules.event(), event.text.substr(member.key.begin + 1, member.key.size() - 2));
        if (place == PathTree::kNowhere) continue;
        if (!ruled_->mark(event.text, member.value, place, false, marks_)) return false;
        event.masked |= member.field == Field::kRequestUri;
    }
    return true;
}

// `known`: that it holds a credential as it stands.
void Redactor::Impl::uri(Event& event, bool known) {
    auto* const member = event.find(Field::kRequestUri);
    if (!member || event.text[member->value.begin] != '"') return;
    if (event.request_uri.empty()) {
        // Too long to be read whole, so that nobody can say what is in it.
        if (member->value.size() > 2) marks_.value(member->value);
        return;
    }
    const auto redacted = redact_uri(event.request_uri, redaction_.replacement, known, strict_ != nullptr);
    if (!redacted.changed) return;
    marks_.rewrite(member->value, redacted.text);
    event.masked |= redacted.masked;
}

// Whatever is kept, for credentials recognised by their form, and for JSON in strings.
void Redactor::Impl::texts(const Event& event) {
    std::uint32_t begin = 0, end = 0;
    for (const auto& member : event.members) {
        if (member.cut) {
            if (end > begin) documents_.scan(event.text, begin, end, marks_);
            begin = end = 0;
            continue;
        }
        if (end == 0) begin = member.key.begin;
        end = member.value.end;
    }
    if (end > begin) documents_.scan(event.text, begin, end, marks_);
}

// More was found than can be remembered: the member with most edits goes whole. A policy that would read it later sees
// that it is masked.
void Redactor::Impl::cut_fullest(Event& event, Edits& edits, Removed& removed) {
    const auto all = edits.sorted();
    Member* fullest = nullptr;
    std::ptrdiff_t most = 0;
    for (auto& member : event.members) {
        const auto count = std::count_if(all.begin(), all.end(), [&member](const Edit& edit) {
            return edit.range.begin >= member.value.begin && edit.range.end <= member.value.end;
        });
        if (member.cut || count <= most) continue;
        most = count;
        fullest = &member;
    }
    CHECK(fullest != nullptr);  // there are more edits than keys
    edits.forget(fullest->value);
    event.masked = true;
    if (event.text[fullest->value.begin] == '"') return marks_.value(fullest->value);
    fullest->cut = true;
    removed.add('/' + std::string{to_string(fullest->field)});
}

Redactor::Redactor(const Redaction* redaction) : redaction_{redaction} {}
Redactor::~Redactor() = default;

bool Redactor::apply(Event& event, Edits& edits, Removed& removed) {
    if (!redaction_ || redaction_->mode == RedactionMode::kOff) return true;
    if (!impl_) impl_ = std::make_unique<Impl>(*redaction_);
    return impl_->apply(event, edits, removed);
}

}  // namespace auditfwd
