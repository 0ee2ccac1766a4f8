// Whatever fails and whenever the process or the power goes, every record arrives; where the sink can undo, exactly
// once and in order; and the counts add up.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>

#include "tests/delivery/world.h"

namespace auditfwd {
namespace {

using testing::Destination;
using testing::End;
using testing::expect_law;
using testing::FakeRecord;
using testing::ForgetfulFileSystem;
using testing::run;
using testing::run_to_end;
using testing::World;

unsigned seeds() {
    const char* const text = std::getenv("AUDITFWD_SEEDS");  // NOLINT(concurrency-mt-unsafe): before any thread
    return text != nullptr ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : 200;
}

struct Expected {
    std::vector<Offset> wanted;
    std::vector<Offset> poison;
    std::map<Offset, std::string> json;
    CursorCounts counts;
};

class Model {
public:
    explicit Model(std::uint64_t seed) : random_{seed}, world_{seed} {
        world_.options.select.priority = random_() % 2 == 0 ? Priority::kNone : Priority::kNotice;
        there_.limits.batch_records_max = 1 + random_() % 8;
        there_.limits.batch_bytes_max = 20 + random_() % 300;
        there_.limits.record_bytes_max = 150;
        there_.limits.in_flight_max = random_() % 3 == 0 ? 1 + static_cast<unsigned>(random_() % 4) : 1;
        there_.exactly_once = there_.limits.in_flight_max == 1;
        there_.answer = [this](Batch batch) { return answer(batch); };
        there_.commit_first = [this] { return random_() % 4 == 0; };
        there_.open = [this]() -> Result<void> {
            if (faulty_ && random_() % 4 == 0) return Error{ErrorCode::kUnavailable, "not now"};
            return {};
        };
        there_.checkpoint = [this]() -> Result<void> {
            if (faulty_ && random_() % 8 == 0) return Error{ErrorCode::kBroken, "lost"};
            return {};
        };
    }

    void run_once() {
        world_.files.judge(nullptr);
        {
            auto delivery = world_.open("out", there_);
            faulty_ = true;
            world_.files.judge([this](ForgetfulFileSystem::Call, const std::filesystem::path&) {
                return file_random_() % 50 == 0 ? ForgetfulFileSystem::Fate::kFail : ForgetfulFileSystem::Fate::kWork;
            });
            auto steps = random_() % 300;
            run(
                world_, {delivery.get()},
                [&] {
                    if (random_() % 20 == 0) add();
                    return steps-- == 0;
                },
                random_() % 2 == 0 ? End::kKill : End::kStop);
            expect_law(world_, delivery->status());
        }
        world_.files.judge(nullptr);
        there_.sending = 0;  // of a send that was cut off
        if (random_() % 2 == 0) world_.files.lose_power();
    }

    void finish() {
        faulty_ = false;
        auto delivery = world_.open("out", there_);
        run_to_end(world_, *delivery);
        expect_law(world_, delivery->status());
        EXPECT_EQ(delivery->status().counts, expected_.counts);
        check_records();
        check_letters();
    }

    void add() {
        const auto kind = random_() % 8;
        if (kind == 0) {
            const auto n = 1 + random_() % 20;
            world_.spool.add_gap(SpoolStep::Kind::kUnused, n);
            expected_.counts.unused += n;
            return;
        }
        if (kind == 1) {
            const auto n = 1 + random_() % 20;
            world_.spool.add_gap(SpoolStep::Kind::kDamaged, n);
            expected_.counts.damaged += n;
            return;
        }
        std::vector<FakeRecord> records(1 + random_() % 12);
        auto offset = world_.spool.last();
        for (auto& record : records) {
            offset = offset + 1;
            record.json =
                "{\"n\":" + std::to_string(number(offset)) + ",\"x\":\"" + std::string(random_() % 120, 'x') + "\"}";
            if (random_() % 3 == 0) record.facts.priority = Priority::kAlert;
            expect(offset, record);
        }
        world_.spool.add(records);
    }

private:
    void expect(Offset offset, const FakeRecord& record) {
        if (world_.options.select.priority != Priority::kNone && record.facts.priority == Priority::kNone) {
            ++expected_.counts.filtered;
            return;
        }
        expected_.json[offset] = record.json;
        const bool poison = random_() % 25 == 0;
        if (poison || record.json.size() > there_.limits.record_bytes_max) {
            expected_.poison.push_back(offset);
            ++expected_.counts.dead_lettered;
        } else {
            expected_.wanted.push_back(offset);
            ++expected_.counts.delivered;
        }
    }

    bool is_poison(Offset offset) const {
        return std::binary_search(expected_.poison.begin(), expected_.poison.end(), offset);
    }

    std::optional<Outcome> answer(Batch batch) {
        if (faulty_ && random_() % 3 == 0) {
            Transient busy{"busy"};
            // Some of it is there all the same.
            const auto most = random_() % batch.size();
            for (std::size_t i = 0; i < most && !there_.exactly_once; ++i) {
                if (!is_poison(batch[i].offset) && random_() % 2 == 0) busy.stored.push_back(i);
            }
            return busy;
        }
        Permanent answer{"poison", {}};
        bool any = false;
        const bool named = random_() % 2 == 0;
        for (std::size_t i = 0; i < batch.size(); ++i) {
            if (!is_poison(batch[i].offset)) continue;
            any = true;
            if (named) answer.refused.push_back(i);
        }
        if (!any) return {};
        answer.others_stored = named && !there_.exactly_once && random_() % 2 == 0;
        return answer;
    }

    void check_records() {
        auto offsets = there_.offsets();
        for (const auto& [offset, json] : there_.records) ASSERT_EQ(json, expected_.json[offset]);
        if (!there_.exactly_once) {
            std::sort(offsets.begin(), offsets.end());
            offsets.erase(std::unique(offsets.begin(), offsets.end()), offsets.end());
        }
        ASSERT_EQ(offsets, expected_.wanted);
    }

    void check_letters() {
        std::vector<Offset> offsets;
        for (const auto& piece :
             list_pieces(world_.files, dead_letters_path(testing::kSpoolDirectory, "out")).value()) {
            const auto text = world_.files.content(piece.path);
            for (std::string_view rest{text}; rest.find('\n') != std::string_view::npos;) {
                const auto line = rest.substr(0, rest.find('\n'));
                rest.remove_prefix(line.size() + 1);
                const auto letter = parse_dead_letter(line);
                if (!letter) continue;  // what a power loss took of it had not been synced
                ASSERT_EQ(letter->record, expected_.json[letter->offset]);
                offsets.push_back(letter->offset);
            }
        }
        std::sort(offsets.begin(), offsets.end());
        offsets.erase(std::unique(offsets.begin(), offsets.end()), offsets.end());
        ASSERT_EQ(offsets, expected_.poison);
    }

    std::mt19937_64 random_;
    std::mt19937_64 file_random_{random_()};  // on the helper thread
    World world_;
    Destination there_;
    Expected expected_;
    bool faulty_ = false;
};

TEST(DeliveryModel, Every_record_arrives_whatever_fails) {
    for (unsigned seed = 0; seed < seeds(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Model model{seed};
        for (int i = 0; i < 10; ++i) model.add();
        for (int i = 0; i < 5; ++i) model.run_once();
        model.finish();
        if (::testing::Test::HasFailure()) return;
    }
}

}  // namespace
}  // namespace auditfwd
