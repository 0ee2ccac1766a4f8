// A file system in memory that keeps only what it promised: what was not synced may be gone, whole, in part or not at
// all, after lose_power(); and every call may be made to fail.
//
// What survives a power loss:
// * of a file: what its last sync covered, and of each later write nothing, a part, or all of it;
// * of a directory: the entries its last sync_directory() covered, and of each later creation, renaming or removal
//   either nothing or all of it;
// * after a sync that failed, or lied, what it should have covered is never made durable by a later one: it may survive
//   or not, as after a real one (the kernel forgets that the pages are dirty).
//
// Deterministic for one seed. Thread: any. Files stay usable after remove(); handles from before lose_power() do not.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "forwarder/base/file_system.h"

namespace auditfwd::testing {

class ForgetfulFileSystem final : public FileSystem {
public:
    enum class Call {
        kOpen,
        kRead,
        kWrite,
        kSync,
        kTruncate,
        kStat,
        kList,
        kMakeDirectory,
        kRename,
        kRemove,
        kSyncDirectory,
        kLock,
        kSpace
    };
    enum class Fate {
        kWork,
        kFail,  // kBroken; of a write, a part may have been done
        kFull,  // kFull; likewise
        kLie,   // a sync that does nothing and says it did
    };
    using Judge = std::function<Fate(Call, const std::filesystem::path&)>;

    explicit ForgetfulFileSystem(std::uint64_t seed);
    ~ForgetfulFileSystem() override;

    // Decides over every call from now on; nullptr: everything works. Called under the mutex.
    void judge(Judge judge);
    // The n-th call from now (0: the next) that `which` accepts fails; all others work.
    void fail_nth(
        unsigned n, Fate fate = Fate::kFail, std::function<bool(Call)> which = [](Call) { return true; });
    // Bytes all files may have together; a write beyond stops in the middle with kFull.
    void set_capacity(std::uint64_t bytes);

    // Everything that was not synced is at the mercy of chance. Every File and FileLock must be gone.
    void lose_power();
    // Only the locks end, as with the process.
    void kill_process();

    // Turns bits of the durable and the current bytes, as a failing disk does.
    void damage(const std::filesystem::path& path, std::uint64_t position, std::size_t bytes = 1);
    std::string content(const std::filesystem::path& path);
    void set_content(const std::filesystem::path& path, std::string bytes);  // durable at once
    unsigned calls(Call call);

    Result<std::unique_ptr<File>> open(const std::filesystem::path& path, OpenMode mode) override;
    Result<FileStat> stat(const std::filesystem::path& path) override;
    Result<std::vector<std::string>> list(const std::filesystem::path& directory) override;
    Result<void> make_directory(const std::filesystem::path& path) override;
    Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
    Result<void> remove(const std::filesystem::path& path) override;
    Result<void> sync_directory(const std::filesystem::path& path) override;
    Result<std::unique_ptr<FileLock>> lock(const std::filesystem::path& path) override;
    Result<Space> space(const std::filesystem::path& path) override;

private:
    struct Inode;
    struct EntryChange;
    class OpenFile;
    class HeldLock;
    using Entries = std::map<std::filesystem::path, std::shared_ptr<Inode>>;

    Fate fate_of(Call call, const std::filesystem::path& path);
    Result<void> check(Call call, const std::filesystem::path& path);
    std::shared_ptr<Inode> find(const std::filesystem::path& path);
    void change(EntryChange change);
    static void apply(Entries& entries, const EntryChange& change);
    void forget(Inode& inode);
    std::uint64_t used() const;

    std::mutex mutex_;
    std::mt19937_64 random_;
    Judge judge_;
    std::uint64_t capacity_ = UINT64_MAX;
    std::uint64_t next_inode_ = 1;
    unsigned generation_ = 0;  // of handles; grows with every power loss
    Entries now_;
    Entries durable_;
    std::vector<EntryChange> pending_;  // in order, of all directories
    std::set<std::filesystem::path> locked_;
    std::map<Call, unsigned> calls_;
};

}  // namespace auditfwd::testing
