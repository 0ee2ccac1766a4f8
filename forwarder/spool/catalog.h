// What the spool's thread tells the others: which segments there are, and how far a sync covers them; and what readers
// tell the spool's thread: what they still need.
//
// The only object of the spool that several threads touch; everything in it is a small value under one mutex. Owner:
// the spool. Thread: any; functions marked so are for the spool's thread alone.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "forwarder/spool/layout.h"
#include "forwarder/spool/recovery.h"
#include "forwarder/spool/retention.h"
#include "forwarder/spool/segment_header.h"
#include "forwarder/spool/spool.h"

namespace auditfwd::spool {

// A segment that readers may open.
struct Segment {
    SegmentName name;
    Offset last{};  // last offset it is answerable for; of the newest, the last durable one
    // Bytes that hold acknowledged blocks. Nothing: its successor's header says so, or else its size.
    std::optional<std::uint64_t> end;
    std::optional<SegmentName> successor;
    std::uint64_t bytes = 0;  // on disk
};

// Those that recovery found; `bytes` is not filled in.
std::vector<Segment> segments_of(const Recovered& found);

class Catalog {
public:
    explicit Catalog(const SpoolId& id) : id_{id} {}
    Catalog(const Catalog&) = delete;

    const SpoolId& id() const { return id_; }

    // Spool's thread: at start, and when a segment that now holds something was begun.
    void add_segment(const Segment& segment);
    // Spool's thread: a sync covers the newest segment up to `end`, whose newest record is `last`.
    void publish(std::uint64_t end, Offset last, const std::vector<Checkpoint>& checkpoints);
    // Spool's thread: the segment is gone.
    void remove_oldest();
    void set_last(Offset last);
    void set_used_bytes(std::uint64_t bytes);
    void set_failed(bool failed);
    void set_checkpoints(CheckpointMap checkpoints);

    struct Oldest {
        Segment segment;
        bool newest_too;  // the only one
    };
    std::optional<Oldest> oldest() const;
    std::optional<SegmentName> newest() const;
    std::vector<Need> needs() const;

    // What a reader finds at an offset.
    struct Place {
        enum class Kind { kSegment, kExpired, kEnd };
        Kind kind = Kind::kEnd;
        Segment segment;      // of kSegment
        Offset first_kept{};  // of kExpired
    };
    Place find(Offset offset) const;
    // All of them, oldest first.
    std::vector<Segment> list() const;

    Spool::State state() const;
    std::optional<std::string> checkpoint(std::string_view source) const;
    CheckpointMap checkpoints() const;
    Offset last() const;
    std::size_t segments() const;

    // A reader's entry; ends with it. `wake` is called, under the mutex, after each publish().
    class Registration {
    public:
        Registration(Catalog& catalog, Need need, std::function<void()> wake);
        Registration(const Registration&) = delete;
        ~Registration();
        void release(Offset from);

    private:
        struct Entry {
            Need need;
            std::function<void()> wake;
        };
        friend class Catalog;
        Catalog& catalog_;
        std::list<Entry>::iterator place_;
    };

private:
    Offset first_kept() const;  // with mutex_ held

    const SpoolId id_;
    mutable std::mutex mutex_;
    std::deque<Segment> segments_;
    Offset last_{};
    std::uint64_t used_bytes_ = 0;
    bool failed_ = false;
    CheckpointMap checkpoints_;
    std::list<Registration::Entry> readers_;
};

}  // namespace auditfwd::spool
