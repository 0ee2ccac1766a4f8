// Credentials in a requestURI: values of parameters that hold one by their name, and whatever is one by its form once
// it is percent-decoded.
//
// What a policy reads stays: the path, and the values of fieldSelector, labelSelector, limit, timeoutSeconds and watch;
// unless one is a credential by its form. Pure.
#pragma once

#include <string>
#include <string_view>

#include "forwarder/redaction/replacement.h"

namespace auditfwd {

struct RedactedUri {
    bool changed = false;
    bool masked = false;  // what a policy reads is not there any more
    std::string text;     // if changed
};

// `uri` is unescaped; `known`: it is known already that a credential is in it as it stands, which is not looked for
// otherwise.
// `strict`: of the parameters only those on the allow-list keep their values.
RedactedUri redact_uri(std::string_view uri, const Replacement& replacement, bool known, bool strict);

}  // namespace auditfwd
