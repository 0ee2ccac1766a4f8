// What is left to send of one batch after the destination refused some of it. Pure.
//
// A batch starts as one part. Named culprits are taken out of their part; where none is named, the part is halved until
// the culprit stands alone. Parts stay in the order of their offsets.
#pragma once

#include <deque>
#include <span>
#include <vector>

#include "forwarder/delivery/batcher.h"

namespace auditfwd {

struct Part {
    std::vector<RecordView> records;
    std::vector<Offset> owned_from;  // as in LoadedBatch
};

class Parts {
public:
    explicit Parts(LoadedBatch batch);

    bool empty() const { return parts_.empty(); }
    const Part& front() const { return parts_.front(); }
    void pop_front() { parts_.pop_front(); }

    // Takes the records at `indices` (ascending, into front()) out of front() and gives them; front() goes when nothing
    // is left of it. Indices that do not exist are ignored: a destination's answer is not trusted.
    Part take(std::span<const std::size_t> indices);

    // Makes two parts of front(), which has at least two records.
    void halve_front();

private:
    std::deque<Part> parts_;
    std::vector<std::shared_ptr<const StoredBlock>> blocks_;
    LoweredTexts lowered_;
};

// The offsets that the records of a part account for, as few ranges; `each` is called with a range and with how many
// records are in it.
template <class F>
void for_each_owned_range(const Part& part, F each) {
    std::size_t begin = 0;
    for (std::size_t i = 0; i < part.records.size(); ++i) {
        const bool ends = i + 1 == part.records.size() || part.owned_from[i + 1] != part.records[i].offset + 1;
        if (!ends) continue;
        each(OffsetRange{part.owned_from[begin], part.records[i].offset}, i + 1 - begin);
        begin = i + 1;
    }
}

}  // namespace auditfwd
