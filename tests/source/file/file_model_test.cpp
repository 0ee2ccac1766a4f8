// Random writers, rotations, compressions, removals, truncations, restarts and failing files: whatever happens, each
// line is made durable once and in order, except those whose file was truncated or removed before they were read, and
// such a loss is counted. AUDITFWD_SEEDS runs more rounds, AUDITFWD_SEED a single one.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include "forwarder/base/log.h"
#include "tests/source/file/hooked_file_system.h"
#include "tests/source/file/log_writer.h"
#include "tests/source/file/test_reader.h"

namespace auditfwd {
namespace {

using testing::LogWriter;
using testing::split_lines;
using testing::TestReader;

constexpr std::size_t kLineMax = 400;

class Model {
public:
    explicit Model(std::uint64_t seed) : random_{seed}, reader_{options(), files_} {
        if (chance(30)) files_.before = [this] { return !chance(5); };
    }

    void run() {
        for (int i = 0; i < 120; ++i) act();
        line();  // so that the last rotated file is known to be finished
        files_.before = [] { return true; };
        if (chance(50)) restart();
        while (reader_.step()) {
        }
    }

    void check() const {
        const auto durable = split_lines(reader_.text);
        std::size_t next = 0;
        bool missing = false;
        for (const auto& text : written()) {
            if (next < durable.size() && durable[next] == text) {
                ++next;
            } else {
                missing = true;
                EXPECT_TRUE(may_be_lost_.contains(text)) << "lost: " << text.substr(0, 40);
            }
        }
        EXPECT_EQ(next, durable.size()) << "not in order, or twice: " << durable[next].substr(0, 40);
        EXPECT_EQ(reader_.durable_lines, durable.size());
        EXPECT_TRUE(!missing || uncountable_ || reader_.lost() > 0) << "lost without a count";
        EXPECT_TRUE(destroyed_ || reader_.lost() == 0) << "counted a loss where nothing was";
        EXPECT_LE(reader_.largest_read, kLineMax);
    }

    std::string story() const { return story_; }

private:
    // What was written to one file between truncations.
    struct Content {
        std::string text;
        bool finished = false;
    };
    struct Rotated {
        std::string time;
        std::size_t content;
        bool compressed = false;
        bool seen = false;  // the reader has looked since
    };

    LogReader::Options options() const {
        LogReader::Options options;
        options.source = "file";
        options.path = log_.live();
        options.chunk_bytes = 256;
        options.line_bytes_max = kLineMax;
        return options;
    }

    bool chance(unsigned percent) { return random_() % 100 < percent; }

    void act() {
        const auto n = random_() % 100;
        if (n < 30)
            line();
        else if (n < 36)
            write(std::string(1 + random_() % 40, 'p') + std::to_string(++lines_));
        else if (n < 46)
            rotate();
        else if (n < 52)
            compress();
        else if (n < 54)
            begin_compressing();
        else if (n < 58)
            remove_oldest();
        else if (n < 60)
            truncate();
        else if (n < 65)
            restart();
        else
            step();
    }

    void line() {
        const auto size = chance(5) ? random_() % 2000 : random_() % 300;
        write("line " + std::to_string(++lines_) + std::string(size, '.') + "\n");
    }
    void write(const std::string& text) {
        story_ += 'w';
        log_.write(text);
        contents_.back().text += text;
    }
    void rotate() {
        story_ += 'R' + std::to_string(contents_.size() - 1);
        contents_.back().finished = true;
        rotated_.push_back({log_.rotate(), contents_.size() - 1});
        contents_.emplace_back();
    }
    void compress() {
        if (rotated_.empty()) return;
        story_ += 'Z';
        auto& file = rotated_[random_() % rotated_.size()];
        if (!file.compressed) log_.compress(file.time);
        file.compressed = true;
    }
    void begin_compressing() {
        if (rotated_.empty() || rotated_.back().compressed) return;
        story_ += 'z';
        log_.begin_compressing(rotated_.back().time);
    }
    // As the writer does it, the oldest first; but not a file that could be missed uncountably: one rotated since the
    // last look, where a compressed one hides which came first.
    void remove_oldest() {
        if (rotated_.empty()) return;
        const auto& oldest = rotated_.front();
        for (const auto& file : rotated_)
            if (!oldest.seen && file.compressed && !file.seen) return;
        story_ += 'D' + std::to_string(oldest.content);
        destroy(oldest.content);
        log_.remove(oldest.time);
        rotated_.erase(rotated_.begin());
    }
    void truncate() {
        story_ += 'T';
        destroy(contents_.size() - 1);
        if (!is_being_read(log_.live())) uncountable_ = true;  // nothing is remembered of it
        log_.truncate(chance(50));
        contents_.emplace_back();
    }
    void destroy(std::size_t content) {
        destroyed_ = true;
        // Before the first checkpoint nobody can know that there was anything.
        if (!reader_.durable_position) uncountable_ = true;
        for (const auto& text : lines_of(contents_[content])) may_be_lost_.insert(text);
    }
    bool is_being_read(const std::filesystem::path& path) const {
        if (!reader_.durable_position) return false;
        const auto position = parse_position(*reader_.durable_position).value();
        SystemFileSystem files;
        const auto file = files.open(path, OpenMode::kRead).value();
        return position.past.offset > 0 && position.id == file->stat().value().id &&
               compare(*file, position.past).value() == Match::kSame;
    }
    void restart() {
        story_ += '!';
        reader_.restart();
    }
    void step() {
        story_ += 's';
        const bool store = !chance(10);
        for (auto n = 1 + random_() % 5; n > 0; --n) reader_.step(store);
        if (reader_.last_look_failed) {
            story_ += 'f';
            return;
        }
        for (auto& file : rotated_) file.seen = true;
    }

    static std::vector<std::string> lines_of(const Content& content) {
        const auto end = content.finished ? content.text.size() : content.text.rfind('\n') + 1;
        std::vector<std::string> lines;
        std::size_t begin = 0;
        for (auto& text : split_lines(std::string_view{content.text}.substr(0, end))) {
            const auto behind = std::min(begin + text.size() + 1, content.text.size());
            if (behind - begin <= kLineMax) lines.push_back(std::move(text));
            begin = behind;
        }
        return lines;
    }
    std::vector<std::string> written() const {
        std::vector<std::string> all;
        for (const auto& content : contents_)
            for (auto& text : lines_of(content)) all.push_back(std::move(text));
        return all;
    }

    std::mt19937_64 random_;
    testing::TemporaryDirectory directory_;
    LogWriter log_{directory_.path() / "audit.log"};
    testing::HookedFileSystem files_;
    TestReader reader_;
    std::vector<Content> contents_ = std::vector<Content>(1);
    std::vector<Rotated> rotated_;
    std::set<std::string> may_be_lost_;
    bool destroyed_ = false;
    bool uncountable_ = false;
    unsigned lines_ = 0;
    std::string story_;
};

TEST(FileModel, Every_line_becomes_durable_once_and_in_order_or_its_loss_is_counted) {
    open_log(LogFormat::kText, LogLevel::kInfo);
    const char* wanted = std::getenv("AUDITFWD_SEEDS");
    const auto seeds = wanted ? std::strtoull(wanted, nullptr, 10) : 200;
    const char* only = std::getenv("AUDITFWD_SEED");
    const auto first = only ? std::strtoull(only, nullptr, 10) : 1;
    for (auto seed = first; seed < first + (only ? 1 : seeds); ++seed) {
        ::testing::internal::CaptureStderr();  // the reader rightly says a lot
        Model model{seed};
        model.run();
        const auto log = ::testing::internal::GetCapturedStderr();
        model.check();
        if (::testing::Test::HasFailure()) FAIL() << "seed " << seed << "\n" << model.story() << "\n" << log;
    }
}

}  // namespace
}  // namespace auditfwd
