// The characters a policy file may have.
#pragma once

#include <string_view>

namespace auditfwd {

// Throws DocumentError at the first byte that is not UTF-8, and in YAML at a character that its readers do not agree
// on: control characters, and the line breaks of Unicode, which Kubernetes takes for newlines and others do not. Lines
// of YAML have at most 64 KiB.
void check_characters(std::string_view text, bool json);

}  // namespace auditfwd
