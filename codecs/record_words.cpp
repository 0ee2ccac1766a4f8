#include "codecs/record_words.h"

#include <optional>

#include "codecs/json_scan.h"
#include "codecs/json_text.h"
#include "forwarder/base/limits.h"

namespace auditfwd {

namespace {

// Behind the closing quote of the string that begins at `begin`; npos when it does not close.
std::size_t string_end(std::string_view text, std::size_t begin) {
    for (auto at = text.find('"', begin + 1); at != text.npos; at = text.find('"', at + 1)) {
        const auto before = text.find_last_not_of('\\', at - 1);  // at most `begin`, a quote
        if ((at - before) % 2 == 1) return at + 1;
    }
    return text.npos;
}

struct Member {
    std::string_view key;    // without quotes
    std::string_view value;  // with quotes or brackets
};

// The members of a JSON object as the record writer writes it: without white space. Ends early at anything else.
class Members {
public:
    explicit Members(std::string_view object) : text_{object} {}

    std::optional<Member> next() {
        if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') return std::nullopt;  // `{` or `,` is at at_
        const auto key = at_ + 1;
        const auto key_end = string_end(text_, key);
        if (key_end >= text_.size() || text_[key_end] != ':') return std::nullopt;
        const auto value = key_end + 1;
        const auto end = value_end(value);
        if (end > text_.size()) return std::nullopt;
        at_ = end;
        return Member{text_.substr(key + 1, key_end - key - 2), text_.substr(value, end - value)};
    }

private:
    std::size_t value_end(std::size_t begin) const {
        if (begin >= text_.size()) return text_.npos;
        const char first = text_[begin];
        if (first == '"') return string_end(text_, begin);
        if (first != '{' && first != '[') return text_.find_first_of(",}", begin);
        const auto skipped = scan_kernel().skip(text_.data() + begin, text_.size() - begin, limits::kDepthMax);
        return skipped.end == 0 ? text_.npos : begin + skipped.end;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

// The content of a string; nothing of other values.
std::string_view content(std::string_view value) {
    if (value.size() < 2 || value.front() != '"') return {};
    return value.substr(1, value.size() - 2);
}

std::string_view find_string(std::string_view object, std::string_view key) {
    Members members{object};
    while (const auto member = members.next()) {
        if (member->key == key) return content(member->value);
    }
    return {};
}

}  // namespace

RecordWords::RecordWords(const RecordView& record, WordSet wanted) {
    at(RecordWord::kLevel) = to_string(record.facts.level);
    at(RecordWord::kPriority) = to_string(record.facts.priority);
    read_event(record.json, wanted);
    for (const auto word :
         {RecordWord::kClusterName, RecordWord::kSource, RecordWord::kDetections, RecordWord::kPart}) {
        if (!wanted.has(word)) continue;
        read_ours(record.json);
        break;
    }
}

void RecordWords::read_event(std::string_view json, WordSet wanted) {
    const bool object = wanted.has(RecordWord::kNamespace) || wanted.has(RecordWord::kResource);
    unsigned missing = (wanted.has(RecordWord::kAuditId) ? 1u : 0u) + (wanted.has(RecordWord::kVerb) ? 1u : 0u) +
                       (wanted.has(RecordWord::kUser) ? 1u : 0u) + (object ? 1u : 0u);
    Members members{json};
    while (missing > 0) {
        const auto member = members.next();
        if (!member) return;
        if (wanted.has(RecordWord::kAuditId) && member->key == "auditID") {
            at(RecordWord::kAuditId) = content(member->value);
            --missing;
        } else if (wanted.has(RecordWord::kVerb) && member->key == "verb") {
            at(RecordWord::kVerb) = content(member->value);
            --missing;
        } else if (wanted.has(RecordWord::kUser) && member->key == "user") {
            at(RecordWord::kUser) = find_string(member->value, "username");
            --missing;
        } else if (object && member->key == "objectRef") {
            at(RecordWord::kNamespace) = find_string(member->value, "namespace");
            at(RecordWord::kResource) = find_string(member->value, "resource");
            --missing;
        }
    }
}

void RecordWords::read_ours(std::string_view json) {
    // Our member is the last one. Inside it all quotes of text are escaped, so nothing there looks like its key.
    constexpr std::string_view kKey = R"(,"auditfwd":)";
    const auto key = json.rfind(R"(,"auditfwd":{)");
    if (key == json.npos) return;
    Members members{json.substr(key + kKey.size())};
    while (const auto member = members.next()) {
        if (member->key == "cluster") at(RecordWord::kClusterName) = content(member->value);
        if (member->key == "source") at(RecordWord::kSource) = content(member->value);
        if (member->key == "detections") at(RecordWord::kDetections) = member->value;
        if (member->key == "part") at(RecordWord::kPart) = member->value;
    }
}

std::string_view plain_text(std::string_view word, std::size_t bytes_max, std::string& buffer) {
    if (has_backslash(word)) {
        buffer.resize(word.size());
        const auto bytes = unescape(word, buffer.data());
        word = std::string_view{buffer}.substr(0, bytes.value_or(0));
    }
    return word.substr(0, bytes_max);
}

}  // namespace auditfwd
