#include "forwarder/policy/selectors.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "forwarder/policy/label_selector.h"
#include "forwarder/policy/percent.h"
#include "forwarder/policy/syntax.h"

namespace auditfwd {

namespace {

// A query with more parameters is read by nobody: the HTTP library drops it whole.
constexpr std::size_t kParametersMax = 10'000;

// The parameters whose syntax decides. Raw: still percent-encoded, but known to decode.
struct Parameters {
    static constexpr std::array<std::string_view, 4> kNames{"fieldSelector", "labelSelector", "limit",
                                                            "timeoutSeconds"};
    static constexpr std::size_t kField = 0;
    std::array<std::optional<std::string_view>, kNames.size()> raw;
};

Parameters read_parameters(std::string_view query, ScratchText& scratch) {
    Parameters out;
    if (static_cast<std::size_t>(std::ranges::count(query, '&')) >= kParametersMax) return out;
    while (!query.empty()) {
        const auto end = query.find('&');
        const auto pair = query.substr(0, end);
        query.remove_prefix(end == query.npos ? query.size() : end + 1);
        if (pair.find(';') != pair.npos) continue;
        const auto equals = pair.find('=');
        const auto key = percent_decode(pair.substr(0, equals), PercentMode::kQuery, scratch);
        if (!key) continue;
        const auto name = std::ranges::find(Parameters::kNames, *key);
        if (name == Parameters::kNames.end()) continue;
        const auto value = equals == pair.npos ? std::string_view{} : pair.substr(equals + 1);
        auto& slot = out.raw[static_cast<std::size_t>(name - Parameters::kNames.begin())];
        // The first that decodes counts.
        if (!slot && percent_decode(value, PercentMode::kQuery, scratch)) slot = value;
    }
    return out;
}

struct Term {
    std::string_view text;
    std::string_view field;
    std::string_view value;  // still with its backslashes
    bool negative = false;
};

// Takes the next term off `rest`: up to a comma that no backslash precedes.
std::string_view next_term(std::string_view& rest) {
    std::size_t i = 0;
    for (; i < rest.size() && rest[i] != ','; ++i) {
        if (rest[i] == '\\') ++i;
    }
    i = std::min(i, rest.size());
    const auto term = rest.substr(0, i);
    rest.remove_prefix(std::min(i + 1, rest.size()));
    return term;
}

std::optional<Term> split_term(std::string_view text) {
    const auto equals = text.find('=');
    if (equals == text.npos) return std::nullopt;
    Term term{.text = text, .field = text.substr(0, equals), .value = text.substr(equals + 1)};
    if (term.field.ends_with('!')) {
        term.negative = true;
        term.field.remove_suffix(1);
    } else if (term.value.starts_with('=')) {
        term.value.remove_prefix(1);
    }
    return term;
}

// A backslash stands before `\`, `,` or `=` only, and these only behind one.
bool is_escaped_well(std::string_view value) {
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == '=' || value[i] == ',') return false;
        if (value[i] != '\\') continue;
        if (++i == value.size() || !std::strchr("\\,=", value[i]) || value[i] == '\0') return false;
    }
    return true;
}

bool may_be_name(std::string_view name) { return name != "." && name != ".." && name.find_first_of("/%") == name.npos; }

// Copied, so that it outlives what it was decoded into.
std::string_view without_backslashes(std::string_view value, ScratchText& scratch) {
    char* const begin = scratch.reserve(value.size());
    char* end = begin;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == '\\') ++i;
        *end++ = value[i];
    }
    return {begin, static_cast<std::size_t>(end - begin)};
}

// What the selector demands of metadata.name; nothing if it does not, or is malformed. Of several such terms the first
// in byte order counts: the API server sorts them.
std::optional<std::string_view> required_name(std::string_view selector) {
    std::optional<Term> chosen;
    while (!selector.empty()) {
        const auto text = next_term(selector);
        if (text.empty()) continue;
        const auto term = split_term(text);
        if (!term || !is_escaped_well(term->value)) return std::nullopt;
        if (term->negative || term->field != "metadata.name") continue;
        if (!chosen || term->text < chosen->text) chosen = term;
    }
    if (!chosen) return std::nullopt;
    return chosen->value;
}

}  // namespace

bool name_may_be_selected(const RequestAttributes& request, std::string_view verb) {
    return request.is_resource && !request.legacy && request.name.empty() && !request.query.empty() &&
           (verb == "list" || verb == "watch");
}

std::string_view selector_name(std::string_view query, ScratchText& scratch) {
    ScratchText decoding;
    const auto parameters = read_parameters(query, decoding);
    if (!parameters.raw[Parameters::kField]) return {};
    for (std::size_t i = Parameters::kField + 1; i < parameters.raw.size(); ++i) {
        if (!parameters.raw[i]) continue;
        const auto value = *percent_decode(*parameters.raw[i], PercentMode::kQuery, decoding);
        const bool is_label = Parameters::kNames[i] == "labelSelector";
        if (is_label ? !is_label_selector(value) : !is_int64(value)) return {};
    }
    const auto selector = *percent_decode(*parameters.raw[Parameters::kField], PercentMode::kQuery, decoding);
    const auto value = required_name(selector);
    if (!value) return {};
    const auto name = without_backslashes(*value, scratch);
    return may_be_name(name) ? name : std::string_view{};
}

}  // namespace auditfwd
