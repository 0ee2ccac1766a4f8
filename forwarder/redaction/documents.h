// JSON texts of one event: its own, and those its strings hold as text, which hold strings again.
//
// Each is walked for what its structure says and scanned for what its strings look like. What a string holds is
// redacted as a text of its own and written back into the string; what begins like JSON and is none goes as a whole if
// it mentions a secret. Texts lie in texts at most kLevels deep; deeper ones, and those above kTextBytesMax, go whole.
//
// Owner and thread: the Redactor.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/edits.h"
#include "codecs/json_tokens.h"
#include "forwarder/base/units.h"
#include "forwarder/redaction/body_context.h"
#include "forwarder/redaction/leaves.h"
#include "forwarder/redaction/marks.h"
#include "forwarder/redaction/standard.h"

namespace auditfwd {

class Documents {
public:
    static constexpr std::size_t kLevels = 4;
    static constexpr std::size_t kTextBytesMax = 1_MiB;

    explicit Documents(const Replacement& replacement);

    // Begins with an event whose requestURI, unescaped, is this.
    void begin(std::string_view request_uri);

    struct Walked {
        bool valid = false;   // RFC 8259, but for what `faulty` says
        bool faulty = false;  // a string has a bad escape or a raw control character, perhaps
        bool spaced = false;
        bool complete = false;  // everything found is marked
        // See StandardVisitor.
        bool moved_out = false;
        std::string_view kind{};
    };
    // The value at `range`, nested `depth` deep in its text.
    Walked walk(std::string_view text, TextRange range, std::size_t depth, Marks& marks);
    // [begin, end) of a JSON text; 34 bytes behind it are readable.
    void scan(std::string_view text, std::uint32_t begin, std::uint32_t end, Marks& marks) {
        scan(text, begin, end, marks, 0);
    }

    JsonTokens& tokens() { return tokens_; }
    // Of the event's request.
    const BodyContext& context();

private:
    struct Level {
        explicit Level(const Replacement& replacement) : marks{replacement} {}
        std::string plain;  // the text, and readable bytes behind it
        std::string redacted;
        Edits edits;
        Marks marks;
    };

    class Ahead;

    void scan(std::string_view text, std::uint32_t begin, std::uint32_t end, Marks& marks, std::size_t level);
    // A string whose escapes hide something, or that begins like JSON.
    void look_into(std::string_view text, TextRange string, Marks& marks, std::size_t level);
    void look_into_json(TextRange string, bool carrier, Marks& marks, std::size_t level);
    Level& level(std::size_t number);

    const Replacement& replacement_;
    JsonTokens tokens_;
    Leaves leaves_;
    StandardVisitor::Memory memory_;
    std::array<std::unique_ptr<Level>, kLevels> levels_;
    std::array<std::vector<TextRange>, kLevels + 1> ahead_;  // of the event's text, and of each level's
    std::string_view request_uri_;
    std::optional<BodyContext> context_;
};

}  // namespace auditfwd
