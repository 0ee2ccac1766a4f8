#include "forwarder/base/units.h"
#include "forwarder/spool/store.h"

namespace auditfwd::spool {

// Deletes from the oldest on until `bytes` more fit; the newest segment stays.
Result<void> Store::make_room(std::uint64_t bytes) {
    if (bytes > options_.bytes_max)
        return Error{ErrorCode::kFull, "spool: " + std::to_string(bytes) + " bytes are more than it may ever hold (" +
                                           std::to_string(options_.bytes_max) + ")"};
    bool deleted = false;
    Result<void> room;
    for (;;) {
        const auto now = usage_.room();
        if (now.enough_for(bytes)) break;
        const auto oldest = catalog_->oldest();
        const auto needs = catalog_->needs();
        if (!oldest || oldest->newest_too || !expendable(oldest->segment.last, needs)) {
            room = Error{ErrorCode::kFull, "spool: at its bound (" + std::to_string(now.used) + " of " +
                                               std::to_string(now.used_max) + " bytes used, " +
                                               std::to_string(now.available) + " bytes of the disk free, " +
                                               std::to_string(now.available_min) + " must stay free)"};
            break;
        }
        if (!released(oldest->segment.last, needs)) {
            metrics_.expired_segments.Increment();
            expiry_log_.warn("spool: at its bound; the oldest segment goes before every sink has it",
                             {{"segment", to_file_name(oldest->segment.name)}});
        }
        if (!delete_oldest(oldest->segment)) {
            room = Error{ErrorCode::kFull, "spool: the oldest segment cannot be deleted"};
            break;
        }
        deleted = true;
    }
    // Not durable yet is no harm: a segment that comes back is deleted again.
    if (deleted) (void)files_.sync_directory(options_.directory).has_value();
    return room;
}

void Store::tidy() {
    bool deleted = false;
    for (;;) {
        const auto oldest = catalog_->oldest();
        if (!oldest || oldest->newest_too || !released(oldest->segment.last, catalog_->needs())) break;
        if (!delete_oldest(oldest->segment)) break;
        deleted = true;
    }
    if (deleted) (void)files_.sync_directory(options_.directory).has_value();
}

bool Store::delete_oldest(const Segment& segment) {
    const auto removed = files_.remove(options_.directory / to_file_name(segment.name));
    if (!removed && removed.error().code != ErrorCode::kNotFound) {
        failed(removed.error());
        return false;
    }
    catalog_->remove_oldest();
    usage_.subtract(segment.bytes);
    catalog_->set_used_bytes(usage_.used());
    return true;
}

}  // namespace auditfwd::spool
