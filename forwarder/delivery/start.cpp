#include "forwarder/delivery/start.h"

#include "forwarder/base/log.h"

namespace auditfwd {

namespace {

Cursor new_cursor(const Spool::State& spool, bool start_oldest) {
    const auto done = start_oldest && number(spool.first) > 0 ? Offset{number(spool.first) - 1} : spool.last;
    return {.spool_id = spool.id, .done = done, .counts = {.unused = number(done)}, .sink_state = {}};
}

}  // namespace

Result<Cursor> start_cursor(FileSystem& files, const std::filesystem::path& path, const Spool::State& spool,
                            bool start_oldest, std::string_view sink) {
    const std::string name{sink};
    auto found = load_cursor(files, path);
    if (!found && found.error().code != ErrorCode::kInvalid) return std::move(found).error();
    if (!found) {
        log_error("cursor does not verify: kept aside, the sink gets everything the spool still holds",
                  {{"sink", name}, {"error", found.error().message}});
        auto aside = path;
        aside += ".damaged";
        TRY_VOID(files.rename(path, aside));
        start_oldest = true;
    } else if (*found) {
        auto& cursor = **found;
        if (cursor.spool_id == spool.id) {
            if (cursor.done > spool.last) {
                log_error("the spool ends before what this sink has had: records were lost below it",
                          {{"sink", name},
                           {"sink_has", std::to_string(number(cursor.done))},
                           {"spool_ends", std::to_string(number(spool.last))}});
            }
            return std::move(cursor);
        }
        log_warn("cursor belongs to another spool: the sink begins anew",
                 {{"sink", name}, {"its_spool", cursor.spool_id}, {"spool", spool.id}});
    }
    auto cursor = new_cursor(spool, start_oldest);
    TRY_VOID(save_cursor(files, path, cursor));
    return cursor;
}

}  // namespace auditfwd
