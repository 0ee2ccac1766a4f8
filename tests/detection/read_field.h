// One field of one event, as text a test can compare.
#pragma once

#include <string>
#include <string_view>

namespace auditfwd {

// The field's values with `|` between them; "<absent>", or "error: …" where the name does not resolve. `field` is as in
// a rule: `ka.uri.param[command]`. The event may be any JSON object.
std::string read_field(std::string_view event, std::string_view field);

// The same of an event that was decoded as intake does it; "rejected" if it refuses it.
std::string read_received_field(std::string_view event, std::string_view field);

}  // namespace auditfwd
