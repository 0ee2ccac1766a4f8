#include "forwarder/source/file/file_metrics.h"

namespace auditfwd {

FileMetrics::FileMetrics(Metrics& metrics, const std::string& source)
    : bytes{metrics.counter("auditfwd_file_bytes_total", "Bytes of the log that are durable", {{"source", source}})},
      lines{metrics.counter("auditfwd_file_lines_total", "Lines of the log that are durable", {{"source", source}})},
      rotations{
          metrics.counter("auditfwd_file_rotations_total", "Files of the log read to their end", {{"source", source}})},
      truncations{metrics.counter("auditfwd_file_truncations_total", "Files that were cut or replaced in place",
                                  {{"source", source}})},
      lost_positions{metrics.counter("auditfwd_file_lost_positions_total",
                                     "Starts at which the remembered file was not found", {{"source", source}})},
      lost_files{metrics.counter("auditfwd_file_lost_files_total", "Rotated files that went away before they were read",
                                 {{"source", source}})},
      gaps{metrics.counter("auditfwd_file_gaps_total", "Times files may have come and gone between two looks",
                           {{"source", source}})},
      damaged_files{metrics.counter("auditfwd_file_damaged_files_total",
                                    "Compressed files that could not be read to their end", {{"source", source}})},
      oversize_lines{metrics.counter("auditfwd_file_oversize_lines_total", "Lines passed over for their length",
                                     {{"source", source}})},
      hole_bytes{metrics.counter("auditfwd_file_hole_bytes_total", "NUL bytes passed over where a line would begin",
                                 {{"source", source}})},
      unterminated_lines{metrics.counter("auditfwd_file_unterminated_lines_total",
                                         "Rotated files whose last line had no end", {{"source", source}})},
      refused_chunks{
          metrics.counter("auditfwd_file_refused_chunks_total", "Chunks refused for good", {{"source", source}})},
      retries{metrics.counter("auditfwd_file_retries_total", "Chunks to be submitted again", {{"source", source}})},
      errors{metrics.counter("auditfwd_file_errors_total", "Failures of the file system", {{"source", source}})},
      lag_bytes{metrics.gauge("auditfwd_file_lag_bytes", "Bytes of the log not yet read", {{"source", source}})} {}

}  // namespace auditfwd
