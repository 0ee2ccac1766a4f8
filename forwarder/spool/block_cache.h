// Blocks read back, shared between readers at the same position: decompressed once however many sinks there are.
//
// It owns no memory to speak of: a block lives as long as somebody reads it; only the last one is kept, if it is small.
// Owner: the spool. Thread: any.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "codecs/block.h"
#include "forwarder/base/units.h"

namespace auditfwd::spool {

class BlockCache {
public:
    // What it holds by itself, at most.
    static constexpr std::size_t kBytesMax = 2_MiB;

    struct Key {
        std::uint64_t segment = 0;
        std::uint64_t position = 0;
        auto operator<=>(const Key&) const = default;
    };

    std::shared_ptr<const StoredBlock> find(Key key);
    // Gives the block that is in the cache then: another reader's, if it was faster.
    std::shared_ptr<const StoredBlock> insert(Key key, std::shared_ptr<const StoredBlock> block);

private:
    std::mutex mutex_;
    std::map<Key, std::weak_ptr<const StoredBlock>> blocks_;
    std::shared_ptr<const StoredBlock> last_;
};

}  // namespace auditfwd::spool
