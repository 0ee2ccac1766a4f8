#include "forwarder/config/notation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <limits>
#include <vector>

namespace auditfwd {

namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

constexpr std::array<Unit, 4> kSizeUnits{
    {{"TiB", 1ull << 40}, {"GiB", 1ull << 30}, {"MiB", 1ull << 20}, {"KiB", 1ull << 10}}};
constexpr std::array<Unit, 5> kTimeUnits{{{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

Error invalid(std::string message) { return {ErrorCode::kInvalid, std::move(message)}; }

// The digits `text` begins with; nothing without digits or above 64 bits.
std::optional<std::uint64_t> take_number(std::string_view& text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

std::optional<std::uint64_t> multiply(std::uint64_t value, std::uint64_t factor) {
    if (value > std::numeric_limits<std::uint64_t>::max() / factor) return std::nullopt;
    return value * factor;
}

template <std::size_t N>
std::optional<std::uint64_t> parse_with_unit(std::string_view text, const std::array<Unit, N>& units) {
    const auto value = take_number(text);
    if (!value) return std::nullopt;
    const auto unit = std::ranges::find(units, text, &Unit::name);
    if (unit == units.end()) return std::nullopt;
    return multiply(*value, unit->factor);
}

template <std::size_t N>
std::string show_with_unit(std::uint64_t value, const std::array<Unit, N>& units, std::string_view otherwise) {
    for (const auto& unit : units) {
        if (value != 0 && value % unit.factor == 0) return fmt::format("{}{}", value / unit.factor, unit.name);
    }
    return fmt::format("{}{}", value, otherwise);
}

std::string folded(std::string_view word) {
    std::string out;
    for (const char c : word) {
        if (c == '-' || c == '_') continue;
        out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return out;
}

// Letters to insert, delete, replace or swap with their neighbour to get from `a` to `b`.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before.swap(above);
        above.swap(row);
    }
    return above[b.size()];
}

}  // namespace

Result<std::uint64_t> parse_size(std::string_view text) {
    auto rest = text;
    if (const auto bytes = take_number(rest); bytes && rest.empty()) return *bytes;
    if (const auto bytes = parse_with_unit(text, kSizeUnits)) return *bytes;
    return invalid("is not a size; write bytes or a whole number of KiB, MiB, GiB or TiB, like 256MiB");
}

std::string show_size(std::uint64_t bytes) { return show_with_unit(bytes, kSizeUnits, ""); }

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
    const auto ms = parse_with_unit(text, kTimeUnits);
    if (ms && *ms <= static_cast<std::uint64_t>(std::chrono::milliseconds::max().count())) {
        return std::chrono::milliseconds{*ms};
    }
    return invalid("is not a duration; write a whole number of ms, s, m, h or d, like 250ms or 5s");
}

std::string show_duration(std::chrono::milliseconds duration) {
    return show_with_unit(static_cast<std::uint64_t>(duration.count()), kTimeUnits, "s");
}

Result<std::uint64_t> parse_percent(std::string_view text) {
    auto rest = text;
    const auto value = take_number(rest);
    if (value && rest == "%") return *value;
    return invalid("is not a percentage; write a whole number and %, like 10%");
}

Result<std::uint64_t> parse_count(std::string_view text) {
    auto rest = text;
    const auto value = take_number(rest);
    if (value && rest.empty()) return *value;
    return invalid("is not a whole number; write digits alone, like 100");
}

Result<ListenAddress> parse_listen_address(std::string_view text) {
    constexpr std::string_view kRight = "write address:port, like 127.0.0.1:9880, 0.0.0.0:9880 or [::1]:9880";
    const auto colon = text.rfind(':');
    if (colon == text.npos) return invalid(fmt::format("has no port; {}", kRight));
    auto host = text.substr(0, colon);
    auto port_text = text.substr(colon + 1);
    const auto port = take_number(port_text);
    if (!port || !port_text.empty() || *port > 65'535) {
        return invalid(fmt::format("has no port from 0 to 65535 behind the colon; {}", kRight));
    }
    const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    if (host.empty())
        return invalid("has no address; write 0.0.0.0 for all interfaces or 127.0.0.1 for this machine alone");
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    if (error || address.is_v6() != bracketed) {
        return invalid(fmt::format("has no numeric address before the port; {}", kRight));
    }
    return ListenAddress{address.to_string(), static_cast<std::uint16_t>(*port), address.is_loopback(),
                         address.is_unspecified()};
}

std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates) {
    constexpr std::size_t kWordMax = 64;
    if (word.empty() || word.size() > kWordMax) return std::nullopt;
    const auto wanted = folded(word);
    std::optional<std::string_view> best;
    std::size_t best_distance = std::max<std::size_t>(1, wanted.size() / 3) + 1;
    for (const auto candidate : candidates) {
        const auto known = folded(candidate);
        const bool begins =
            wanted.size() >= 3 && known.size() >= 3 && (wanted.starts_with(known) || known.starts_with(wanted));
        const auto apart = begins ? 1 : distance(wanted, known);
        if (apart < best_distance) {
            best = candidate;
            best_distance = apart;
        }
    }
    return best;
}

std::string in_quotes(std::string_view text) {
    constexpr std::size_t kShownMax = 60;
    std::string out = "\"";
    std::size_t taken = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (++taken > kShownMax && (byte & 0xc0) != 0x80) {
            out += "…";
            break;
        }
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte == 0x7f) {
            out += fmt::format("\\x{:02x}", byte);
        } else {
            out += c;
        }
    }
    return out + '"';
}

std::string join_words(std::span<const std::string_view> words) {
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
        out += words[i];
    }
    return out;
}

}  // namespace auditfwd
