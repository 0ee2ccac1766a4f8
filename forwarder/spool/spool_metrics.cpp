#include "forwarder/spool/spool_metrics.h"

namespace auditfwd::spool {

SpoolMetrics::SpoolMetrics(Metrics& metrics)
    : bytes{metrics.gauge("auditfwd_spool_bytes", "Bytes in the spool's directory, of every file.")},
      segments{metrics.gauge("auditfwd_spool_segments", "Segments kept.")},
      last_offset{metrics.gauge("auditfwd_last_offset", "Offset of the newest durable record.")},
      failed{metrics.gauge("auditfwd_spool_failed", "1 while the disk refuses what the spool must write.")},
      sync_seconds{
          metrics.histogram("auditfwd_spool_sync_seconds", "Duration of syncs of segments.",
                            {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5})},
      blocks{metrics.counter("auditfwd_spool_blocks_total", "Blocks made durable.")},
      records{metrics.counter("auditfwd_spool_records_total", "Records made durable.")},
      appended_bytes{metrics.counter("auditfwd_spool_appended_bytes_total", "Bytes of blocks made durable.")},
      refused_full{metrics.counter("auditfwd_spool_refused_total", "Appends refused.", {{"reason", "full"}})},
      refused_broken{metrics.counter("auditfwd_spool_refused_total", "Appends refused.", {{"reason", "broken"}})},
      failures{metrics.counter("auditfwd_spool_failures_total", "Writes and syncs that the disk refused.")},
      expired_segments{metrics.counter("auditfwd_spool_expired_segments_total",
                                       "Segments deleted at the disk bound before every sink had them.")},
      torn_bytes{
          metrics.counter("auditfwd_spool_torn_bytes_total", "Bytes cut at start because no sync ever covered them.")},
      damaged_bytes{metrics.counter("auditfwd_spool_damaged_bytes_total",
                                    "Bytes found damaged at start, though a sync covered them.")},
      damaged_read{metrics.counter("auditfwd_spool_damaged_records_total",
                                   "Records that a sink could not read, though a sync covered them.")},
      blocks_read{metrics.counter("auditfwd_spool_blocks_read_total", "Blocks read back and decompressed.")},
      blocks_unread{metrics.counter("auditfwd_spool_blocks_unread_total",
                                    "Blocks passed over, since their table holds no record that a sink selects.")} {}

}  // namespace auditfwd::spool
