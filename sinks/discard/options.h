// Settings of a discard sink: none.
#pragma once

namespace auditfwd {

// Accepts every record and keeps none: for measuring.
struct DiscardOptions {};

}  // namespace auditfwd
