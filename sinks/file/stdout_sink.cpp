#include "sinks/file/stdout_sink.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

namespace auditfwd {

namespace {

constexpr int kPatienceMs = 1000;

}  // namespace

Task<Result<void>> StdoutSink::open(std::string, Offset) { co_return Result<void>{}; }

Task<Outcome> StdoutSink::send(Batch batch) {
    auto write_all = [&] { return write(batch); };
    const auto written = co_await context_.helper.run(write_all);
    if (!written) co_return Outcome{Transient{written.error().message}};
    co_return Outcome{Delivered{}};
}

Task<Result<std::string>> StdoutSink::checkpoint() { co_return std::string{}; }

Task<void> StdoutSink::close() { co_return; }

Result<void> StdoutSink::write(Batch batch) {
    buffer_ = std::exchange(rest_of_line_, {});
    const bool was_within = !buffer_.empty();
    for (const auto& record : batch) {
        buffer_ += record.json;
        buffer_ += '\n';
    }
    for (std::size_t done = 0; done < buffer_.size();) {
        const auto n = write_some(std::string_view{buffer_}.substr(done));
        if (!n) {
            const bool within = done == 0 ? was_within : buffer_[done - 1] != '\n';
            if (within) rest_of_line_ = buffer_.substr(done, buffer_.find('\n', done) + 1 - done);
            return n.error();
        }
        done += *n;
    }
    return {};
}

// Polled, and no more at once than a pipe that is ready takes without blocking.
Result<std::size_t> StdoutSink::write_some(std::string_view bytes) const {
    pollfd ready{.fd = descriptor_, .events = POLLOUT, .revents = 0};
    for (;;) {
        const int n = ::poll(&ready, 1, kPatienceMs);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return system_error(errno, "poll stdout");
        if (n == 0) return Error{ErrorCode::kTimeout, "nobody reads stdout"};
        const auto written = ::write(descriptor_, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
        if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (written < 0) return system_error(errno, "write stdout");
        return static_cast<std::size_t>(written);
    }
}

}  // namespace auditfwd
