#include "forwarder/redaction/field_names.h"

#include <array>
#include <bit>
#include <cstring>
#include <optional>

#include "codecs/json_text.h"

namespace auditfwd {

namespace {

struct Named {
    std::string_view name;  // in small letters
    FieldName field;
};

// Members called so hold a credential, whatever the object: TokenReview, TokenRequest, kubeconfigs, bootstrap
// configurations, OpenShift's tokens, and what operators let their users write in clear text.
constexpr Named kNames[] = {
    {"kind", FieldName::kKind},
    {"data", FieldName::kData},
    {"stringdata", FieldName::kStringData},
    {"op", FieldName::kOperation},
    {"path", FieldName::kPath},
    {"from", FieldName::kFrom},
    {"value", FieldName::kValue},
    {"secret", FieldName::kOauthSecret},
    {"additionalsecrets", FieldName::kOauthSecret},
    {"token", FieldName::kToken},
    {"tokens", FieldName::kToken},
    {"accesstoken", FieldName::kToken},
    {"access_token", FieldName::kToken},
    {"access-token", FieldName::kToken},
    {"apitoken", FieldName::kToken},
    {"api_token", FieldName::kToken},
    {"authtoken", FieldName::kToken},
    {"auth_token", FieldName::kToken},
    {"authorizetoken", FieldName::kToken},
    {"bearertoken", FieldName::kToken},
    {"bearer_token", FieldName::kToken},
    {"bootstraptoken", FieldName::kToken},
    {"idtoken", FieldName::kToken},
    {"id_token", FieldName::kToken},
    {"id-token", FieldName::kToken},
    {"refreshtoken", FieldName::kToken},
    {"refresh_token", FieldName::kToken},
    {"refresh-token", FieldName::kToken},
    {"sessiontoken", FieldName::kToken},
    {"session_token", FieldName::kToken},
    {"aws_session_token", FieldName::kToken},
    {"tokensecret", FieldName::kToken},
    {"token-secret", FieldName::kToken},
    {"password", FieldName::kToken},
    {"passwd", FieldName::kToken},
    {"passphrase", FieldName::kToken},
    {"clientsecret", FieldName::kToken},
    {"client_secret", FieldName::kToken},
    {"client-secret", FieldName::kToken},
    {"secretkey", FieldName::kToken},
    {"secret_key", FieldName::kToken},
    {"secretaccesskey", FieldName::kToken},
    {"secret_access_key", FieldName::kToken},
    {"aws_secret_access_key", FieldName::kToken},
    {"privatekey", FieldName::kToken},
    {"private_key", FieldName::kToken},
    {"apikey", FieldName::kToken},
    {"api_key", FieldName::kToken},
    {"client-key-data", FieldName::kToken},
    {"authorization", FieldName::kToken},
    {".dockerconfigjson", FieldName::kToken},
    {".dockercfg", FieldName::kToken},
    {"auth", FieldName::kParameter},
    {"code", FieldName::kParameter},
    {"credential", FieldName::kParameter},
    {"jwt", FieldName::kParameter},
    {"key", FieldName::kParameter},
    {"pass", FieldName::kParameter},
    {"pwd", FieldName::kParameter},
    {"session", FieldName::kParameter},
    {"sig", FieldName::kParameter},
    {"signature", FieldName::kParameter},
    {"assertion", FieldName::kParameter},
    {"client_assertion", FieldName::kParameter},
    {"code_verifier", FieldName::kParameter},
    {"x-amz-credential", FieldName::kParameter},
    {"x-amz-security-token", FieldName::kParameter},
    {"x-amz-signature", FieldName::kParameter},
    {"x-goog-credential", FieldName::kParameter},
    {"x-goog-signature", FieldName::kParameter},
    {"samlresponse", FieldName::kParameter},
    {"bearer", FieldName::kParameter},
};

constexpr std::size_t kNameBytesMax = 24;
constexpr std::size_t kEscapedBytesMax = 6 * kNameBytesMax;
constexpr std::uint64_t kOnes = 0x0101010101010101, kTops = kOnes << 7, kCase = kOnes * 0x20;
constexpr std::size_t kSlots = 256;

// Letters become small; what else changes does so for names and candidates alike.
constexpr char fold(char c) { return static_cast<char>(c | 0x20); }

constexpr std::uint64_t folded_word(std::string_view text) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < 8 && i < text.size(); ++i)
        word |= std::uint64_t{static_cast<unsigned char>(fold(text[i]))} << (8 * i);
    return word;
}

constexpr std::size_t slot_of(std::uint64_t word, std::size_t size) {
    return static_cast<std::size_t>(((word + size) * 0x9e3779b97f4a7c15) >> 56);
}

// Open addressing; `first` has the name's first eight letters.
struct Table {
    struct Slot {
        std::uint64_t first = 0;
        std::string_view name;
        FieldName field = FieldName::kOther;
    };
    std::array<Slot, kSlots> slots{};
    constexpr Table() {
        for (const auto& [name, field] : kNames) {
            const auto first = folded_word(name);
            auto at = slot_of(first, name.size());
            while (!slots[at].name.empty()) at = (at + 1) % kSlots;
            slots[at] = {first, name, field};
        }
    }
};
constinit const Table kTable;

// Which letters names of a length begin with: most of what is asked for is told apart by that.
struct Beginnings {
    std::array<std::uint32_t, kNameBytesMax + 1> letters{};
    constexpr Beginnings() {
        for (const auto& [name, field] : kNames) letters[name.size()] |= bit(name[0]);
    }
    static constexpr std::uint32_t bit(char c) { return 1u << (static_cast<unsigned char>(c) & 31); }
    bool may_begin(std::string_view text) const { return (letters[text.size()] & bit(text[0])) != 0; }
};
constinit const Beginnings kBeginnings;

FieldName find(std::uint64_t first, std::string_view text) {
    for (auto at = slot_of(first, text.size());; at = (at + 1) % kSlots) {
        const auto& slot = kTable.slots[at];
        if (slot.name.empty()) return FieldName::kOther;
        if (slot.first != first || slot.name.size() != text.size()) continue;
        std::size_t i = 8;
        while (i < text.size() && fold(text[i]) == fold(slot.name[i])) ++i;
        if (i >= text.size()) return slot.field;
    }
}

std::uint64_t load(const char* at, std::size_t bytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, bytes);
    return word;
}

// A backslash, or a byte that is not ASCII.
bool is_disguised(std::string_view content) {
    std::uint64_t found = 0;
    const auto look = [&](std::uint64_t word) {
        const auto backslash = word ^ (kOnes * static_cast<unsigned char>('\\'));
        found |= ((backslash - kOnes) & ~backslash) | word;
    };
    std::size_t at = 0;
    for (; at + 8 <= content.size(); at += 8) look(load(content.data() + at, 8));
    if (at < content.size()) look(load(content.data() + at, content.size() - at) | kOnes << 8 * (content.size() - at));
    return (found & kTops) != 0;
}

// Escaped, or with letters that fold to ASCII (U+017F is an s, U+212A a k).
FieldName undisguised(std::string_view content) {
    for (const char c : content) {
        if (c == '\\' || static_cast<unsigned char>(c) >= 0x80) break;
        if (c == ':' || c == '/' || c == ' ') return FieldName::kOther;
    }
    char plain[kEscapedBytesMax];
    const auto size = unescape(content, plain);
    if (!size) return FieldName::kOther;  // then it is not JSON, and goes as a whole
    std::string_view rest{plain, *size};
    char name[kNameBytesMax];
    std::size_t bytes = 0;
    while (!rest.empty()) {
        if (bytes == kNameBytesMax) return FieldName::kOther;
        const std::size_t wide = rest.starts_with("\u017f") ? 2 : rest.starts_with("\u212a") ? 3 : 1;
        name[bytes++] = wide == 2 ? 's' : wide == 3 ? 'k' : rest[0];
        rest.remove_prefix(wide);
    }
    return plain_field_name({name, bytes});
}

}  // namespace

FieldName plain_field_name(std::string_view name) {
    if (name.empty() || name.size() > kNameBytesMax || !kBeginnings.may_begin(name)) return FieldName::kOther;
    return find(folded_word(name), name);
}

FieldName field_name(std::string_view content) {
    if (content.empty() || content.size() > kEscapedBytesMax) return FieldName::kOther;
    if (content.size() > 1 && content[1] == ':') return FieldName::kOther;  // as in the keys of managed fields
    if (content.size() <= kNameBytesMax && kBeginnings.may_begin(content)) {
        static_assert(std::endian::native == std::endian::little);
        auto first = load(content.data(), 8) | kCase;
        if (content.size() < 8) first &= (std::uint64_t{1} << 8 * content.size()) - 1;
        if (const auto field = find(first, content); field != FieldName::kOther) return field;
    }
    return is_disguised(content) ? undisguised(content) : FieldName::kOther;
}

}  // namespace auditfwd
