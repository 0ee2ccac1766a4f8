// What a file source counts. Owner: the FileSource. Thread: any.
#pragma once

#include <string>

#include "forwarder/base/metrics.h"

namespace auditfwd {

struct FileMetrics {
    FileMetrics(Metrics& metrics, const std::string& source);

    Counter& bytes;               // made durable
    Counter& lines;               // made durable
    Counter& rotations;           // moved on from a rotated file to the next
    Counter& truncations;         // files that were cut or replaced in place
    Counter& lost_positions;      // the remembered file was not found
    Counter& lost_files;          // a rotated file went away before it was read
    Counter& gaps;                // rotated files may have come and gone between two looks
    Counter& damaged_files;       // a gzip file could not be read to its end
    Counter& oversize_lines;      // passed over
    Counter& hole_bytes;          // NULs where a line would begin, passed over
    Counter& unterminated_lines;  // the last of a rotated file, without a newline
    Counter& refused_chunks;      // intake refused a chunk for good
    Counter& retries;             // a chunk that intake could not take yet
    Counter& errors;              // the file system failed
    Gauge& lag_bytes;             // unread, in all files; a compressed one counts as it lies on disk
};

}  // namespace auditfwd
