#include "sinks/file/output_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "forwarder/base/limits.h"
#include "forwarder/base/log.h"

namespace auditfwd {

namespace fs = std::filesystem;

namespace {

constexpr unsigned kAsideMax = 10'000;
// The buffer is kept between batches up to this; a batch may be one record of any size.
constexpr std::size_t kKeptBytesMax = 2_MiB;

}  // namespace

OutputFile::OutputFile(FileSinkOptions options, const SinkContext& context)
    : options_{std::move(options)},
      name_{context.name},
      files_{context.files},
      clock_{context.clock},
      metrics_{context.metrics} {}

Result<void> OutputFile::open(std::string_view state, Offset next) {
    file_.reset();
    torn_ = unsynced_ = directory_unsynced_ = false;
    ends_at_ = SteadyTime::max();
    last_ = Offset{number(next) - 1};
    if (!options_.path.has_filename())
        return Error{ErrorCode::kInvalid, "'" + options_.path.string() + "' does not name a file"};
    const auto known = decode_file_state(state);
    if (known) return adopt(*known);
    if (!state.empty()) log_warn("the sink was of another kind before: it begins a new file", {{"sink", name_}});
    return announce(next);
}

Result<void> OutputFile::adopt(const FileState& state) {
    const auto next = last_ + 1;
    const auto found = files_.stat(state.path);
    if (!found && found.error().code != ErrorCode::kNotFound) return found.error();
    if (found && !state.created && !found->is_regular) return announce(next);
    if (found && state.created && found->id != state.id) {
        surprise("replaced", state.path);
        return announce(next);
    }
    if (found && state.created && found->size < state.length) {
        surprise("shortened", state.path);
        return announce(next);
    }
    if (found) TRY_VOID(adopt_file(state, found->size));
    if (!found && state.created) surprise("vanished", state.path);
    const bool configured = state.path == output_path(options_.path, state.first, options_.compress);
    if (configured && found) return {};
    file_.reset();
    if (!configured || state.created) return announce(next);
    state_ = state;  // announced, and not created yet
    return {};
}

// The file is brought to what was committed.
Result<void> OutputFile::adopt_file(const FileState& state, std::uint64_t size) {
    TRY(auto file, files_.open(state.path, OpenMode::kReadWrite));
    TRY(const auto opened, file->stat());
    if (state.created && opened.id != state.id)
        return Error{ErrorCode::kUnavailable, state.path.string() + " is being replaced"};
    const auto length = state.created ? state.length : 0;
    if (size > length) {
        TRY_VOID(file->truncate(length));
        log_info("what was not committed is cut off and comes again",
                 {{"sink", name_}, {"file", state.path.string()}, {"bytes", std::to_string(size - length)}});
    }
    state_ = state;
    state_.created = true;
    state_.id = opened.id;
    state_.length = length;
    if (!state.created) state_.begun = clock_.wall();
    file_ = std::move(file);
    unsynced_ = directory_unsynced_ = true;
    start_ageing(state_.begun);
    return {};
}

// Names the next file. Nothing of that name exists when the state is committed, so what does later is ours.
Result<void> OutputFile::announce(Offset first) {
    file_.reset();
    state_ = FileState{.path = output_path(options_.path, first, options_.compress), .first = first};
    ends_at_ = SteadyTime::max();
    if (encode(state_).size() + 64 > limits::kCheckpointBytesMax)
        return Error{ErrorCode::kInvalid, "the path of the output is too long"};
    const auto found = files_.stat(state_.path);
    if (found) return set_aside(state_.path);
    if (found.error().code != ErrorCode::kNotFound) return found.error();
    return {};
}

Result<void> OutputFile::create() {
    TRY_VOID(make_durable_directory(files_, directory()));
    auto file = files_.open(state_.path, OpenMode::kCreateNew);
    if (!file && file.error().code == ErrorCode::kExists) {
        TRY_VOID(set_aside(state_.path));
        file = files_.open(state_.path, OpenMode::kCreateNew);
    }
    if (!file) return std::move(file).error();
    const auto created = (*file)->stat();
    if (!created) {
        [[maybe_unused]] const auto removed = files_.remove(state_.path);  // else it is set aside next time
        return created.error();
    }
    state_.created = true;
    state_.id = created->id;
    state_.length = 0;
    state_.begun = clock_.wall();
    file_ = std::move(*file);
    unsynced_ = directory_unsynced_ = true;
    start_ageing(state_.begun);
    return {};
}

Result<void> OutputFile::write(Batch batch) {
    if (!file_) TRY_VOID(create());
    if (torn_) {
        TRY_VOID(file_->truncate(state_.length));
        torn_ = false;
    }
    buffer_.clear();
    for (const auto& record : batch) {
        buffer_ += record.json;
        buffer_ += '\n';
    }
    if (options_.compress) buffer_ = compressor_.compress(buffer_);
    const std::string_view bytes{buffer_};
    const auto written = file_->write_at(state_.length, {&bytes, 1});
    torn_ = !written;
    if (written) {
        state_.length += bytes.size();
        unsynced_ = true;
        for (const auto& record : batch) last_ = std::max(last_, record.offset);
    }
    if (buffer_.capacity() > kKeptBytesMax) std::string{}.swap(buffer_);
    return written;
}

Result<std::string> OutputFile::checkpoint() {
    if (!file_) return encode(state_);
    if (unsynced_) TRY_VOID(file_->sync());
    unsynced_ = false;
    if (directory_unsynced_) TRY_VOID(files_.sync_directory(directory()));
    directory_unsynced_ = false;
    TRY(const bool there, is_still_there());
    const bool old = clock_.steady() >= ends_at().value_or(SteadyTime::max());
    if (!there) {
        TRY_VOID(announce(last_ + 1));
    } else if (full() || old) {
        TRY_VOID(announce(std::max(last_ + 1, state_.first + 1)));
    }
    return encode(state_);
}

Result<bool> OutputFile::is_still_there() {
    const auto found = files_.stat(state_.path);
    if (found && found->id == state_.id) return true;
    if (!found && found.error().code != ErrorCode::kNotFound) return found.error();
    surprise(found ? "replaced" : "vanished", state_.path);
    return false;
}

std::optional<SteadyTime> OutputFile::ends_at() const {
    if (!file_ || state_.length == 0 || ends_at_ == SteadyTime::max()) return {};
    return ends_at_;
}

// The wall clock may have jumped since; a file never lasts longer than it should by this process' own clock.
void OutputFile::start_ageing(WallTime begun) {
    if (options_.rotate_after.count() == 0) return;
    const auto age = std::clamp<std::chrono::microseconds>(clock_.wall() - begun, std::chrono::microseconds{0},
                                                           options_.rotate_after);
    ends_at_ = clock_.steady() + (options_.rotate_after - age);
}

Result<void> OutputFile::set_aside(const fs::path& path) {
    for (unsigned n = 1; n <= kAsideMax; ++n) {
        auto aside = path;
        aside += fmt::format(".aside-{}", n);
        const auto taken = files_.stat(aside);
        if (taken) continue;
        if (taken.error().code != ErrorCode::kNotFound) return taken.error();
        TRY_VOID(files_.rename(path, aside));
        surprise("set_aside", aside);
        return files_.sync_directory(directory());
    }
    return Error{ErrorCode::kExists, path.string() + " is in the way, and too many files were renamed aside before"};
}

void OutputFile::surprise(std::string_view what, const fs::path& path) {
    metrics_
        .counter("auditfwd_file_sink_surprises_total",
                 "Output files found vanished, replaced or shortened by somebody else, and files in the way that were "
                 "set aside.",
                 {{"sink", name_}, {"what", std::string{what}}})
        .Increment();
    log_error("output file was touched by somebody else; the sink goes on with a new one",
              {{"sink", name_}, {"what", std::string{what}}, {"file", path.string()}});
}

fs::path OutputFile::directory() const {
    const auto parent = state_.path.parent_path();
    return parent.empty() ? fs::path{"."} : parent;
}

}  // namespace auditfwd
