// SIGKILL at any moment: what was acknowledged is there after the next start, once, whole, where it was said to be.
// AUDITFWD_KILL_ROUNDS=N instead of 3.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <sstream>

#include "forwarder/spool/inspect.h"
#include "tests/support/run_task.h"
#include "tests/support/temporary_directory.h"

namespace auditfwd {
namespace {

struct Acknowledged {
    std::string name;
    unsigned records = 0;
    std::uint64_t first = 0;
};

// Runs the victim until `kill_after` acknowledgements came, and reads what it still said.
std::vector<Acknowledged> run_victim(const std::string& name, const std::string& directory, unsigned kill_after) {
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::string program{SPOOL_VICTIM};
    std::string name_argument{name};
    std::string directory_argument{directory};
    char* arguments[]{program.data(), name_argument.data(), directory_argument.data(), nullptr};
    pid_t victim = 0;
    EXPECT_EQ(::posix_spawn(&victim, program.c_str(), &actions, nullptr, arguments, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);

    std::string said;
    bool killed = false;
    char buffer[4096];
    for (ssize_t n = 0; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
        said.append(buffer, static_cast<std::size_t>(n));
        if (!killed && std::count(said.begin(), said.end(), '\n') >= static_cast<std::ptrdiff_t>(kill_after))
            killed = ::kill(victim, SIGKILL) == 0;
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(victim, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the victim ended by itself: " << status;
    std::vector<Acknowledged> acknowledged;
    std::istringstream lines{said.substr(0, said.rfind('\n') + 1)};
    for (Acknowledged one; lines >> one.name >> one.records >> one.first;) acknowledged.push_back(one);
    return acknowledged;
}

class KillTest : public ::testing::Test {
protected:
    std::map<std::uint64_t, std::string> read_all() {
        std::map<std::uint64_t, std::string> records;
        const auto spool =
            Spool::open({.directory = directory_.path(), .free_percent_min = 0}, files_, clock_, metrics_);
        EXPECT_TRUE(spool);
        asio::io_context context;
        {
            const auto reader = (*spool)->reader("all", Offset{1}, WhenFull::kExpire, context.get_executor());
            for (Offset at{1};;) {
                const auto step = reader->read(at).value();
                if (step.kind == SpoolStep::Kind::kEnd) break;
                EXPECT_TRUE(step.kind == SpoolStep::Kind::kBlock || step.kind == SpoolStep::Kind::kUnused);
                for (auto o = at; step.block && o <= step.offsets.last; o = o + 1) {
                    const auto json = step.block->record(number(o) - number(step.block->offsets.first)).json;
                    records[number(o)] = json.substr(0, json.find(' '));
                }
                at = step.offsets.last + 1;
            }
        }
        testing::run_task(context, (*spool)->close());
        return records;
    }

    testing::TemporaryDirectory directory_;
    SystemFileSystem files_;
    SystemClock clock_;
    Metrics metrics_;
};

TEST_F(KillTest, Costs_nothing_that_was_acknowledged) {
    const char* asked = std::getenv("AUDITFWD_KILL_ROUNDS");
    const auto rounds = asked ? std::strtoul(asked, nullptr, 10) : 3;
    std::mt19937 random{std::random_device{}()};
    std::vector<Acknowledged> all;
    for (unsigned round = 0; round < rounds; ++round) {
        const auto kill_after = 1 + static_cast<unsigned>(random() % 100);
        SCOPED_TRACE("round " + std::to_string(round) + ", killed after " + std::to_string(kill_after));
        const auto said = run_victim("r" + std::to_string(round), directory_.path().string(), kill_after);
        all.insert(all.end(), said.begin(), said.end());
        const auto records = read_all();
        for (const auto& append : all) {
            for (unsigned i = 0; i < append.records; ++i) {
                const auto found = records.find(append.first + i);
                ASSERT_NE(found, records.end()) << append.name;
                ASSERT_EQ(found->second, append.name + "." + std::to_string(i));
            }
        }
        std::map<std::string, unsigned> times;
        for (const auto& [offset, record] : records) ASSERT_EQ(++times[record], 1u) << record;
        // The first record of each append is there if any other is.
        for (const auto& [record, count] : times)
            ASSERT_TRUE(times.contains(record.substr(0, record.find('.')) + ".0"));
    }
}

}  // namespace
}  // namespace auditfwd
