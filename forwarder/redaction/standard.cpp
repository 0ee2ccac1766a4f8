#include "forwarder/redaction/standard.h"

#include "codecs/json_text.h"
#include "forwarder/base/limits.h"
#include "forwarder/redaction/field_names.h"
#include "forwarder/redaction/patch_path.h"

namespace auditfwd {

StandardVisitor::StandardVisitor(std::string_view text, const BodyContext& context, Marks& marks, Leaves& leaves,
                                 Memory& memory)
    : text_{text}, context_{context}, marks_{marks}, leaves_{leaves}, memory_{memory} {
    if (!memory.frames) memory.frames = std::make_unique_for_overwrite<Frame[]>(limits::kDepthMax + 1);
    memory.data.clear();
    frame_ = memory.frames.get();
    *frame_ = {};
}

void StandardVisitor::key(TextRange key) {
    frame_->held = static_cast<std::uint8_t>(field_name(text_.substr(key.begin + 1, key.size() - 2)));
}

void StandardVisitor::value(TextRange value) {
    if (frame_->held == 0) [[likely]]
        return;
    member(*frame_, value);
}

void StandardVisitor::open(std::uint32_t at, bool object) {
    frame_->begin = at;
    const bool tokens = !object && frame_->held == static_cast<std::uint8_t>(FieldName::kToken);
    ++frame_;
    frame_->kind = Frame::Kind::kNone;
    frame_->object = object;
    frame_->operation = frame_->twice = false;
    frame_->path = frame_->from = frame_->value = {};
    frame_->held = tokens ? static_cast<std::uint8_t>(FieldName::kToken) : std::uint8_t{0};
    frame_->first = memory_.data.size();
}

void StandardVisitor::close(std::uint32_t at) {
    if (frame_->object) end_object(*frame_, at + 1);
    --frame_;
    if (frame_->held != 0) member(*frame_, {frame_->begin, at + 1});
}

// A member with a name that says something; in an array under such a name, an element.
void StandardVisitor::member(Frame& frame, TextRange value) {
    const char first = text_[value.begin];
    const bool container = first == '{' || first == '[';
    const auto field = static_cast<FieldName>(frame.held);
    if (frame.object) frame.held = 0;
    switch (field) {
        case FieldName::kKind:
            name_kind(frame, value);
            break;
        case FieldName::kData:
            if (context_.secrets)
                leaves_.mark(text_, value, marks_);
            else if (memory_.data.size() < kDataMax)
                memory_.data.push_back(value);
            else
                overflowed_ = true;
            break;
        case FieldName::kStringData:
            leaves_.mark(text_, value, marks_);
            break;
        case FieldName::kToken:
            // An object says where a credential is, or of which type.
            if (!container && first != 't' && first != 'f') marks_.value(value);
            break;
        case FieldName::kOauthSecret:
            if (context_.oauth) leaves_.mark(text_, value, marks_);
            break;
        case FieldName::kOperation:
            frame.operation = true;
            break;
        case FieldName::kPath:
            operand(frame, frame.path, value);
            break;
        case FieldName::kFrom:
            operand(frame, frame.from, value);
            break;
        case FieldName::kValue:
            operand(frame, frame.value, value);
            break;
        case FieldName::kParameter:
        case FieldName::kOther:
            break;
    }
}

void StandardVisitor::name_kind(Frame& frame, TextRange value) {
    if (&frame == memory_.frames.get() + 1) {
        const auto kind = text_.substr(value.begin + 1, value.size() - 2);
        kind_ = !kind_.empty() || has_backslash(kind) ? "List" : kind;
    }
    if (frame.kind == Frame::Kind::kSecret || text_[value.begin] != '"') return;
    const auto name = text_.substr(value.begin + 1, value.size() - 2);
    const bool disguised = has_backslash(name);
    const bool secret = name == "Secret" || name == "SecretList" ||
                        (disguised && (is_name(name, "Secret") || is_name(name, "SecretList")));
    frame.kind = secret ? Frame::Kind::kSecret : Frame::Kind::kOther;
}

void StandardVisitor::operand(Frame& frame, TextRange& place, TextRange value) {
    frame.twice |= place.size() != 0;
    place = value;
}

void StandardVisitor::end_object(const Frame& frame, std::uint32_t end) {
    if (frame.operation) [[unlikely]]
        end_operation(frame, end);
    if (memory_.data.size() == frame.first) [[likely]]
        return;
    if (frame.kind == Frame::Kind::kNone) return;  // what is around it decides
    if (frame.kind == Frame::Kind::kSecret) {
        for (auto i = frame.first; i < memory_.data.size(); ++i) leaves_.mark(text_, memory_.data[i], marks_);
    }
    memory_.data.resize(frame.first);
}

// An object with a member `op` is an operation of a JSON Patch if it has a path, wherever it stands.
void StandardVisitor::end_operation(const Frame& frame, std::uint32_t end) {
    if (frame.path.size() == 0) return;
    const auto raw = [&](TextRange range) { return text_.substr(range.begin, range.size()); };
    const auto path = read_patch_path(raw(frame.path), context_);
    const auto from = frame.from.size() == 0 ? PatchPath{.readable = true} : read_patch_path(raw(frame.from), context_);
    moved_out_ |= from.holds || !from.readable;
    if (frame.twice) {
        // Which of them counts depends on who reads it.
        leaves_.mark(text_, {frame_[-1].begin, end}, marks_);
    } else if (frame.value.size() != 0 && (path.secret || !path.readable)) {
        leaves_.mark(text_, frame.value, marks_);
    }
}

}  // namespace auditfwd
