// The parameters of a requestURI, as the API server that served the request read them: pair by pair, so that a broken
// pair hides no other, and without fragments. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "forwarder/detection/fields/scratch.h"

namespace auditfwd {

// The first value of `name`, decoded. Nothing when it is not there, or the URI is none that an API server can have
// served. The value lies in the URI or in `scratch`.
std::optional<std::string_view> uri_parameter(std::string_view uri, std::string_view name, Scratch& scratch);

}  // namespace auditfwd
