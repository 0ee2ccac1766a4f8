// The policies that come with the program.
#pragma once

#include <optional>
#include <string_view>

namespace auditfwd {

// "eks", "metadata" or "all", as a policy file.
std::optional<std::string_view> built_in_text(std::string_view name);

}  // namespace auditfwd
