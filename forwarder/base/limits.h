// Bounds that several rooms must agree on. A bound of one room alone lives in that room.
#pragma once

#include <chrono>
#include <cstddef>

#include "forwarder/base/units.h"

namespace auditfwd::limits {

// Bytes that may be read (never used) behind a body, so that the walker can load whole vectors.
inline constexpr std::size_t kPadding = 64;
// Nesting of an event; 131 was seen from a real API server.
inline constexpr std::size_t kDepthMax = 1024;
// A block is closed when its NDJSON reaches this; one larger record is a block alone.
inline constexpr std::size_t kBlockBytes = 1_MiB;
// One record, whatever max_body is: lengths are 32 bits in the spool's files.
inline constexpr std::size_t kRecordBytesMax = 1_GiB;
// A source's position, and a sink's state, as stored by the spool.
inline constexpr std::size_t kCheckpointBytesMax = 4_KiB;
// What intake reserves for each byte of a body: the body, its rendered records, their compressed block.
inline constexpr std::size_t kMemoryPerBodyByte = 3;
// Entries of detections, tags and removed in a record.
inline constexpr std::size_t kRecordListMax = 32;

// The API server gives up after 30 s; these add up below it (memory, body and durability count from the end of the
// request headers).
inline constexpr std::chrono::seconds kMemoryWait{5};
inline constexpr std::chrono::seconds kBodyWait{15};
inline constexpr std::chrono::seconds kBodySilence{5};
inline constexpr std::chrono::seconds kDurableWait{20};

}  // namespace auditfwd::limits
