// Credentials in URLs, wherever in a text one stands. Part of forms.h.
#pragma once

#include "forwarder/redaction/forms.h"

namespace auditfwd {

// `at` is the colon of `://` or `:\/\/`. The password is found, or of http and https whatever stands before the host;
// else the first secret parameter.
Finding url(FormText& in, std::uint32_t at);

}  // namespace auditfwd
