#include "forwarder/spool/block_cache.h"

namespace auditfwd::spool {

namespace {

std::size_t bytes_of(const StoredBlock& block) {
    return block.text.capacity() + block.facts.capacity() * sizeof(RecordFacts) +
           block.line_starts.capacity() * sizeof(std::size_t);
}

}  // namespace

std::shared_ptr<const StoredBlock> BlockCache::find(Key key) {
    const std::lock_guard lock{mutex_};
    const auto found = blocks_.find(key);
    return found == blocks_.end() ? nullptr : found->second.lock();
}

std::shared_ptr<const StoredBlock> BlockCache::insert(Key key, std::shared_ptr<const StoredBlock> block) {
    const std::lock_guard lock{mutex_};
    std::erase_if(blocks_, [](const auto& entry) { return entry.second.expired(); });
    auto& entry = blocks_[key];
    if (auto there = entry.lock()) return there;
    entry = block;
    if (bytes_of(*block) <= kBytesMax) last_ = block;
    return block;
}

}  // namespace auditfwd::spool
