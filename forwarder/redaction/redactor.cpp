#include "forwarder/redaction/redactor.h"

#include "codecs/json_walk.h"
#include "forwarder/base/units.h"
#include "forwarder/redaction/body_context.h"
#include "forwarder/redaction/leaves.h"
#include "forwarder/redaction/marks.h"
#include "forwarder/redaction/names.h"
#include "forwarder/redaction/redaction.h"
#include "forwarder/redaction/standard.h"

namespace auditfwd {

namespace {

constexpr std::size_t kWindow = 16_KiB;

}  // namespace

class Redactor::Impl {
public:
    explicit Impl(const Redaction& redaction) : marks_{redaction.replacement}, tokens_{kWindow}, leaves_{kWindow} {}

    bool apply(Event& event, Edits& edits, Removed& removed);

private:
    enum class Outcome { kDone, kTooMuch, kMalformed };
    bool bodies(Event& event, Edits& edits, Removed& removed);
    Outcome body(Event& event, Member& member, const BodyContext& context);

    Marks marks_;
    JsonTokens tokens_;
    Leaves leaves_;
    StandardVisitor::Memory memory_;
    Names names_;
    bool moved_out_ = false;  // by the request in hand
};

bool Redactor::Impl::apply(Event& event, Edits& edits, Removed& removed) {
    marks_.begin(event.text, edits);
    if (!bodies(event, edits, removed)) return false;
    if (!marks_.places().empty()) names_.add(event, marks_.places(), tokens_, removed);
    return true;
}

bool Redactor::Impl::bodies(Event& event, Edits& edits, Removed& removed) {
    BodyContext context;
    bool known = false;
    moved_out_ = false;
    for (const auto field : {Field::kRequestObject, Field::kResponseObject}) {
        auto* const member = event.find(field);
        if (!member || member->cut) continue;
        if (!known) context = body_context(event.request_uri);
        known = true;
        auto outcome = Outcome::kTooMuch;
        if (field == Field::kRequestObject || !moved_out_) outcome = body(event, *member, context);
        if (outcome == Outcome::kMalformed) return false;
        if (outcome == Outcome::kDone) continue;
        edits.forget(member->value);
        member->cut = true;
        removed.add(field == Field::kRequestObject ? "/requestObject" : "/responseObject");
    }
    return true;
}

Redactor::Impl::Outcome Redactor::Impl::body(Event& event, Member& member, const BodyContext& context) {
    tokens_.reset(event.text.data(), member.value.begin, member.value.end);
    StandardVisitor visitor{event.text, context, marks_, leaves_, memory_};
    JsonWalk walk{tokens_};
    if (!tokens_.ready() || walk.value(2, visitor) != member.value.end) return Outcome::kMalformed;
    member.unchecked = false;
    event.spaced |= walk.spaced;
    event.suspect |= tokens_.fault_until() != 0;
    moved_out_ |= visitor.moved_out();
    return visitor.overflowed() || marks_.full() ? Outcome::kTooMuch : Outcome::kDone;
}

Redactor::Redactor(const Redaction* redaction) : redaction_{redaction} {}
Redactor::~Redactor() = default;

bool Redactor::apply(Event& event, Edits& edits, Removed& removed) {
    if (!redaction_ || redaction_->mode == RedactionMode::kOff) return true;
    if (!impl_) impl_ = std::make_unique<Impl>(*redaction_);
    return impl_->apply(event, edits, removed);
}

}  // namespace auditfwd
