#include "forwarder/source/webhook/tokens.h"

#include <algorithm>

#include <fmt/format.h>

#include "forwarder/source/webhook/route.h"

namespace auditfwd {

namespace {

constexpr std::size_t kTokensMax = 1000;
constexpr std::string_view kBlanks = " \t\r";

std::string_view take_word(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
    const auto word = line.substr(0, line.find_first_of(kBlanks));
    line.remove_prefix(word.size());
    return word;
}

// As a header can carry it.
bool is_token(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

std::string label_of(std::string_view token) {
    const auto hash = hmac_sha256("auditfwd: name of a token", token);
    return "token-" + to_hex(hash).substr(0, 8);
}

Result<std::vector<std::string>> parse_clusters(std::string_view list) {
    std::vector<std::string> clusters;
    if (list == "*") return clusters;
    while (true) {
        const auto comma = list.find(',');
        const auto name = list.substr(0, comma);
        if (!is_cluster_name(name)) {
            return Error{ErrorCode::kInvalid, "a cluster is up to 128 of A-Z a-z 0-9 . _ -, or * alone for any"};
        }
        clusters.emplace_back(name);
        if (comma == list.npos) return clusters;
        list.remove_prefix(comma + 1);
    }
}

Result<TokenTable::Entry> parse_entry(std::string_view token, std::string_view line) {
    const auto list = take_word(line);
    if (!is_token(token)) return Error{ErrorCode::kInvalid, "a token is printable ASCII"};
    if (list.empty() || !take_word(line).empty()) {
        return Error{ErrorCode::kInvalid, "must be a token, a blank, and clusters separated by commas alone"};
    }
    TRY(auto clusters, parse_clusters(list));
    return TokenTable::Entry{sha256(token), label_of(token), std::move(clusters)};
}

}  // namespace

bool TokenTable::Entry::may_speak_for(std::string_view cluster) const {
    return clusters.empty() || std::ranges::find(clusters, cluster) != clusters.end();
}

Result<TokenTable> TokenTable::parse(std::string_view text) {
    TokenTable table;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const auto token = take_word(line);
        if (token.empty() || token.front() == '#') continue;
        auto entry = parse_entry(token, line);
        if (!entry) return entry.error().at(fmt::format("line {}", number));
        if (table.find(token)) {
            return Error{ErrorCode::kInvalid, fmt::format("line {}: this token is in the file twice; give all its "
                                                          "clusters in one line",
                                                          number)};
        }
        if (table.size() == kTokensMax) return Error{ErrorCode::kInvalid, "more than 1000 tokens"};
        table.entries_.push_back(*std::move(entry));
    }
    if (table.entries_.empty()) return Error{ErrorCode::kInvalid, "holds no token"};
    return table;
}

const TokenTable::Entry* TokenTable::find(std::string_view token) const {
    // Hashes are compared, all of them, so neither a common prefix nor the place in the table shows in the time taken.
    const auto hash = sha256(token);
    const std::string_view wanted{reinterpret_cast<const char*>(hash.data()), hash.size()};
    const Entry* found = nullptr;
    for (const auto& entry : entries_) {
        const std::string_view known{reinterpret_cast<const char*>(entry.hash.data()), entry.hash.size()};
        if (equal_in_constant_time(wanted, known)) found = &entry;
    }
    return found;
}

std::optional<std::string_view> bearer_token(std::string_view authorization) {
    constexpr std::string_view kScheme = "bearer";
    const auto scheme = take_word(authorization);
    const auto is_same = [](char a, char b) { return (a | 0x20) == b; };
    if (!std::ranges::equal(scheme, kScheme, is_same)) return std::nullopt;
    const auto token = take_word(authorization);
    if (token.empty() || !take_word(authorization).empty()) return std::nullopt;
    return token;
}

}  // namespace auditfwd
