// Where a sink goes on. Thread: start-up; the calls block.
#pragma once

#include <filesystem>
#include <string_view>

#include "forwarder/base/file_system.h"
#include "forwarder/base/result.h"
#include "forwarder/spool/cursor.h"
#include "forwarder/spool/spool.h"

namespace auditfwd {

// The sink's cursor, made durable if it is new. A sink without one, or with that of another spool, begins as
// `start_oldest` says; what it will never be given counts as unused. A cursor that does not verify is moved aside
// (`.damaged`), and the sink begins at the oldest record kept: rather twice than never. Both are said loudly.
Result<Cursor> start_cursor(FileSystem& files, const std::filesystem::path& path, const Spool::State& spool,
                            bool start_oldest, std::string_view sink);

}  // namespace auditfwd
