// Names of members in bodies that redaction knows, however a client writes them.
//
// Go's decoders take a member whose name differs in case for the typed field, so does this; escapes are looked through.
// Pure; thread: any.
#pragma once

#include <cstdint>
#include <string_view>

namespace auditfwd {

enum class FieldName : std::uint8_t {
    kOther,
    kKind,
    kData,        // secret in a Secret
    kStringData,  // secret wherever it is
    kOperation,   // of a JSON Patch: op, path, from, value
    kPath,
    kFrom,
    kValue,
    kToken,       // a text that is a credential wherever it is: token, password, …
    kParameter,   // a credential as a parameter of a URL: sig, key, …
    kOauthSecret  // secret: a credential in OpenShift's oauth objects, mostly the name of a Secret elsewhere
};

// `content` is a string's, as it stands in the text; eight bytes from its begin on are readable.
FieldName field_name(std::string_view content);

// The same for plain text.
FieldName plain_field_name(std::string_view name);

}  // namespace auditfwd
