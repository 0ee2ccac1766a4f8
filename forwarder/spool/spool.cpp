#include "forwarder/spool/spool.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>

#include "forwarder/base/assert.h"
#include "forwarder/base/signal.h"
#include "forwarder/base/worker.h"
#include "forwarder/spool/group_commit.h"
#include "forwarder/spool/memory_files.h"
#include "forwarder/spool/reader.h"
#include "forwarder/spool/store.h"

namespace auditfwd {

namespace {

using spool::Append;
using spool::Catalog;
using spool::Store;

// An append on its way. The caller's coroutine and the spool's thread take turns with it.
struct Waiting {
    Append append;
    Durability durability = Durability::kSync;
    Executor executor;
    std::function<void()> resume;
};

class SegmentReader final : public SpoolReader {
public:
    SegmentReader(FileSystem& files, const std::filesystem::path& directory, Catalog& catalog, spool::BlockCache& cache,
                  spool::SpoolMetrics& metrics, spool::Need need, Executor executor, std::function<void()> tidy)
        : catalog_{catalog},
          reader_{files, directory, catalog, cache, metrics},
          changed_{std::make_shared<Signal>(executor)},
          tidy_{std::move(tidy)},
          registration_{catalog, need, [executor, changed = std::weak_ptr{changed_}] {
                            asio::post(executor, [changed] {
                                if (const auto signal = changed.lock()) signal->notify_all();
                            });
                        }} {}

    Result<SpoolStep> read(Offset offset, const WantsRecord& wants) override { return reader_.read(offset, wants); }

    Task<void> wait_for(Offset offset, SteadyTime until) override {
        while (catalog_.last() < offset) {
            const bool notified = co_await changed_->wait_until(until);
            if (!notified) co_return;
        }
    }

    void release(Offset offset) override {
        registration_.release(offset);
        const auto oldest = catalog_.oldest();
        if (oldest && !oldest->newest_too && oldest->segment.last < offset) tidy_();
    }

private:
    Catalog& catalog_;
    spool::Reader reader_;
    const std::shared_ptr<Signal> changed_;
    const std::function<void()> tidy_;
    Catalog::Registration registration_;
};

class ThreadedSpool final : public Spool {
public:
    ThreadedSpool(Options options, FileSystem& files, std::unique_ptr<FileSystem> own_files, const Clock& clock,
                  Metrics& metrics)
        : options_{std::move(options)},
          own_files_{std::move(own_files)},
          files_{own_files_ ? *own_files_ : files},
          clock_{clock},
          metrics_{metrics},
          group_{{.syncs_per_second_max = options_.syncs_per_second_max}} {}

    ~ThreadedSpool() override {
        CHECK(!store_ || closed_);
        worker_.stop();
    }

    Result<void> open(Metrics& metrics) {
        TRY(store_, Store::open(options_, files_, clock_, metrics_));
        refresh_.emplace(metrics.on_scrape([this] { scrape(); }));
        return {};
    }

    Task<Result<OffsetRange>> append(std::vector<Block> blocks, std::optional<Checkpoint> checkpoint,
                                     Durability durability) override {
        if (auto sized = check_sizes(checkpoint); !sized) co_return std::move(sized).error();
        if (blocks.empty() && !checkpoint) co_return OffsetRange{Offset{1}, Offset{0}};
        if (blocks.empty()) blocks.emplace_back();
        const auto waiting = std::make_shared<Waiting>();
        waiting->append.blocks = std::move(blocks);
        waiting->append.checkpoint = std::move(checkpoint);
        waiting->durability = durability;
        waiting->executor = co_await asio::this_coro::executor;
        auto initiate = [this, &waiting](auto handler) {
            // The executor must not run dry while the spool has its coroutine.
            const auto work = asio::make_work_guard(waiting->executor);
            const auto shared = std::make_shared<decltype(handler)>(std::move(handler));
            waiting->resume = [work, shared] { (std::move(*shared))(); };
            asio::post(worker_.executor(), [this, waiting] { accept(waiting); });
        };
        co_await asio::async_initiate<const asio::deferred_t, void()>(initiate, use);
        co_return *std::move(waiting->append.outcome);
    }

    std::optional<std::string> checkpoint(std::string_view source) const override {
        return store_->catalog().checkpoint(source);
    }

    std::unique_ptr<SpoolReader> reader(std::string, Offset from, WhenFull when_full, Executor executor) override {
        auto tidy = [this] { asio::post(worker_.executor(), [this] { store_->tidy(); }); };
        return std::make_unique<SegmentReader>(files_, options_.directory, store_->catalog(), cache_, metrics_,
                                               spool::Need{.from = from, .holds = when_full == WhenFull::kRefuse},
                                               std::move(executor), std::move(tidy));
    }

    State state() const override { return store_->catalog().state(); }

    Task<void> close() override {
        const Executor executor = co_await asio::this_coro::executor;
        auto initiate = [this, &executor](auto handler) {
            auto work = asio::make_work_guard(executor);
            asio::post(worker_.executor(), [this, work = std::move(work), handler = std::move(handler)]() mutable {
                shut();
                auto caller = work.get_executor();
                asio::post(caller, std::move(handler));
            });
        };
        co_await asio::async_initiate<const asio::deferred_t, void()>(initiate, use);
    }

private:
    static Result<void> check_sizes(const std::optional<Checkpoint>& checkpoint) {
        if (!checkpoint || within_bounds(*checkpoint)) return {};
        return Error{ErrorCode::kTooLarge, "spool: a checkpoint is larger than it may be"};
    }

    // Syncs are paced by the time its timers wait in, whatever the clock says.
    static SteadyTime now() { return std::chrono::steady_clock::now(); }

    // All below: on the spool's thread.

    void accept(const std::shared_ptr<Waiting>& waiting) {
        if (closed_) {
            waiting->append.outcome.emplace(Error{ErrorCode::kUnavailable, "spool: closed"});
            resume(waiting);
            return;
        }
        group_.add(waiting->append.bytes(), waiting->durability == Durability::kSync, now());
        pending_.push_back(waiting);
        schedule();
    }

    static void resume(std::shared_ptr<Waiting> waiting) {
        const auto executor = waiting->executor;
        asio::post(executor, [waiting = std::move(waiting)] { std::exchange(waiting->resume, nullptr)(); });
    }

    void schedule() {
        const auto due = group_.due();
        if (!due || commit_posted_ || closed_) return;
        const auto at = now();
        if (*due <= at) {
            // Behind the appends that are already in the queue, so that they share the sync.
            commit_posted_ = true;
            asio::post(worker_.executor(), [this] {
                commit_posted_ = false;
                if (!closed_) commit();
            });
            return;
        }
        commit_timer_.expires_after(*due - at);
        commit_timer_.async_wait([this](boost::system::error_code error) {
            if (!error) schedule();
        });
    }

    void commit() {
        group_.begin(now());
        std::vector<Append*> appends;
        appends.reserve(pending_.size());
        for (const auto& waiting : pending_) appends.push_back(&waiting->append);
        for (std::span<Append* const> rest{appends}; !rest.empty();) {
            const auto done = store_->commit(rest);
            rest = rest.subspan(done);
            for (std::size_t i = 0; i < done; ++i) {
                resume(std::move(pending_.front()));
                pending_.pop_front();
            }
        }
        schedule_probe();
        schedule();
    }

    void schedule_probe() {
        const auto at = store_->probe_at();
        if (!at || closed_) return;
        probe_timer_.expires_after(*at - clock_.steady());
        probe_timer_.async_wait([this](boost::system::error_code error) {
            if (error || closed_) return;
            store_->probe();
            schedule_probe();
        });
    }

    void shut() {
        if (closed_) return;
        commit();
        closed_ = true;
        commit_timer_.cancel();
        probe_timer_.cancel();
        store_->close();
    }

    // On the thread that scrapes.
    void scrape() {
        if (!store_) return;
        const auto state = store_->catalog().state();
        metrics_.bytes.Set(static_cast<double>(state.bytes));
        metrics_.segments.Set(static_cast<double>(store_->catalog().segments()));
        metrics_.last_offset.Set(static_cast<double>(number(state.last)));
        metrics_.failed.Set(state.failed ? 1 : 0);
    }

    const Options options_;
    const std::unique_ptr<FileSystem> own_files_;
    FileSystem& files_;
    const Clock& clock_;
    spool::SpoolMetrics metrics_;
    spool::BlockCache cache_;
    std::unique_ptr<Store> store_;
    spool::GroupCommit group_;
    std::deque<std::shared_ptr<Waiting>> pending_;
    bool commit_posted_ = false;
    std::atomic<bool> closed_ = false;  // set on the spool's thread
    std::optional<Metrics::Refresh> refresh_;
    Worker worker_{"spool"};
    asio::steady_timer commit_timer_{worker_.executor()};
    asio::steady_timer probe_timer_{worker_.executor()};
};

}  // namespace

Result<std::unique_ptr<Spool>> Spool::open(Options options, FileSystem& files, const Clock& clock, Metrics& metrics) {
    if (options.bytes_max == 0 || options.syncs_per_second_max == 0 || options.free_percent_min > 100)
        return Error{ErrorCode::kInvalid, "spool: a bound makes no sense"};
    std::unique_ptr<FileSystem> memory;
    if (options.in_memory) memory = std::make_unique<spool::MemoryFiles>();
    auto opened = std::make_unique<ThreadedSpool>(std::move(options), files, std::move(memory), clock, metrics);
    TRY_VOID(opened->open(metrics));
    return std::unique_ptr<Spool>{std::move(opened)};
}

}  // namespace auditfwd
