#include "forwarder/detection/output_template.h"

#include <algorithm>
#include <charconv>

#include "forwarder/detection/diagnostics.h"
#include "forwarder/detection/lexer.h"

namespace auditfwd::detection {

namespace {

constexpr std::string_view kAbsent = "<NA>";
constexpr std::string_view kCut = "…";
constexpr std::string_view kBlanks = " \t\r\n";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// At most `bytes_max` bytes of it, whole characters.
std::string_view cut(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return text;
    auto end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return text.substr(0, end);
}

struct Found {
    FieldUse use;
    std::size_t bytes;  // of the text that names it
};

std::optional<Found> resolve(FieldText field, std::size_t bytes, bool falco_compat, FieldTable& fields,
                             CheckProblem& error) {
    CheckProblem warning;
    CheckProblem problem;
    const CheckText text{.left = std::move(field), .op = Operator::kExists, .values = {}, .right = {}, .op_offset = 0};
    auto check = make_check(text, falco_compat, fields, problem, warning);
    if (check) return Found{std::move(check->left), bytes};
    if (error.text.empty()) error.text = problem.text;
    return std::nullopt;
}

std::optional<std::string> argument(Lexer& lexer) {
    if (!lexer.take("[")) return std::nullopt;
    std::string fault;
    auto text = lexer.quoted_text(fault);
    if (!text) {
        const auto bare = lexer.bare_argument();
        if (!bare) return std::nullopt;
        text = std::string{*bare};
    }
    return lexer.take("]") ? text : std::nullopt;
}

// The longest field, with its argument if it takes one, that the text begins with.
std::optional<Found> find_field_use(std::string_view text, bool falco_compat, FieldTable& fields, CheckProblem& error) {
    Lexer lexer{text};
    FieldText field;
    while (const auto transform = lexer.transform()) {
        field.transforms.insert(field.transforms.begin(), *transform);
        lexer.blank();
    }
    const auto begin = lexer.at();
    const auto name = lexer.field_name();
    if (!name) return std::nullopt;
    field.name = *name;
    field.argument = argument(lexer);
    auto end = field.argument ? lexer.at() : begin + name->size();
    if (!field.transforms.empty()) {
        Lexer closing{text.substr(end)};
        for (std::size_t i = 0; i < field.transforms.size(); ++i) {
            closing.blank();
            if (!closing.take(")")) return std::nullopt;
        }
        return resolve(std::move(field), end + closing.at(), falco_compat, fields, error);
    }
    if (field.argument) {
        if (auto found = resolve(field, end, falco_compat, fields, error)) return found;
        field.argument.reset();
    }
    for (; !field.name.empty(); field.name.pop_back()) {
        if (auto found = resolve(field, field.name.size(), falco_compat, fields, error)) return found;
    }
    return std::nullopt;
}

}  // namespace

std::optional<OutputTemplate> OutputTemplate::parse(std::string_view text, bool falco_compat, FieldTable& fields,
                                                    CheckProblem& error) {
    OutputTemplate made;
    made.pieces_.emplace_back();
    text = text.substr(0, text.find_last_not_of(kBlanks) + 1);
    auto at = std::min(text.find_first_not_of(kBlanks), text.size());
    if (text.substr(at).starts_with('*')) ++at;
    while (at < text.size()) {
        auto& piece = made.pieces_.back();
        if (text[at] != '%' || text.substr(at).starts_with("%%")) {
            piece.text += text[at];
            at += text[at] == '%' ? 2 : 1;
            continue;
        }
        error = {.offset = at, .text = {}};
        const auto digits = ++at;
        while (at < text.size() && is_digit(text[at])) ++at;
        if (digits != at) std::from_chars(text.data() + digits, text.data() + at, piece.width);
        auto found = find_field_use(text.substr(at), falco_compat, fields, error);
        if (!found || (digits != at && (piece.width == 0 || piece.width > kWidthMax))) {
            error.offset = found ? digits : at;
            if (found) error.text = "the width of a field is 1 to " + std::to_string(kWidthMax);
            if (error.text.empty())
                error.text =
                    "expected a field behind %, not " + quoted(cut(text.substr(at), 32)) + "; %% is a percent sign";
            return std::nullopt;
        }
        piece.use = std::move(found->use);
        at += found->bytes;
        made.pieces_.emplace_back();
    }
    error = {};
    return made;
}

void OutputTemplate::render(FieldSource& event, std::string& out, TransformedValues& scratch) const {
    const auto begin = out.size();
    for (const auto& piece : pieces_) {
        if (out.size() - begin > kBytesMax) break;
        out += piece.text;
        if (!piece.use) continue;
        const auto& use = *piece.use;
        const auto from = out.size();
        if (!scratch.read(use, event)) {
            out += kAbsent;
        } else if (use.numeric) {
            out += std::to_string(scratch.number());
        } else if (!use.is_list) {
            out += cut(scratch.values().text(), kBytesMax);
        } else {
            char between = '(';
            for (const auto text : scratch.values().all()) {
                // Falco leaves the comma out behind a first element that is empty.
                if (between == '(' || out.size() - from > 1) out += between;
                out += cut(text, kListBytesMax);
                between = ',';
                if (out.size() - from > kListBytesMax) break;
            }
            out += ')';
            out.resize(from + cut(std::string_view{out}.substr(from), kListBytesMax).size());
        }
        if (piece.width == 0) continue;
        out.resize(from + cut(std::string_view{out}.substr(from), piece.width).size());
        out.resize(from + piece.width, ' ');
    }
    if (out.size() - begin <= kBytesMax) return;
    out.resize(begin + cut(std::string_view{out}.substr(begin), kBytesMax - kCut.size()).size());
    out += kCut;
}

std::vector<FieldId> OutputTemplate::fields() const {
    std::vector<FieldId> named;
    for (const auto& piece : pieces_) {
        if (piece.use) named.push_back(piece.use->field);
    }
    return named;
}

}  // namespace auditfwd::detection
