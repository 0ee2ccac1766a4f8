#include "forwarder/redaction/documents.h"

#include <algorithm>

#include "codecs/json_text.h"
#include "codecs/json_walk.h"
#include "forwarder/base/limits.h"
#include "forwarder/redaction/form_scan.h"
#include "forwarder/redaction/forms.h"

namespace auditfwd {

namespace {

constexpr std::size_t kWindow = 16_KiB;
constexpr std::size_t kKeptBytesMax = 64_KiB;  // of a level's texts, from one string to the next

// The string around a position, by the quotes next to it; empty when there is none between `begin` and `end`.
TextRange string_around(std::string_view text, std::uint32_t at, std::uint32_t begin, std::uint32_t end) {
    auto open = at;
    for (;; --open) {
        if (text[open] == '"') {
            auto backslashes = open;
            while (backslashes > begin && text[backslashes - 1] == '\\') --backslashes;
            if ((open - backslashes) % 2 == 0) break;
        }
        if (open == begin) return {};
    }
    auto close = open + 1;
    while (close < end && text[close] != '"') close += text[close] == '\\' ? 2 : 1;
    return close < end ? TextRange{open, close + 1} : TextRange{};
}

std::string_view content_of(std::string_view text, TextRange string) {
    return text.substr(string.begin + 1, string.size() - 2);
}

// Whether the string is the value of an annotation that copies a whole object or patch.
bool is_carrier(std::string_view text, TextRange string) {
    constexpr std::uint32_t kNameBytesMax = 128;
    const auto from = string.begin > kNameBytesMax ? string.begin - kNameBytesMax : 0;
    auto before = text.substr(from, string.begin - from);
    before = before.substr(std::min(before.size(), before.rfind(',') + 1));
    return before.find("last-applied") != before.npos || before.find("patch.webhook") != before.npos;
}

// Of a text that looks like JSON and cannot be read.
bool mentions_secrets(std::string_view plain) {
    constexpr std::string_view kWords[] = {"secret",   "token",      "passw",  "stringdata",
                                           "\"data\"", "credential", "private"};
    return std::any_of(std::begin(kWords), std::end(kWords), [plain](std::string_view word) {
        const auto same = [](char a, char b) { return (a | 0x20) == b || a == b; };
        return std::search(plain.begin(), plain.end(), word.begin(), word.end(), same) != plain.end();
    });
}

bool begins_like_json(std::string_view plain) {
    const auto first = plain.find_first_not_of(" \t\r\n");
    return first != plain.npos && (plain[first] == '{' || plain[first] == '[' || plain[first] == '"');
}

}  // namespace

Documents::Documents(const Replacement& replacement) : replacement_{replacement}, tokens_{kWindow}, leaves_{kWindow} {}

void Documents::begin(std::string_view request_uri) {
    request_uri_ = request_uri;
    context_.reset();
}

const BodyContext& Documents::context() {
    if (!context_) context_ = body_context(request_uri_);
    return *context_;
}

Documents::Level& Documents::level(std::size_t number) {
    auto& level = levels_[number];
    if (!level) level = std::make_unique<Level>(replacement_);
    return *level;
}

Documents::Walked Documents::walk(std::string_view text, TextRange range, std::size_t depth, Marks& marks) {
    tokens_.reset(text.data(), range.begin, range.end);
    StandardVisitor visitor{text, context(), marks, leaves_, memory_};
    JsonWalk walk{tokens_};
    Walked walked;
    if (!tokens_.ready()) return walked;
    const auto end = walk.value(depth, visitor);
    walked.valid = end != 0 && !tokens_.ready() && is_gap(text.data(), end, range.end);
    walked.faulty = tokens_.fault_until() != 0;
    walked.spaced = walk.spaced;
    walked.complete = !visitor.overflowed() && !marks.full();
    walked.moved_out = visitor.moved_out();
    walked.kind = visitor.kind();
    return walked;
}

// What was found and lies ahead of where the text is read: between a URL and its parameters there may be more to find.
class Documents::Ahead {
public:
    explicit Ahead(std::vector<TextRange>& ranges) : ranges_{ranges} { ranges_.clear(); }

    void add(FormText& in, Finding found) {
        if (found.parameters == 0) return add(found.range);
        const bool in_order = ranges_.empty();  // only of one URL at a time are there parameters
        for (; found.kind == Finding::Kind::kPart; found = next_parameter(in, found.parameters)) {
            if (in_order)
                ranges_.push_back(found.range);
            else
                add(found.range);
            if (found.parameters == 0 || ranges_.size() > Edits::kMax) break;
        }
        if (in_order) std::reverse(ranges_.begin(), ranges_.end());
    }

    // Marks what begins at `at` or before. Gives where the last of that ends, or `done`.
    std::uint32_t mark_until(std::uint32_t at, Marks& marks, std::uint32_t done) {
        for (; !ranges_.empty() && ranges_.back().begin <= at; ranges_.pop_back()) {
            marks.part(ranges_.back());
            done = std::max(done, ranges_.back().end);
        }
        return done;
    }

private:
    // Ranges that overlap become one.
    void add(TextRange range) {
        auto at = ranges_.end();
        while (at != ranges_.begin() && (at - 1)->end <= range.begin) --at;
        while (at != ranges_.begin() && (at - 1)->begin < range.end) {
            --at;
            range = {std::min(range.begin, at->begin), std::max(range.end, at->end)};
            at = ranges_.erase(at);
        }
        ranges_.insert(at, range);
    }

    std::vector<TextRange>& ranges_;  // the next one is the last
};

void Documents::scan(std::string_view text, std::uint32_t begin, std::uint32_t end, Marks& marks, std::size_t level) {
    FormText in{.text = text, .begin = begin, .end = end};
    FormScan positions{text.data(), begin, end};
    Ahead ahead{ahead_[level]};
    auto done = begin;          // what is before is marked, or stays
    auto strings_done = begin;  // the same, of strings looked at as a whole
    for (std::uint32_t at = 0; positions.next(at);) {
        done = ahead.mark_until(at, marks, done);
        if (marks.full()) return;
        if (at < done) continue;
        const auto found = look_at(in, at);
        if (found.kind == Finding::Kind::kNothing) continue;
        if (found.kind == Finding::Kind::kPart) {
            ahead.add(in, found);
            continue;
        }
        const auto string =
            string_around(text, found.kind == Finding::Kind::kJson ? found.range.begin : at, strings_done, end);
        if (string.size() == 0) continue;
        done = strings_done = string.end;
        if (found.kind == Finding::Kind::kString)
            marks.value(string);
        else
            look_into(text, string, marks, level);
    }
    ahead.mark_until(end, marks, done);
}

void Documents::look_into(std::string_view text, TextRange string, Marks& marks, std::size_t number) {
    const auto content = content_of(text, string);
    if (content.size() > kTextBytesMax || number == kLevels) return marks.value(string);
    auto& plain = level(number).plain;
    plain.resize(content.size() + limits::kPadding);
    const auto size = unescape(content, plain.data());
    if (!size) return marks.value(string);
    plain.resize(*size + limits::kPadding, ' ');
    std::fill(plain.begin() + static_cast<std::ptrdiff_t>(*size), plain.end(), ' ');
    const std::string_view whole{plain.data(), *size};
    if (begins_like_json(whole)) return look_into_json(string, is_carrier(text, string), marks, number);
    if (holds_credential(whole)) marks.value(string);
}

void Documents::look_into_json(TextRange string, bool carrier, Marks& marks, std::size_t number) {
    auto& inner = level(number);
    const auto size = static_cast<std::uint32_t>(inner.plain.size() - limits::kPadding);
    const std::string_view text{inner.plain.data(), size};
    inner.edits.clear();
    inner.marks.begin(text, inner.edits);
    const auto walked = walk(text, {0, size}, 1, inner.marks);
    if (!walked.valid || walked.faulty) {
        if (carrier || mentions_secrets(text) || holds_credential(text)) marks.value(string);
        return;
    }
    scan(text, 0, size, inner.marks, number + 1);
    if (!walked.complete || inner.marks.full()) return marks.value(string);
    if (!inner.edits.empty()) {
        inner.redacted.clear();
        std::uint32_t at = 0;
        for (const auto& edit : inner.edits.sorted()) {
            inner.redacted += text.substr(at, edit.range.begin - at);
            inner.redacted += inner.edits.text(edit);
            at = edit.range.end;
        }
        inner.redacted += text.substr(at);
        marks.rewrite(string, inner.redacted);
    }
    if (inner.plain.capacity() > kKeptBytesMax) inner.plain = {};
    if (inner.redacted.capacity() > kKeptBytesMax) inner.redacted = {};
}

}  // namespace auditfwd
