// A rule's output: text with fields in it, `%ka.user.name`, `%10ka.uri.param[command]`, `%toupper(ka.verb)`.
//
// As Falco prints it: a field is the longest name that there is; a number before it makes its text exactly so many
// bytes long; what is absent is `<NA>`, a list `(a,b)`, at most kListBytesMax of it; blanks around it and a leading `*`
// mean nothing. `%%` is a percent sign. No text is cut inside a character.
//
// Immutable, shared by all workers. Render from the event as it is kept: what the policy and redaction removed must not
// come back through an output.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forwarder/detection/check.h"
#include "forwarder/detection/field.h"

namespace auditfwd::detection {

class OutputTemplate {
public:
    static constexpr std::size_t kBytesMax = 16'384;  // of what is rendered; "…" where it was cut
    static constexpr std::size_t kListBytesMax = 1'023;
    static constexpr std::size_t kWidthMax = 1'024;

    // Nothing when it names a field that does not exist or ends inside one: `error` says what and where.
    static std::optional<OutputTemplate> parse(std::string_view text, bool falco_compat, FieldTable& fields,
                                               CheckProblem& error);

    // Appends to `out`.
    void render(FieldSource& event, std::string& out, TransformedValues& scratch) const;
    // The fields it names, in order.
    std::vector<FieldId> fields() const;

private:
    struct Piece {
        std::string text;             // before the field
        std::optional<FieldUse> use;  // none: the text ends the output
        std::size_t width = 0;        // 0: as long as it is
    };

    std::vector<Piece> pieces_;
};

}  // namespace auditfwd::detection
