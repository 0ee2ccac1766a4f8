#include "forwarder/base/crypto.h"
#include "forwarder/spool/cursor.h"
#include "forwarder/spool/store.h"

namespace auditfwd::spool {

namespace {

// More than any range reserved and any append may have used, when the state that knew is lost.
constexpr std::uint64_t kNumbersSkipped = 1ull << 32;

// Creates the spool's directories so that a power loss does not take them: each one's entry is in its parent. Parents
// that were there before may be unreadable to this process; they are synced if they can be, for the start that was cut
// short between creating and syncing.
Result<void> make_directories(FileSystem& files, const std::filesystem::path& spool) {
    std::vector<std::filesystem::path> places;
    for (auto place = std::filesystem::absolute(spool).lexically_normal(); place.has_relative_path();
         place = place.parent_path())
        places.push_back(place);
    std::size_t created = 0;
    while (created < places.size() && !files.stat(places[created])) ++created;
    TRY_VOID(files.make_directory(cursor_path(spool, "").parent_path()));
    for (std::size_t i = 0; i < places.size(); ++i) {
        auto synced = files.sync_directory(places[i].parent_path());
        if (!synced && i < created) return synced;
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const Spool::Options& options, FileSystem& files, const Clock& clock,
                                           SpoolMetrics& metrics) {
    std::unique_ptr<Store> store{new Store{options, files, clock, metrics}};
    if (auto recovered = store->recover_all(); !recovered)
        return std::move(recovered).error().at("spool " + options.directory.string());
    return store;
}

Result<void> Store::recover_all() {
    const auto& directory = options_.directory;
    if (!files_.stat(state_path(directory))) TRY_VOID(make_directories(files_, directory));
    TRY(lock_, files_.lock(lock_path(directory)));
    TRY(const auto identity, identify(files_, directory));
    state_ = identity.state;
    if (!identity.exists) random_bytes(state_.id);
    TRY(auto found, examine(files_, directory, state_.id, state_.mark));
    TRY_VOID(settle(files_, directory, found));

    last_ = found.predecessor.last;
    predecessor_ = found.predecessor;
    next_segment_ = found.next_segment;
    void_segments_ = std::move(found.void_segments);
    if (!identity.saved) {
        if (last_ > Offset{0}) state_.used_to = last_ + kNumbersSkipped;
        TRY_VOID(save_state(files_, directory, state_));
    }
    next_ = std::max(state_.used_to, last_) + 1;
    return fill_catalog(found);
}

Result<void> Store::fill_catalog(const Recovered& found) {
    catalog_ = std::make_unique<Catalog>(state_.id);
    catalog_->set_last(last_);
    catalog_->set_checkpoints(found.checkpoints);
    for (auto& segment : segments_of(found)) {
        TRY(const auto stat, files_.stat(options_.directory / to_file_name(segment.name)));
        segment.bytes = stat.size;
        catalog_->add_segment(segment);
        usage_.add(stat.size);
    }
    catalog_->set_used_bytes(usage_.used());
    metrics_.torn_bytes.Increment(static_cast<double>(found.torn_bytes));
    metrics_.damaged_bytes.Increment(static_cast<double>(found.damaged_bytes));
    if (found.damaged_bytes > 0 || found.damaged_records > 0)
        log_error("spool: stored records are damaged; readers skip and count them",
                  {{"directory", options_.directory.string()},
                   {"bytes", std::to_string(found.damaged_bytes)},
                   {"records missing at the end", std::to_string(found.damaged_records)}});
    log_info("spool: opened", {{"directory", options_.directory.string()},
                               {"id", to_hex(state_.id)},
                               {"segments", std::to_string(found.segments.size())},
                               {"last", std::to_string(number(last_))},
                               {"torn bytes cut", std::to_string(found.torn_bytes)}});
    return {};
}

}  // namespace auditfwd::spool
