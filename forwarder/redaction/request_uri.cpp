#include "forwarder/redaction/request_uri.h"

#include <algorithm>
#include <cstring>

#include "forwarder/base/limits.h"
#include "forwarder/policy/percent.h"
#include "forwarder/redaction/allow_list.h"
#include "forwarder/redaction/forms.h"

namespace auditfwd {

namespace {

constexpr int kDecodingsMax = 3;  // what is encoded more often goes whole

bool is_encoded(std::string_view text) { return std::memchr(text.data(), '%', text.size()) != nullptr; }

// Whether a text holds a credential, as it stands or decoded once or more.
bool holds_encoded_credential(std::string_view text, PercentMode mode) {
    if (text.empty()) return false;
    std::string plain{text};
    for (int i = 0; i <= kDecodingsMax; ++i) {
        const auto size = plain.size();
        plain.append(limits::kPadding, ' ');
        if (holds_credential({plain.data(), size})) return true;
        plain.resize(size);
        if (!is_encoded(plain)) return false;
        ScratchText scratch;
        const auto decoded = percent_decode(plain, mode, scratch);
        if (!decoded) return false;
        plain = std::string{*decoded};
    }
    return true;
}

std::string decoded(std::string_view text) {
    ScratchText scratch;
    return std::string{percent_decode(text, PercentMode::kQuery, scratch).value_or(text)};
}

bool is_read_by_policies(std::string_view name) {
    constexpr std::string_view kNames[] = {"fieldSelector", "labelSelector", "limit", "timeoutSeconds", "watch"};
    return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

class Redacting {
public:
    Redacting(std::string_view uri, const Replacement& replacement, bool strict)
        : uri_{uri}, replacement_{replacement}, strict_{strict} {}

    RedactedUri run() {
        const auto question = uri_.find('?');
        path(uri_.substr(0, question));
        if (question != uri_.npos) query(uri_.substr(question + 1));
        result_.changed = result_.text != uri_;
        return std::move(result_);
    }

private:
    void path(std::string_view path) {
        if (!holds_encoded_credential(path, PercentMode::kPath)) {
            result_.text += path;
            return;
        }
        result_.masked = true;
        const auto before = result_.text.size();
        for (auto rest = path; !rest.empty();) {
            const auto slash = rest.find('/', 1);
            const auto part = rest.substr(0, slash);
            rest.remove_prefix(part.size());
            if (holds_encoded_credential(part, PercentMode::kPath)) {
                if (part[0] == '/') result_.text += '/';
                replacement_.append_to(result_.text, part);
            } else {
                result_.text += part;
            }
        }
        // It may reach over a slash.
        if (!holds_encoded_credential(std::string_view{result_.text}.substr(before), PercentMode::kPath)) return;
        result_.text = '/';
        replacement_.append_to(result_.text, path);
    }

    void query(std::string_view query) {
        result_.text += '?';
        const auto before = result_.text.size();
        for (auto rest = query;;) {
            const auto end = rest.find_first_of("&;");
            parameter(rest.substr(0, end));
            if (end == rest.npos) break;
            result_.text += rest[end];
            rest.remove_prefix(end + 1);
        }
        // It may reach over a separator.
        if (!holds_encoded_credential(std::string_view{result_.text}.substr(before), PercentMode::kQuery)) return;
        result_.masked = true;
        result_.text.resize(before);
        replacement_.append_to(result_.text, query);
    }

    void parameter(std::string_view pair) {
        const auto equals = pair.find('=');
        const auto raw_name = pair.substr(0, equals);
        if (equals == pair.npos) {
            const bool goes = holds_encoded_credential(pair, PercentMode::kQuery) ||
                              (strict_ && !pair.empty() && !allow_list().keeps_parameter(decoded(pair)));
            if (goes && !Replacement::is_one(pair))
                replacement_.append_to(result_.text, pair);
            else
                result_.text += pair;
            return;
        }
        const auto name = decoded(raw_name);
        const auto value = pair.substr(equals + 1);
        const bool by_form = holds_encoded_credential(value, PercentMode::kQuery);
        if (holds_encoded_credential(raw_name, PercentMode::kQuery))
            replacement_.append_to(result_.text, raw_name);
        else
            result_.text += raw_name;
        result_.text += '=';
        if (value.empty() || Replacement::is_one(value) ||
            !(by_form || is_secret_parameter(name) || (strict_ && !allow_list().keeps_parameter(name)))) {
            result_.text += value;
            return;
        }
        result_.masked |= is_read_by_policies(name);
        replacement_.append_to(result_.text, value);
    }

    const std::string_view uri_;
    const Replacement& replacement_;
    const bool strict_;
    RedactedUri result_;
};

// Whether there may be something to take: an encoded credential, or a parameter that is one by its name.
bool is_suspicious(std::string_view uri) {
    const auto question = uri.find('?');
    const auto path = uri.substr(0, question);
    if (is_encoded(path) && holds_encoded_credential(path, PercentMode::kPath)) return true;
    if (question == uri.npos) return false;
    const auto query = uri.substr(question + 1);
    if (is_encoded(query) && holds_encoded_credential(query, PercentMode::kQuery)) return true;
    for (const char *at = query.data(), *const end = uri.data() + uri.size(); at < end;) {
        const char* const name = at;
        bool encoded = false;
        while (at < end && *at != '=' && *at != '&' && *at != ';') encoded |= *at++ == '%';
        const std::string_view raw_name{name, static_cast<std::size_t>(at - name)};
        if (at < end && *at == '=') {
            if (encoded ? is_secret_parameter(decoded(raw_name)) : is_secret_parameter(raw_name)) return true;
            ++at;
            while (at < end && *at != '&' && *at != ';') encoded |= *at++ == '%';
        }
        if (encoded && holds_encoded_credential({name, static_cast<std::size_t>(at - name)}, PercentMode::kQuery))
            return true;
        if (at < end) ++at;
    }
    return false;
}

}  // namespace

RedactedUri redact_uri(std::string_view uri, const Replacement& replacement, bool known, bool strict) {
    if (!known && !strict && !is_suspicious(uri)) return {};
    return Redacting{uri, replacement, strict}.run();
}

}  // namespace auditfwd
