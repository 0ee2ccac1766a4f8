// Appends until it is killed, and says on stdout what was acknowledged: "NAME RECORDS FIRST\n" for each append, whose
// records are "NAME.INDEX". NAME begins with the first argument, the spool's directory is the second.
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <cstdio>
#include <cstdlib>

#include "forwarder/base/log.h"
#include "forwarder/base/worker.h"
#include "forwarder/spool/spool.h"
#include "tests/spool/blocks.h"

namespace auditfwd {
namespace {

Task<void> append_for_ever(Spool& spool, std::string name) {
    for (unsigned n = 0;; ++n) {
        const auto append = name + "-" + std::to_string(n);
        unsigned records = 0;
        std::vector<std::vector<std::string>> texts(1 + n % 3);
        for (auto& lines : texts) {
            for (unsigned i = 0; i <= n % 5; ++i)
                lines.push_back(append + "." + std::to_string(records++) + std::string(n * 37 % 400, ' '));
        }
        auto blocks = testing::blocks_of(texts);
        std::optional<Checkpoint> checkpoint = Checkpoint{name, std::to_string(n)};
        const auto durability = n % 7 == 0 ? Durability::kInterval : Durability::kSync;
        const auto range = co_await spool.append(std::move(blocks), std::move(checkpoint), durability);
        if (!range) std::_Exit(2);
        const auto line = append + " " + std::to_string(records) + " " + std::to_string(number(range->first)) + "\n";
        if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) std::_Exit(3);
    }
}

int run(const char* name, const char* directory) {
    open_log(LogFormat::kText, LogLevel::kError);
    SystemFileSystem files;
    SystemClock clock;
    Metrics metrics;
    Worker one{"one"};
    Worker two{"two"};
    Spool::Options options{.directory = directory, .free_percent_min = 0, .segment_bytes = 20'000};
    auto spool = Spool::open(options, files, clock, metrics);
    if (!spool) {
        std::fprintf(stderr, "%s\n", spool.error().message.c_str());
        return 1;
    }
    unsigned source = 0;
    for (auto* worker : {&one, &two, &one, &two}) {
        asio::co_spawn(worker->executor(), append_for_ever(**spool, name + std::string{"-"} + std::to_string(source++)),
                       [](std::exception_ptr) { std::_Exit(4); });
    }
    for (;;) ::pause();
}

}  // namespace
}  // namespace auditfwd

int main(int argc, char** argv) { return argc == 3 ? auditfwd::run(argv[1], argv[2]) : 64; }
