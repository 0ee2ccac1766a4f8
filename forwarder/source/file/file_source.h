// Follows kube-apiserver's audit log and submits its lines, none twice and none left out: each chunk of whole lines
// carries the position behind it as its checkpoint, so that records and position become durable in one write.
//
// One chunk is in hand at a time, and its outcome is always awaited (a submission without an answer might be durable).
// A chunk that is full asks for a sync at once, because the next one waits for it; at the end of the log the source's
// own durability decides. Nothing of a failed chunk is kept: it is read again.
//
// Owner: App; it outlives run(). Thread: that of the executor for every call; files are read on a thread of its own.
#pragma once

#include <optional>
#include <string>

#include "forwarder/base/byte_budget.h"
#include "forwarder/base/clock.h"
#include "forwarder/base/file_system.h"
#include "forwarder/base/helper_thread.h"
#include "forwarder/base/log.h"
#include "forwarder/base/metrics.h"
#include "forwarder/base/signal.h"
#include "forwarder/intake/intake.h"
#include "forwarder/source/file/file_metrics.h"
#include "forwarder/source/file/log_reader.h"
#include "forwarder/source/file/options.h"

namespace auditfwd {

class FileSource {
public:
    // `checkpoint` is what the spool recovered for options.name. One that cannot be read is a lost position: counted,
    // said, and everything that is there is read. All references outlive the source.
    FileSource(FileSourceOptions options, Executor executor, Intake& intake, ByteBudget& budget, FileSystem& files,
               const Clock& clock, Metrics& metrics, std::optional<std::string> checkpoint);

    // Returns after stop(); never fails, whatever the file system or the intake say.
    Task<void> run();

    // Ends run() once the submission in hand has ended.
    void stop();

    // What it may hold outside the byte budget, at most.
    static std::size_t memory_bytes_max();

private:
    Task<void> forward(const Look& look);
    Task<void> submit(Body body, Chunk chunk, bool behind);
    void settle(const Chunk& chunk, const Result<Accepted>& answer);
    void file_trouble(const Error& error);
    Task<void> pause(std::chrono::milliseconds time);
    Task<void> back_off();

    const FileSourceOptions options_;
    Intake& intake_;
    ByteBudget& budget_;
    const Clock& clock_;
    FileMetrics metrics_;
    LogReader reader_;
    HelperThread helper_;
    Signal stopped_;
    bool stopping_ = false;
    std::chrono::milliseconds delay_;  // before the next attempt after a failure of the intake
    RateLimited file_troubles_;
    RateLimited intake_troubles_;
};

}  // namespace auditfwd
