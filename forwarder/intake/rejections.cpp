#include "forwarder/intake/rejections.h"

#include <fmt/format.h>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include "forwarder/base/asio.h"
#include "forwarder/base/crypto.h"
#include "forwarder/base/log.h"

namespace auditfwd {

// Appends on its own thread. A failed write is said once in a while and otherwise counted: notes are a help for humans,
// the counters of the ledger are the account.
class Rejections::Writer {
public:
    Writer(std::filesystem::path directory, FileSystem& files, Counter& unwritten)
        : directory_{std::move(directory)}, files_{files}, unwritten_{unwritten} {}
    ~Writer() { thread_.join(); }

    void write(std::string lines) {
        if (waiting_.fetch_add(lines.size()) + lines.size() > kWaitingBytesMax) {
            waiting_ -= lines.size();
            unwritten_.Increment();
            return;
        }
        asio::post(thread_, [this, text = std::move(lines)] {
            if (const auto done = append(text); !done) {
                unwritten_.Increment();
                trouble_.warn("rejected items cannot be noted", {{"reason", done.error().message}});
                file_.reset();
            }
            waiting_ -= text.size();
        });
    }

private:
    Result<void> append(std::string_view text) {
        if (file_ && size_ + text.size() > kFileBytesMax) {
            file_.reset();
            TRY_VOID(files_.rename(directory_ / "rejected.ndjson", directory_ / "rejected.older.ndjson"));
        }
        if (!file_) {
            TRY_VOID(files_.make_directory(directory_));
            TRY(file_, files_.open(directory_ / "rejected.ndjson", OpenMode::kCreate));
            TRY(const auto stat, file_->stat());
            size_ = stat.size;
        }
        TRY_VOID(file_->write_at(size_, {&text, 1}));
        size_ += text.size();
        return {};
    }

    const std::filesystem::path directory_;
    FileSystem& files_;
    Counter& unwritten_;
    std::atomic<std::size_t> waiting_{0};
    std::unique_ptr<File> file_;  // this and below: on the thread
    std::uint64_t size_ = 0;
    RateLimited trouble_;
    asio::thread_pool thread_{1};
};

Rejections::Rejections(std::filesystem::path directory, FileSystem& files, const Clock& clock, Metrics& metrics)
    : clock_{clock},
      unwritten_{metrics.counter("auditfwd_rejections_unnoted_total",
                                 "Groups of rejected items that were counted but not noted in the dead letters")},
      writer_{std::make_unique<Writer>(std::move(directory), files, unwritten_)} {
    random_bytes(key_);
}

Rejections::~Rejections() = default;

std::string Rejections::line(const RejectedItem& item) const {
    const std::string_view key{reinterpret_cast<const char*>(key_.data()), key_.size()};
    const auto hash = hmac_sha256(key, item.bytes);
    // Names of clusters and sources are restricted to harmless characters where they enter the program.
    return fmt::format(R"({{"time":"{}","cluster":"{}","source":"{}","item":{},"bytes":{},"hash":"{}","reason":"{}"}})"
                       "\n",
                       to_rfc3339(clock_.wall()), item.cluster, item.source, item.number, item.bytes.size(),
                       to_hex({hash.data(), 16}), item.reason);
}

void Rejections::note(std::string lines) {
    if (!lines.empty()) writer_->write(std::move(lines));
}

}  // namespace auditfwd
