// The spool's promises against a disk that forgets, tears and refuses: random schedules of appends, faults, crashes and
// restarts, checked against plain variables. AUDITFWD_SEEDS=N runs seeds 1..N instead of 1..200.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "tests/spool/store_harness.h"

namespace auditfwd {
namespace {

using testing::ForgetfulFileSystem;
using testing::StoreHarness;
using testing::Walk;

using Fate = ForgetfulFileSystem::Fate;
using Call = ForgetfulFileSystem::Call;

unsigned seeds() {
    const char* asked = std::getenv("AUDITFWD_SEEDS");
    return asked ? static_cast<unsigned>(std::strtoul(asked, nullptr, 10)) : 200;
}

// What was asked to be stored. Its records are "NAME.INDEX".
struct Wanted {
    unsigned name = 0;
    unsigned records = 0;
    std::string source;       // of its checkpoint, whose position is its name; empty: none
    bool certain = false;     // acknowledged, or found after a crash: it must stay
    std::uint64_t first = 0;  // of a certain one
};

class Model {
public:
    explicit Model(unsigned seed) : random_{seed}, harness_{seed} { harness_.options.segment_bytes = 500 + pick(4000); }

    void run() {
        reopen();
        const auto steps = 20 + pick(40);
        for (unsigned i = 0; i < steps && !failed(); ++i) step();
        harness_.files.judge(nullptr);
        crash(true);
        reopen();
        check(true);
    }

private:
    using Offsets = std::map<std::uint64_t, std::string>;

    static bool failed() { return ::testing::Test::HasFailure(); }
    unsigned pick(unsigned n) { return static_cast<unsigned>(random_() % n); }

    void step() {
        switch (pick(12)) {
            case 0:
                crash(true);
                return restart();
            case 1:
                crash(false);
                return restart();
            case 2:
                harness_.close();
                crash(pick(2) == 0);
                return restart();
            case 3:
                return check(false);
            case 4:
                return heal();
            default:
                return commit();
        }
    }

    // Faults of one commit or open: none; one call; every call for a while.
    void plan_faults() {
        const auto fate = pick(4) == 0 ? Fate::kFull : Fate::kFail;
        switch (pick(6)) {
            case 0:
                return harness_.files.fail_nth(pick(8), fate);
            case 1:
                return harness_.files.fail_nth(pick(3), fate, [](Call call) { return call == Call::kSync; });
            case 2: {
                const auto from = pick(8);
                const auto to = from + pick(20);
                return harness_.files.judge([from, to, fate, n = 0u](Call, const auto&) mutable {
                    const auto call = n++;
                    return call >= from && call < to ? fate : Fate::kWork;
                });
            }
            default:
                return harness_.files.judge(nullptr);
        }
    }

    spool::Append make(Wanted& wanted) {
        wanted.name = next_name_++;
        spool::Append append;
        const auto blocks = pick(4);
        for (unsigned b = 0; b < blocks; ++b) {
            std::vector<std::string> lines;
            for (unsigned r = 0; r <= pick(4); ++r)
                lines.push_back(std::to_string(wanted.name) + "." + std::to_string(wanted.records++));
            if (pick(4) == 0) lines.back() += std::string(pick(600), ' ');
            append.blocks.push_back(testing::block_of(lines));
        }
        if (blocks == 0) append.blocks.emplace_back();
        if (blocks == 0 || pick(3) == 0) {
            wanted.source = pick(2) == 0 ? "a" : "b";
            append.checkpoint = Checkpoint{wanted.source, std::to_string(wanted.name)};
        }
        return append;
    }

    void commit() {
        std::vector<spool::Append> appends;
        const auto begin = wanted_.size();
        for (unsigned i = 0; i <= pick(4); ++i) appends.push_back(make(wanted_.emplace_back()));
        std::vector<spool::Append*> pointers;
        for (auto& append : appends) pointers.push_back(&append);
        plan_faults();
        for (std::span<spool::Append* const> rest{pointers}; !rest.empty();)
            rest = rest.subspan(harness_.store->commit(rest));
        harness_.files.judge(nullptr);
        for (std::size_t i = 0; i < appends.size(); ++i) {
            ASSERT_TRUE(appends[i].outcome);
            if (!*appends[i].outcome) continue;
            auto& wanted = wanted_[begin + i];
            ASSERT_EQ((*appends[i].outcome)->size(), wanted.records);
            wanted.certain = true;
            wanted.first = number((*appends[i].outcome)->first);
            for (unsigned r = 0; r < wanted.records; ++r) give(wanted.first + r, wanted.name, r);
        }
    }

    // An offset belongs to one record for ever.
    void give(std::uint64_t offset, unsigned name, unsigned index) {
        const auto record = std::to_string(name) + "." + std::to_string(index);
        const auto [place, fresh] = given_.emplace(offset, record);
        ASSERT_TRUE(fresh || place->second == record) << "offset " << offset << " was " << place->second;
    }

    void heal() {
        harness_.clock.advance(std::chrono::seconds{2});
        plan_faults();
        harness_.store->probe();
        harness_.files.judge(nullptr);
    }

    void crash(bool power) {
        if (power) {
            harness_.lose_power();
        } else {
            harness_.kill();
        }
    }

    void restart() {
        for (unsigned attempts = pick(3); attempts > 0; --attempts) {
            plan_faults();
            const auto opened = harness_.open();
            harness_.files.judge(nullptr);
            if (opened) check(true);
            crash(pick(2) == 0);
        }
        reopen();
    }

    void reopen() {
        const auto opened = harness_.open();
        ASSERT_TRUE(opened) << opened.error().message;
        check(true);
    }

    // What may be read now. After a restart, what was not acknowledged may be there too, and must stay then.
    void check(bool restarted) {
        if (failed()) return;
        const auto walk = harness_.walk().value();
        ASSERT_TRUE(walk.damaged.empty());
        ASSERT_TRUE(walk.expired.empty());
        std::size_t at = 0;
        std::uint64_t before = 0;
        for (auto& wanted : wanted_) {
            const bool here = at < walk.records.size() && name_of(walk.records[at]) == wanted.name;
            if (wanted.records == 0) continue;
            if (!here) {
                ASSERT_FALSE(wanted.certain) << "append " << wanted.name << " is lost";
                continue;
            }
            ASSERT_TRUE(wanted.certain || restarted) << "append " << wanted.name << " failed, and is visible";
            if (!wanted.certain) wanted.first = walk.records[at].offset;
            wanted.certain = true;
            for (unsigned r = 0; r < wanted.records; ++r, ++at) {
                ASSERT_LT(at, walk.records.size()) << "append " << wanted.name << " is not whole";
                const auto& record = walk.records[at];
                ASSERT_EQ(record.json.substr(0, record.json.find(' ')),
                          std::to_string(wanted.name) + "." + std::to_string(r));
                ASSERT_EQ(record.offset, wanted.first + r);
                ASSERT_GT(record.offset, before);
                before = record.offset;
                give(record.offset, wanted.name, r);
            }
        }
        ASSERT_EQ(at, walk.records.size()) << "a record nobody asked for, or out of order";
        check_checkpoint("a", restarted);
        check_checkpoint("b", restarted);
    }

    void check_checkpoint(const std::string& source, bool restarted) {
        const auto position = harness_.store->catalog().checkpoint(source);
        const auto found = position ? std::stoul(*position) : 0;
        bool seen = !position;
        for (auto& wanted : wanted_) {
            if (wanted.source != source) continue;
            if (wanted.name == found) {
                seen = true;
                ASSERT_TRUE(wanted.certain || (restarted && wanted.records == 0))
                    << "the checkpoint of append " << found << " is there without its records";
                wanted.certain = true;
            }
            ASSERT_FALSE(wanted.certain && wanted.name > found) << "the checkpoint of " << wanted.name << " is lost";
        }
        ASSERT_TRUE(seen);
    }

    static unsigned name_of(const testing::SeenRecord& record) {
        return static_cast<unsigned>(std::stoul(record.json));
    }

    std::mt19937 random_;
    StoreHarness harness_;
    std::vector<Wanted> wanted_;
    Offsets given_;
    unsigned next_name_ = 1;
};

TEST(StoreModel, Acknowledged_appends_survive_every_crash_once_whole_and_in_order) {
    for (unsigned seed = 1; seed <= seeds(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Model{seed}.run();
        if (::testing::Test::HasFailure()) return;
    }
}

}  // namespace
}  // namespace auditfwd
