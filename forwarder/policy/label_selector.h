// The syntax of a label selector: `app=web,tier in (a,b),!legacy`.
#pragma once

#include <string_view>

namespace auditfwd {

// Whether the API server would accept it. Its meaning is of no interest to a policy.
bool is_label_selector(std::string_view text);

}  // namespace auditfwd
