// The files a file sink writes, one after the other, such that they hold each record exactly once.
//
//   announce a name (state) ── committed ──▶ create ─▶ write … ─▶ sync, state {id, length} ── committed ──▶ write …
//
// What is beyond the committed length was not committed, so it comes again: open() cuts it off. It cuts only the file
// that the state names, if it is still that file (device, inode), and only to a length it has; a file whose name was
// announced but whose creation was not committed is emptied. Any other file in the way is renamed aside. A file that
// was moved, deleted, replaced or shortened by somebody else is left alone, and a new one begun. All this is said.
//
// Owner: FileSink. Thread: the sink's helper; all calls block.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "codecs/block.h"
#include "sinks/file/file_state.h"
#include "sinks/file/options.h"
#include "sinks/sink.h"

namespace auditfwd {

class OutputFile {
public:
    OutputFile(FileSinkOptions options, const SinkContext& context);

    // Goes on where `state` was committed; fails if the files cannot be brought into that state.
    Result<void> open(std::string_view state, Offset next);
    // After a failure nothing of the batch counts as written.
    Result<void> write(Batch batch);
    // Syncs, ends a file that is due, and gives the state.
    Result<std::string> checkpoint();
    void close() { file_.reset(); }

    // The file has the size at which it ends.
    bool full() const { return state_.created && state_.length >= options_.rotate_bytes; }
    // When it will have the age; only a file that holds something ages.
    std::optional<SteadyTime> ends_at() const;

private:
    Result<void> adopt(const FileState& state);
    Result<void> adopt_file(const FileState& state, std::uint64_t size);
    Result<void> announce(Offset first);
    Result<void> create();
    Result<void> set_aside(const std::filesystem::path& path);
    Result<bool> is_still_there();
    void surprise(std::string_view what, const std::filesystem::path& path);
    void start_ageing(WallTime begun);
    std::filesystem::path directory() const;

    const FileSinkOptions options_;
    const std::string name_;
    FileSystem& files_;
    const Clock& clock_;
    Metrics& metrics_;
    Compressor compressor_;
    FileState state_;  // as it will be committed next
    std::unique_ptr<File> file_;
    std::string buffer_;
    SteadyTime ends_at_ = SteadyTime::max();
    Offset last_{};      // the highest that was written or committed
    bool torn_ = false;  // bytes beyond state_.length
    bool unsynced_ = false;
    bool directory_unsynced_ = false;
};

}  // namespace auditfwd
