// What the spool counts. Owner: the spool. Thread: any.
#pragma once

#include "forwarder/base/metrics.h"

namespace auditfwd::spool {

struct SpoolMetrics {
    explicit SpoolMetrics(Metrics& metrics);

    Gauge& bytes;
    Gauge& segments;
    Gauge& last_offset;
    Gauge& failed;
    Histogram& sync_seconds;
    Counter& blocks;
    Counter& records;
    Counter& appended_bytes;
    Counter& refused_full;
    Counter& refused_broken;
    Counter& failures;  // writes and syncs that the disk refused
    Counter& expired_segments;
    Counter& torn_bytes;
    Counter& damaged_bytes;  // found by recovery
    Counter& damaged_read;   // records, found by readers
    Counter& blocks_read;    // decompressed
    Counter& blocks_unread;  // nobody wanted a record of them
};

}  // namespace auditfwd::spool
