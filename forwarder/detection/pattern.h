// Patterns over whole texts, in time linear in the text: globs and regular expressions.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "forwarder/detection/check.h"

namespace auditfwd::detection {

// As fnmatch without flags, by bytes: `*` crosses slashes. Never null.
std::shared_ptr<const Pattern> make_glob(std::string_view glob, bool ignore_case);

// RE2's language, anchored at both ends. Null when it is none; `fault` says why.
std::shared_ptr<const Pattern> make_regex(const std::string& regex, std::string& fault);

}  // namespace auditfwd::detection
