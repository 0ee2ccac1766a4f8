#include "tests/support/forgetful_file_system.h"

#include <algorithm>

#include "forwarder/base/assert.h"

namespace auditfwd::testing {

namespace fs = std::filesystem;

namespace {

// One change of a file's bytes: a write, or a truncation.
struct ByteChange {
    std::uint64_t position = 0;
    std::string bytes;
    bool truncate = false;

    bool reaches(const ByteChange& other) const {
        const auto end = truncate ? UINT64_MAX : position + bytes.size();
        const auto other_end = other.truncate ? UINT64_MAX : other.position + other.bytes.size();
        return position < other_end && other.position < end;
    }
};

void apply_bytes(std::string& content, const ByteChange& change) {
    if (change.truncate) {
        content.resize(change.position, '\0');
        return;
    }
    if (content.size() < change.position + change.bytes.size())
        content.resize(change.position + change.bytes.size(), '\0');
    content.replace(change.position, change.bytes.size(), change.bytes);
}

Error absent(const fs::path& path) { return {ErrorCode::kNotFound, "open " + path.string() + ": No such file"}; }

}  // namespace

struct ForgetfulFileSystem::Inode {
    std::uint64_t number = 0;
    bool directory = false;
    std::string now;
    std::string durable;
    std::vector<ByteChange> dirty;     // the next good sync makes them durable
    std::vector<ByteChange> doubtful;  // no sync will: one failed or lied about them
};

struct ForgetfulFileSystem::EntryChange {
    fs::path removed;  // empty: none
    fs::path added;    // empty: none
    std::shared_ptr<Inode> inode;
    bool touches(const fs::path& directory) const {
        return (!removed.empty() && removed.parent_path() == directory) ||
               (!added.empty() && added.parent_path() == directory);
    }
};

class ForgetfulFileSystem::OpenFile final : public File {
public:
    OpenFile(ForgetfulFileSystem& files, fs::path path, std::shared_ptr<Inode> inode)
        : files_{files}, path_{std::move(path)}, inode_{std::move(inode)}, generation_{files.generation_} {}

    Result<std::size_t> read_at(std::uint64_t position, std::span<char> into) override {
        const std::lock_guard lock{files_.mutex_};
        TRY_VOID(check(Call::kRead));
        if (position >= inode_->now.size()) return std::size_t{0};
        return inode_->now.copy(into.data(), into.size(), position);
    }

    Result<void> write_at(std::uint64_t position, std::span<const std::string_view> parts) override {
        const std::lock_guard lock{files_.mutex_};
        CHECK(generation_ == files_.generation_);
        std::string bytes;
        for (const auto part : parts) bytes += part;
        const auto fate = files_.fate_of(Call::kWrite, path_);
        auto done = bytes.size();
        bool full = fate == Fate::kFull;
        if (fate != Fate::kWork) done = files_.random_() % (bytes.size() + 1);
        const auto end = std::max<std::uint64_t>(inode_->now.size(), position + done);
        if (const auto grown = files_.used() - inode_->now.size() + end; grown > files_.capacity_) {
            done -= static_cast<std::size_t>(std::min<std::uint64_t>(done, grown - files_.capacity_));
            full = true;
        }
        change({position, bytes.substr(0, done)});
        if (full) return Error{ErrorCode::kFull, "write " + path_.string() + ": No space left on device"};
        if (fate != Fate::kWork) return Error{ErrorCode::kBroken, "write " + path_.string() + ": Input/output error"};
        return {};
    }

    Result<void> sync() override {
        const std::lock_guard lock{files_.mutex_};
        CHECK(generation_ == files_.generation_);
        const auto fate = files_.fate_of(Call::kSync, path_);
        auto& inode = *inode_;
        if (fate == Fate::kWork) {
            for (const auto& change : inode.dirty) {
                apply_bytes(inode.durable, change);
                // What is written anew is in doubt no more.
                std::erase_if(inode.doubtful, [&](const ByteChange& old) { return old.reaches(change); });
            }
            inode.dirty.clear();
            return {};
        }
        std::move(inode.dirty.begin(), inode.dirty.end(), std::back_inserter(inode.doubtful));
        inode.dirty.clear();
        if (fate == Fate::kLie) return {};
        return Error{ErrorCode::kBroken, "sync " + path_.string() + ": Input/output error"};
    }

    Result<void> truncate(std::uint64_t size) override {
        const std::lock_guard lock{files_.mutex_};
        TRY_VOID(check(Call::kTruncate));
        change({size, {}, true});
        return {};
    }

    Result<FileStat> stat() override {
        const std::lock_guard lock{files_.mutex_};
        TRY_VOID(check(Call::kStat));
        FileStat stat;
        stat.id = {.device = 1, .inode = inode_->number};
        stat.size = inode_->now.size();
        return stat;
    }

private:
    Result<void> check(Call call) {
        CHECK(generation_ == files_.generation_);
        return files_.check(call, path_);
    }
    void change(ByteChange change) {
        apply_bytes(inode_->now, change);
        inode_->dirty.push_back(std::move(change));
    }

    ForgetfulFileSystem& files_;
    const fs::path path_;
    const std::shared_ptr<Inode> inode_;
    const unsigned generation_;
};

class ForgetfulFileSystem::HeldLock final : public FileLock {
public:
    HeldLock(ForgetfulFileSystem& files, fs::path path) : files_{files}, path_{std::move(path)} {}
    ~HeldLock() override {
        const std::lock_guard lock{files_.mutex_};
        files_.locked_.erase(path_);
    }

private:
    ForgetfulFileSystem& files_;
    const fs::path path_;
};

ForgetfulFileSystem::ForgetfulFileSystem(std::uint64_t seed) : random_{seed} {}
ForgetfulFileSystem::~ForgetfulFileSystem() = default;

void ForgetfulFileSystem::judge(Judge judge) {
    const std::lock_guard lock{mutex_};
    judge_ = std::move(judge);
}

void ForgetfulFileSystem::fail_nth(unsigned n, Fate fate, std::function<bool(Call)> which) {
    judge([n, fate, which = std::move(which)](Call call, const fs::path&) mutable {
        if (!which(call)) return Fate::kWork;
        return n-- == 0 ? fate : Fate::kWork;
    });
}

void ForgetfulFileSystem::set_capacity(std::uint64_t bytes) {
    const std::lock_guard lock{mutex_};
    capacity_ = bytes;
}

void ForgetfulFileSystem::kill_process() {
    const std::lock_guard lock{mutex_};
    locked_.clear();
}

void ForgetfulFileSystem::lose_power() {
    const std::lock_guard lock{mutex_};
    ++generation_;
    locked_.clear();
    for (const auto& change : pending_) {
        if (random_() % 2 == 0) apply(durable_, change);
    }
    pending_.clear();
    now_ = durable_;
    std::set<Inode*> inodes;
    for (const auto& [path, inode] : now_) inodes.insert(inode.get());
    for (auto* inode : inodes) forget(*inode);
    // What stood in a directory that is gone is gone.
    std::erase_if(now_, [&](const auto& entry) {
        const auto parent = entry.first.parent_path();
        return parent.has_relative_path() && !now_.contains(parent);
    });
    durable_ = now_;
}

void ForgetfulFileSystem::forget(Inode& inode) {
    auto changes = std::move(inode.doubtful);
    std::move(inode.dirty.begin(), inode.dirty.end(), std::back_inserter(changes));
    inode.doubtful.clear();
    inode.dirty.clear();
    for (auto& change : changes) {
        const auto chance = random_() % 4;
        if (chance == 0) continue;
        if (chance == 1 || change.truncate) {
            apply_bytes(inode.durable, change);
            continue;
        }
        // Torn: cut off somewhere, or pieces of it in any places.
        for (std::size_t at = 0; at < change.bytes.size();) {
            const auto piece = 1 + random_() % (change.bytes.size() - at);
            if (chance == 2 || random_() % 2 == 0)
                apply_bytes(inode.durable, {change.position + at, change.bytes.substr(at, piece)});
            at += piece;
            if (chance == 2) break;
        }
    }
    inode.now = inode.durable;
}

void ForgetfulFileSystem::damage(const fs::path& path, std::uint64_t position, std::size_t bytes) {
    const std::lock_guard lock{mutex_};
    const auto inode = find(path);
    CHECK(inode != nullptr);
    for (std::size_t i = 0; i < bytes; ++i) {
        const auto mask = static_cast<char>(1 + random_() % 255);
        if (position + i < inode->now.size()) inode->now[position + i] ^= mask;
        if (position + i < inode->durable.size()) inode->durable[position + i] ^= mask;
    }
}

std::string ForgetfulFileSystem::content(const fs::path& path) {
    const std::lock_guard lock{mutex_};
    const auto inode = find(path);
    return inode ? inode->now : std::string{};
}

void ForgetfulFileSystem::set_content(const fs::path& path, std::string bytes) {
    const std::lock_guard lock{mutex_};
    auto inode = std::make_shared<Inode>();
    inode->number = next_inode_++;
    inode->now = inode->durable = std::move(bytes);
    now_[path] = durable_[path] = inode;
}

unsigned ForgetfulFileSystem::calls(Call call) {
    const std::lock_guard lock{mutex_};
    return calls_[call];
}

// The rest with mutex_ taken by the public functions.

ForgetfulFileSystem::Fate ForgetfulFileSystem::fate_of(Call call, const fs::path& path) {
    ++calls_[call];
    return judge_ ? judge_(call, path) : Fate::kWork;
}

Result<void> ForgetfulFileSystem::check(Call call, const fs::path& path) {
    switch (fate_of(call, path)) {
        case Fate::kFail:
            return Error{ErrorCode::kBroken, path.string() + ": Input/output error"};
        case Fate::kFull:
            return Error{ErrorCode::kFull, path.string() + ": No space left on device"};
        default:
            return {};
    }
}

std::shared_ptr<ForgetfulFileSystem::Inode> ForgetfulFileSystem::find(const fs::path& path) {
    const auto found = now_.find(path);
    return found == now_.end() ? nullptr : found->second;
}

void ForgetfulFileSystem::apply(Entries& entries, const EntryChange& change) {
    if (!change.removed.empty()) {
        const auto found = entries.find(change.removed);
        if (found != entries.end() && (change.added.empty() || found->second == change.inode)) entries.erase(found);
    }
    if (!change.added.empty()) entries[change.added] = change.inode;
}

void ForgetfulFileSystem::change(EntryChange change) {
    apply(now_, change);
    pending_.push_back(std::move(change));
}

std::uint64_t ForgetfulFileSystem::used() const {
    std::uint64_t bytes = 0;
    for (const auto& [path, inode] : now_) bytes += inode->now.size();
    return bytes;
}

Result<std::unique_ptr<File>> ForgetfulFileSystem::open(const fs::path& path, OpenMode mode) {
    const std::lock_guard lock{mutex_};
    TRY_VOID(check(Call::kOpen, path));
    auto inode = find(path);
    if (inode && mode == OpenMode::kCreateNew)
        return Error{ErrorCode::kExists, "open " + path.string() + ": File exists"};
    if (!inode && (mode == OpenMode::kRead || mode == OpenMode::kReadWrite)) return absent(path);
    if (!inode) {
        if (path.parent_path().has_relative_path() && !find(path.parent_path())) return absent(path);
        inode = std::make_shared<Inode>();
        inode->number = next_inode_++;
        change({{}, path, inode});
    }
    return std::unique_ptr<File>{std::make_unique<OpenFile>(*this, path, std::move(inode))};
}

Result<FileStat> ForgetfulFileSystem::stat(const fs::path& path) {
    const std::lock_guard lock{mutex_};
    TRY_VOID(check(Call::kStat, path));
    const auto inode = find(path);
    if (!inode) return absent(path);
    FileStat stat;
    stat.id = {.device = 1, .inode = inode->number};
    stat.size = inode->now.size();
    stat.is_directory = inode->directory;
    return stat;
}

Result<std::vector<std::string>> ForgetfulFileSystem::list(const fs::path& directory) {
    const std::lock_guard lock{mutex_};
    TRY_VOID(check(Call::kList, directory));
    if (directory.has_relative_path() && !find(directory)) return absent(directory);
    std::vector<std::string> names;
    for (const auto& [path, inode] : now_) {
        if (path.parent_path() == directory) names.push_back(path.filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

Result<void> ForgetfulFileSystem::make_directory(const fs::path& path) {
    const std::lock_guard lock{mutex_};
    TRY_VOID(check(Call::kMakeDirectory, path));
    fs::path place;
    for (const auto& part : path) {
        place /= part;
        if (!place.has_relative_path() || find(place)) continue;
        auto inode = std::make_shared<Inode>();
        inode->number = next_inode_++;
        inode->directory = true;
        change({{}, place, std::move(inode)});
    }
    return {};
}

Result<void> ForgetfulFileSystem::rename(const fs::path& from, const fs::path& to) {
    const std::lock_guard lock{mutex_};
    TRY_VOID(check(Call::kRename, from));
    auto inode = find(from);
    if (!inode) return absent(from);
    change({from, to, std::move(inode)});
    return {};
}

Result<void> ForgetfulFileSystem::remove(const fs::path& path) {
    const std::lock_guard lock{mutex_};
    TRY_VOID(check(Call::kRemove, path));
    if (!find(path)) return absent(path);
    change({path, {}, nullptr});
    return {};
}

Result<void> ForgetfulFileSystem::sync_directory(const fs::path& path) {
    const std::lock_guard lock{mutex_};
    const auto fate = fate_of(Call::kSyncDirectory, path);
    if (fate == Fate::kLie) return {};
    if (fate != Fate::kWork)
        return Error{ErrorCode::kBroken, "sync directory " + path.string() + ": Input/output error"};
    std::erase_if(pending_, [&](const EntryChange& change) {
        if (!change.touches(path)) return false;
        apply(durable_, change);
        return true;
    });
    return {};
}

Result<std::unique_ptr<FileLock>> ForgetfulFileSystem::lock(const fs::path& path) {
    const std::lock_guard lock{mutex_};
    TRY_VOID(check(Call::kLock, path));
    if (!find(path)) {
        auto inode = std::make_shared<Inode>();
        inode->number = next_inode_++;
        change({{}, path, std::move(inode)});
    }
    if (!locked_.insert(path).second)
        return Error{ErrorCode::kUnavailable, "lock " + path.string() + ": another process holds it"};
    return std::unique_ptr<FileLock>{std::make_unique<HeldLock>(*this, path)};
}

Result<Space> ForgetfulFileSystem::space(const fs::path& path) {
    const std::lock_guard lock{mutex_};
    TRY_VOID(check(Call::kSpace, path));
    if (capacity_ == UINT64_MAX) return Space{UINT64_MAX, UINT64_MAX};
    return Space{capacity_, capacity_ - std::min(used(), capacity_)};
}

}  // namespace auditfwd::testing
