// One sink's way through the spool: what it wants, in batches it takes, until it has everything.
//
//   cursor ─▶ SpoolReader::read ─▶ select ─▶ sink policy ─▶ batch ─▶ Sink::send ─▶ progress ─▶ commit
//                                                               └▶ fit ─▶┘
//
// A record that is too large for the sink is a batch of its own, and becomes several sends if it needs them. It counts
// as delivered once, when all of them are; no commit comes between.
//
// A Delivery shares nothing with another but the spool's block cache: its own coroutines, its own helper thread, its
// own cursor. So a sink that fails, blocks or is slow holds up no other; what it has not had waits in the spool.
//
// Commit: no send is outstanding; Sink::checkpoint(), then dead letters and cursor are made durable on the helper
// thread, then the spool is told. If the checkpoint fails, everything since the last commit is done once more: the sink
// is opened again at the committed position. So whatever happens, the destination and the cursor agree or the
// destination is ahead.
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "codecs/fit.h"
#include "forwarder/base/helper_thread.h"
#include "forwarder/base/log.h"
#include "forwarder/base/signal.h"
#include "forwarder/base/task_group.h"
#include "forwarder/delivery/batcher.h"
#include "forwarder/delivery/dead_letters.h"
#include "forwarder/delivery/options.h"
#include "forwarder/delivery/parts.h"
#include "forwarder/delivery/progress.h"
#include "forwarder/delivery/retry.h"
#include "forwarder/delivery/status.h"
#include "forwarder/spool/spool.h"
#include "sinks/sink.h"

namespace auditfwd {

// Makes the sink; its helper thread is given, and outlives it.
using MakeSink = std::function<std::unique_ptr<Sink>(HelperThread&)>;

// All of it outlives the Delivery.
struct DeliveryContext {
    Spool& spool;
    std::filesystem::path spool_directory;
    FileSystem& files;
    const Clock& clock;
    Metrics& metrics;
    Executor executor;               // of the delivery worker
    std::function<double()> random;  // [0, 1); for jitter
};

// Owner: App; destroyed before the spool. Thread: open() and destruction anywhere while run() does not run, run() and
// stop() on the executor's, status() on any.
class Delivery {
public:
    // Reads the sink's cursor and registers with the spool, which keeps what the sink has not had from then on. Blocks:
    // for start-up. Fails for a name that no file can have, and when the cursor can be neither read nor written.
    static Result<std::unique_ptr<Delivery>> open(std::string sink, DeliveryOptions options, const MakeSink& make,
                                                  DeliveryContext context);
    ~Delivery();

    // Delivers until stop(); then batches in flight have ended, progress is committed and the sink closed. Trouble with
    // the destination never ends it. Terminal cancellation, to be used only after stop(), ends it without commit: what
    // was not committed is delivered again, or undone, at the next start.
    Task<void> run();
    // What the sink's own policy leaves of the records it gets from now on; before run(), or on the executor.
    void set_policy(std::shared_ptr<const Policy> policy) { batcher_.set_policy(std::move(policy)); }
    // Sends outstanding may end, attempts that wait for their time are given up: the spool has them.
    void stop();

    DeliveryStatus status() const { return meter_.snapshot(); }

private:
    class InFlight;
    class Sending;
    enum class Origin {
        kSpool,
        kLetter,         // a dead letter of this spool, which counts as such
        kForeignLetter,  // one of a spool that is no more
    };
    using Milliseconds = std::chrono::milliseconds;

    Delivery(std::string sink, DeliveryOptions options, const MakeSink& make, DeliveryContext context, Cursor cursor);

    // delivery.cpp: the sink's life
    Task<bool> open_sink();
    Task<void> deliver();
    Task<void> loop(TaskGroup& children);
    Task<void> watch_spool();
    Task<void> watch_retry();
    Task<void> tend_sink();
    void start_from_committed();
    bool leaving() const { return stopping_ || rolling_back_; }
    unsigned in_flight_max() const;
    SteadyTime wake_at() const;
    // Shorter when the delivery leaves.
    Task<void> pause(Milliseconds wait);

    // load.cpp: from the spool to batches
    Task<std::optional<LoadedBatch>> load();
    void account_filtered();
    void note_read(const StoredBlock& block);
    void peek_lag();

    // send.cpp: from batches to outcomes
    Task<void> deliver_batch(LoadedBatch batch);
    Task<bool> deliver_parts(Parts parts, Origin origin);
    // Nothing when the delivery leaves before the send could begin.
    Task<std::optional<Outcome>> send(Batch batch, Origin origin);
    Task<bool> refuse(Parts& parts, Permanent answer, Origin origin);
    Task<bool> dead_letter(Part part, std::string reason, Origin origin);
    void account_delivered(const Part& part, Origin origin);
    void finish(OffsetRange range, const CursorCounts& counts);

    // fit.cpp: a record that the sink does not take as it is
    Task<bool> deliver_fitted(LoadedBatch batch, Origin origin);
    Task<std::optional<Outcome>> send_parts(Fitter& fitter, RecordView record, std::uint32_t count);
    void note_fitted(const Fitted& fitted);
    std::string id_of(Offset offset, Origin origin) const;

    // commit.cpp
    bool commit_is_due() const;
    Task<void> commit();
    Task<Result<void>> restore_cursor();
    Task<bool> commit_now();

    // redeliver.cpp: dead letters that are sent once more
    Task<void> redeliver();
    Task<bool> redeliver_piece(BoundedLog::Piece piece);
    Task<bool> redeliver_letters(std::vector<DeadLetter> letters, Origin origin);

    // status
    void publish();
    void note_trouble(std::string_view what, std::string_view why);
    void note_success();

    const std::string name_;
    const DeliveryOptions options_;
    DeliveryContext context_;
    const std::filesystem::path cursor_path_;
    HelperThread helper_;
    std::unique_ptr<Sink> sink_;
    const SinkLimits limits_;
    std::unique_ptr<SpoolReader> reader_;
    DeliveryMeter meter_;
    DeadLetters dead_letters_;  // on the helper thread
    Signal changed_;            // anything below

    Cursor committed_;
    Progress progress_;
    Batcher batcher_;
    const WantsRecord wanted_;  // of batcher_
    struct Read {
        Offset last;
        WallTime received;
    };
    std::deque<Read> reads_;  // blocks whose records have not all ended

    bool stopping_ = false;
    bool rolling_back_ = false;   // the checkpoint failed
    bool cursor_unsure_ = false;  // a save failed since the last good one: the file may hold either
    bool hold_ = false;           // no send begins before the next commit
    bool at_end_ = false;         // nothing to read at batcher_.next()
    bool retry_asked_ = false;
    std::optional<SteadyTime> trouble_since_;  // attempts have failed since
    RateLimited trouble_log_{std::chrono::seconds{60}};
    unsigned in_flight_ = 0;
    unsigned sending_ = 0;
    std::uint64_t redeemed_ = 0;  // dead letters delivered since the last commit
    Retry read_retry_;
    Retry commit_retry_;
    Retry roll_back_retry_;
    SteadyTime read_after_{};
    SteadyTime commit_after_{};
    SteadyTime last_commit_{};
};

}  // namespace auditfwd
