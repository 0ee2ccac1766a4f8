#include "forwarder/redaction/leaves.h"

#include "codecs/json_walk.h"

namespace auditfwd {

namespace {

class LeafVisitor : public JsonVisitor {
public:
    explicit LeafVisitor(Marks& marks) : marks_{marks} {}
    void value(TextRange value) { marks_.value(value); }

private:
    Marks& marks_;
};

}  // namespace

void Leaves::mark(std::string_view text, TextRange range, Marks& marks) {
    if (text[range.begin] != '{' && text[range.begin] != '[') return marks.value(range);
    tokens_.reset(text.data(), range.begin, range.end);
    LeafVisitor visitor{marks};
    JsonWalk walk{tokens_};
    if (tokens_.ready()) walk.value(1, visitor);
}

}  // namespace auditfwd
