#include "codecs/body_edits.h"

#include <array>
#include <string>

#include "codecs/json_text.h"
#include "codecs/json_walk.h"

namespace auditfwd {

namespace {

// Decides member by member of an annotations object.
class AnnotationCuts : public JsonVisitor {
public:
    AnnotationCuts(std::string_view text, bool patches, Edits& edits, Removed& removed)
        : text_{text}, patches_{patches}, cutter_{edits}, removed_{removed} {}

    void open(std::uint32_t, bool) { ++depth_; }
    void close(std::uint32_t at) {
        if (--depth_ == 1) cutter_.keep({key_.begin, at + 1});
        if (depth_ == 0) cutter_.end();
    }
    void key(TextRange key) {
        if (depth_ == 1) key_ = key;
        asked_ = depth_ == 1;
    }
    void value(TextRange value) {
        if (depth_ == 1) cutter_.keep({key_.begin, value.end});
    }
    bool skips() {
        if (!asked_) return false;
        const auto name = text_.substr(key_.begin + 1, key_.size() - 2);
        if (is_name(name, kDecisionAnnotation)) {
            const bool second = decided_;
            decided_ = true;
            return second;
        }
        return patches_ && behind_name(name, kPatchAnnotation).has_value();
    }
    void skipped(TextRange value) {
        cutter_.cut({key_.begin, value.end});
        const auto name = text_.substr(key_.begin + 1, std::min<std::size_t>(key_.size() - 2, kNameBytesMax));
        std::string plain(name.size(), '\0');
        plain.resize(unescape(name, plain.data()).value_or(0));
        std::string pointer = "/annotations/";
        for (const char c : plain) {
            if (c == '~')
                pointer += "~0";
            else if (c == '/')
                pointer += "~1";
            else
                pointer += c;
        }
        removed_.add(pointer);
    }

private:
    static constexpr std::size_t kNameBytesMax = 256;
    const std::string_view text_;
    const bool patches_;
    MemberCutter cutter_;
    Removed& removed_;
    TextRange key_;
    std::size_t depth_ = 0;
    bool asked_ = false;
    bool decided_ = false;
};

// Follows the few places an object can have managedFields; everything else is no place.
class ManagedFieldCuts : public JsonVisitor {
public:
    ManagedFieldCuts(std::string_view text, std::string_view pointer, Edits& edits, Removed& removed)
        : text_{text}, pointer_{pointer}, edits_{edits}, cutter_{edits}, removed_{removed} {}

    void open(std::uint32_t, bool object) {
        const auto place = inside(object);
        ++depth_;
        if (depth_ < places_.size()) places_[depth_] = place;
        if (place == Place::kMetadata) cutter_ = MemberCutter{edits_};
    }
    void close(std::uint32_t at) {
        if (here() == Place::kMetadata) cutter_.end();
        --depth_;
        if (here() == Place::kMetadata) cutter_.keep({key_.begin, at + 1});
    }
    void key(TextRange key) {
        if (here() != Place::kNone) key_ = key;
    }
    void value(TextRange value) {
        if (here() == Place::kMetadata) cutter_.keep({key_.begin, value.end});
    }
    bool skips() { return here() == Place::kMetadata && named("managedFields"); }
    void skipped(TextRange value) {
        cutter_.cut({key_.begin, value.end});
        std::string pointer{pointer_};
        if (places_[2] == Place::kItems) pointer += "/items/*";
        if (places_[2] == Place::kRows) pointer += "/rows/*/object";
        removed_.add(pointer += "/metadata/managedFields");
    }

private:
    enum class Place : std::uint8_t { kNone, kRoot, kItems, kRows, kRow, kObject, kMetadata };

    Place here() const { return depth_ < places_.size() ? places_[depth_] : Place::kNone; }
    bool named(std::string_view name) const { return is_name(text_.substr(key_.begin + 1, key_.size() - 2), name); }
    Place inside(bool object) const {
        switch (here()) {
            case Place::kNone:
                return depth_ == 0 && object ? Place::kRoot : Place::kNone;
            case Place::kRoot:
                if (object) return named("metadata") ? Place::kMetadata : Place::kNone;
                return named("items") ? Place::kItems : named("rows") ? Place::kRows : Place::kNone;
            case Place::kItems:
                return object ? Place::kObject : Place::kNone;
            case Place::kRows:
                return object ? Place::kRow : Place::kNone;
            case Place::kRow:
                return object && named("object") ? Place::kObject : Place::kNone;
            case Place::kObject:
                return object && named("metadata") ? Place::kMetadata : Place::kNone;
            case Place::kMetadata:
                break;
        }
        return Place::kNone;
    }

    const std::string_view text_;
    const std::string_view pointer_;
    Edits& edits_;
    MemberCutter cutter_;
    Removed& removed_;
    TextRange key_;  // the last one in a place
    std::size_t depth_ = 0;
    std::array<Place, 7> places_{};  // by depth: rows[].object.metadata is the deepest, at 5
};

class MemberList : public JsonVisitor {
public:
    MemberList(std::string_view text, std::span<ObjectMember> out) : text_{text}, out_{out} {}
    void open(std::uint32_t at, bool object) {
        if (++depth_ == 1) good_ = object;
        if (depth_ == 2) begin_ = at;
    }
    void close(std::uint32_t at) {
        if (--depth_ == 1) add({begin_, at + 1});
    }
    void key(TextRange key) {
        if (depth_ == 1) key_ = text_.substr(key.begin + 1, key.size() - 2);
    }
    void value(TextRange value) {
        if (depth_ <= 1) add(value);
    }
    std::size_t count() const { return good_ ? count_ : 0; }

private:
    void add(TextRange value) {
        for (std::size_t i = 0; i < count_; ++i) {
            if (out_[i].key == key_) return;
        }
        if (count_ == out_.size())
            good_ = false;
        else
            out_[count_++] = {key_, text_.substr(value.begin, value.size())};
    }

    const std::string_view text_;
    const std::span<ObjectMember> out_;
    std::string_view key_;
    std::size_t depth_ = 0;
    std::size_t count_ = 0;
    std::uint32_t begin_ = 0;
    bool good_ = false;
};

}  // namespace

template <class Visitor>
bool BodyEditor::walk(Event& event, Member& member, Visitor& visitor) {
    tokens_.reset(event.text.data(), member.value.begin, member.value.end);
    JsonWalk walk{tokens_};
    if (!tokens_.ready() || walk.value(2, visitor) != member.value.end) return false;
    event.spaced |= walk.spaced;
    event.suspect |= tokens_.fault_until() != 0;
    return true;
}

bool BodyEditor::cut_annotations(Event& event, bool patches, Edits& edits, Removed& removed) {
    AnnotationCuts cuts{event.text, patches, edits, removed};
    return walk(event, *event.find(Field::kAnnotations), cuts);
}

bool BodyEditor::cut_managed_fields(Event& event, Member& member, Edits& edits, Removed& removed) {
    const auto* pointer = member.field == Field::kRequestObject ? "/requestObject" : "/responseObject";
    ManagedFieldCuts cuts{event.text, pointer, edits, removed};
    if (!walk(event, member, cuts)) return false;
    member.unchecked = false;
    return true;
}

bool BodyEditor::check(Event& event, Member& member) {
    JsonVisitor nobody;
    if (!walk(event, member, nobody)) return false;
    member.unchecked = false;
    return true;
}

template <class Visitor>
bool BodyEditor::walk_text(std::string_view text, Visitor& visitor, bool& spaced) {
    const auto end = static_cast<std::uint32_t>(text.size());
    tokens_.reset(text.data(), 0, end);
    JsonWalk walk{tokens_};
    const bool good =
        tokens_.ready() && walk.value(1, visitor) == end && !tokens_.ready() && tokens_.fault_until() == 0;
    spaced |= walk.spaced;
    return good;
}

bool BodyEditor::check(std::string_view text) {
    JsonVisitor nobody;
    bool spaced = false;
    return walk_text(text, nobody, spaced);
}

std::size_t BodyEditor::members_of(std::string_view object, std::span<ObjectMember> out, bool& spaced) {
    MemberList list{object, out};
    return walk_text(object, list, spaced) ? list.count() : 0;
}

}  // namespace auditfwd
