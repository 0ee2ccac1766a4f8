#include "forwarder/redaction/patch_path.h"

#include <string>

#include "codecs/json_text.h"
#include "forwarder/redaction/field_names.h"

namespace auditfwd {

namespace {

// What member names a part of the path leads to; of a long part only the first bytes are looked at: no name is so long.
FieldName name_of(std::string_view part) {
    constexpr std::size_t kPartBytesMax = 256;
    char name[kPartBytesMax];
    std::size_t size = 0;
    for (std::size_t i = 0; i < part.size() && size < kPartBytesMax; ++i) {
        char c = part[i];
        if (c == '~' && i + 1 < part.size() && (part[i + 1] == '0' || part[i + 1] == '1'))
            c = part[++i] == '0' ? '~' : '/';
        name[size++] = c;
    }
    return plain_field_name({name, size});
}

}  // namespace

PatchPath read_patch_path(std::string_view raw, const BodyContext& context) {
    if (raw.size() < 2 || raw[0] != '"') return {};
    std::string path(raw.size() - 2, '\0');
    const auto size = unescape(raw.substr(1, raw.size() - 2), path.data());
    if (!size) return {};
    path.resize(*size);
    PatchPath result{.readable = true};
    std::string_view rest{path};
    if (rest.starts_with('/')) rest.remove_prefix(1);
    result.holds = context.secrets && rest.empty();
    auto last = FieldName::kOther;
    for (std::size_t depth = 0; !rest.empty(); ++depth) {
        const auto slash = rest.find('/');
        last = name_of(rest.substr(0, slash));
        rest.remove_prefix(slash == rest.npos ? rest.size() : slash + 1);
        // Deeper inside an object `data` may be that of a Secret somebody packed there; at the top the request says.
        const bool data = last == FieldName::kData && (depth > 0 || context.secrets);
        if (data || last == FieldName::kStringData) result.secret = result.holds = true;
    }
    result.secret |= last == FieldName::kToken || (last == FieldName::kOauthSecret && context.oauth);
    return result;
}

}  // namespace auditfwd
