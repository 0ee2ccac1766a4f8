#include "sinks/file/file_sink.h"

namespace auditfwd {

namespace {

FileSinkOptions absolute(FileSinkOptions options) {
    // The state names files: it must mean the same after a start from another directory.
    options.path = std::filesystem::absolute(options.path);
    return options;
}

}  // namespace

FileSink::FileSink(FileSinkOptions options, SinkContext context)
    : context_{std::move(context)},
      limits_{limits_of(options.oversize)},
      file_{absolute(std::move(options)), context_} {}

Task<Result<void>> FileSink::open(std::string state, Offset next) {
    std::optional<SteadyTime> due;
    auto open = [&] {
        auto opened = file_.open(state, next);
        due = file_.ends_at();
        return opened;
    };
    auto opened = co_await context_.helper.run(open);
    due_ = due;
    co_return opened;
}

Task<Outcome> FileSink::send(Batch batch) {
    std::optional<SteadyTime> due;
    bool full = false;
    auto write = [&] {
        auto written = file_.write(batch);
        due = file_.ends_at();
        full = file_.full();
        return written;
    };
    const auto written = co_await context_.helper.run(write);
    due_ = due;
    if (!written) co_return Outcome{Transient{written.error().message}};
    co_return Outcome{Delivered{.commit_first = full}};
}

Task<Result<std::string>> FileSink::checkpoint() {
    std::optional<SteadyTime> due;
    auto checkpoint = [&] {
        auto state = file_.checkpoint();
        due = file_.ends_at();
        return state;
    };
    auto state = co_await context_.helper.run(checkpoint);
    due_ = due;
    co_return state;
}

Task<void> FileSink::close() {
    auto close = [&] {
        file_.close();
        return true;
    };
    co_await context_.helper.run(close);
}

}  // namespace auditfwd
