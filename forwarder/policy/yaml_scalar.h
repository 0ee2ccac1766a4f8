// What a scalar of YAML 1.1 is, as Kubernetes resolves it: yaml-cpp leaves that to its user, and follows YAML 1.2.
#pragma once

#include <string_view>

#include "forwarder/policy/document.h"

namespace auditfwd {

// A scalar without quotes or tag: null, boolean, number or string.
Node::Kind plain_scalar_kind(std::string_view text);

// .inf, .nan and their variants.
bool is_special_float(std::string_view text);

// Whether a boolean scalar says yes.
bool plain_boolean(std::string_view text);

}  // namespace auditfwd
