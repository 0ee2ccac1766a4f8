// The versions a rule file may ask for, and what this engine answers for itself and for the plugins it replaces.
#pragma once

#include "forwarder/detection/item_members.h"

namespace auditfwd::detection {

// The item's key is required_engine_version: a number N means 0.N.0.
void check_engine_version(ItemMembers& item);
// The item's key is required_plugin_versions: every entry, or one of its alternatives.
void check_plugin_versions(ItemMembers& item);

}  // namespace auditfwd::detection
