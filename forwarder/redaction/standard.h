// What `standard` knows of a body's structure: where in it secret values are. README.md of this room has the list.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "codecs/json_walk.h"
#include "forwarder/redaction/body_context.h"
#include "forwarder/redaction/leaves.h"
#include "forwarder/redaction/marks.h"

namespace auditfwd {

// Hears a JSON value of any shape; one for each walk. Of an object that is a Secret only what its members are together
// says so, in any order, and items of lists say nothing themselves: members called `data` are remembered until an
// object around them says what they are.
class StandardVisitor : public JsonVisitor {
public:
    // Kept by the owner from walk to walk.
    struct Frame {
        enum class Kind : std::uint8_t { kNone, kSecret, kOther };
        Kind kind;
        bool object;
        bool operation;       // has a member `op`
        bool twice;           // has one of its members twice
        std::uint8_t held;    // FieldName of the member in hand
        std::uint32_t begin;  // of the container that is its value
        std::size_t first;    // of the remembered members that are inside this object
        TextRange path, from, value;
    };
    struct Memory {
        std::unique_ptr<Frame[]> frames;
        std::vector<TextRange> data;
    };

    StandardVisitor(std::string_view text, const BodyContext& context, Marks& marks, Leaves& leaves, Memory& memory);

    void open(std::uint32_t at, bool object);
    void close(std::uint32_t at);
    void key(TextRange key);
    void value(TextRange value);

    // More was remembered than there is room for: the text has to go as a whole.
    bool overflowed() const { return overflowed_; }
    // An operation copies or moves something out of a Secret's data: what its response holds elsewhere is not known.
    bool moved_out() const { return moved_out_; }
    // Of the outermost object, as it stands in the text; "List", which may hold anything, when it is not clear.
    std::string_view kind() const { return kind_; }

private:
    static constexpr std::size_t kDataMax = 4096;

    void member(Frame& frame, TextRange value);
    void name_kind(Frame& frame, TextRange value);
    void end_object(const Frame& frame, std::uint32_t end);
    void end_operation(const Frame& frame, std::uint32_t end);
    void operand(Frame& frame, TextRange& place, TextRange value);

    const std::string_view text_;
    const BodyContext& context_;
    Marks& marks_;
    Leaves& leaves_;
    Memory& memory_;
    Frame* frame_;
    std::string_view kind_;
    bool overflowed_ = false;
    bool moved_out_ = false;
};

}  // namespace auditfwd
