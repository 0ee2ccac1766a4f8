// The name a list or watch asks for by field selector: kubectl get pod --watch asks for one object that way.
#pragma once

#include <string_view>

#include "forwarder/policy/request_attributes.h"
#include "forwarder/policy/scratch.h"

namespace auditfwd {

// Whether selector_name() has a say about this request.
bool name_may_be_selected(const RequestAttributes& request, std::string_view verb);

// The value that `fieldSelector` demands of metadata.name; empty when there is none, or when any parameter the API
// server parses at this point is malformed. `query` is as received.
std::string_view selector_name(std::string_view query, ScratchText& scratch);

}  // namespace auditfwd
