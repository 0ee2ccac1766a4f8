#include "forwarder/app/cli/reassembly.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include <fmt/format.h>

#include "codecs/json_text.h"
#include "forwarder/base/limits.h"
#include "forwarder/base/units.h"

namespace auditfwd::cli {

Scratch::~Scratch() {
    if (file_ >= 0) ::close(file_);
}

Result<std::uint64_t> Scratch::add(std::string_view bytes) {
    if (file_ < 0) {
        const char* const given = std::getenv("TMPDIR");
        std::string name = std::string{given != nullptr && *given != '\0' ? given : "/tmp"} + "/auditfwd-XXXXXX";
        file_ = ::mkostemp(name.data(), O_CLOEXEC);
        if (file_ < 0) return system_error(errno, "create " + name);
        ::unlink(name.c_str());
    }
    const auto at = size_;
    for (std::size_t done = 0; done < bytes.size();) {
        const auto rest = bytes.substr(done);
        const auto n = ::pwrite(file_, rest.data(), rest.size(), static_cast<off_t>(at + done));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return system_error(errno, "write a temporary file");
        done += static_cast<std::size_t>(n);
    }
    size_ += bytes.size();
    return at;
}

Result<void> Scratch::append_to(std::string& out, std::uint64_t at, std::size_t bytes) const {
    const auto begin = out.size();
    out.resize(begin + bytes);
    for (std::size_t done = 0; done < bytes;) {
        const auto n = ::pread(file_, out.data() + begin + done, bytes - done, static_cast<off_t>(at + done));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return system_error(n < 0 ? errno : EIO, "read a temporary file");
        done += static_cast<std::size_t>(n);
    }
    return {};
}

void Scratch::clear() {
    if (size_ == 0) return;
    // What is left behind when this fails is written over.
    (void)!::ftruncate(file_, 0);
    size_ = 0;
}

Reassembly::Reassembly(std::function<void(std::string_view)> write, std::function<void(const std::string&)> say)
    : write_{std::move(write)}, say_{std::move(say)}, tokens_{8_KiB} {}

Result<void> Reassembly::line(std::string_view line) {
    std::string joined;
    // A record that was joined may be a part itself, split again on its way.
    for (auto at = line;;) {
        const auto part = read_part(at, tokens_);
        if (!part) {
            write_(at);
            return {};
        }
        TRY(auto whole, take(at, *part));
        if (!whole) return {};
        joined = *std::move(whole);
        at = joined;
    }
}

Result<std::optional<std::string>> Reassembly::take(std::string_view line, const PartView& part) {
    const auto [set, fresh] = sets_.try_emplace({std::string{part.id}, part.of});
    if (fresh) order_.push_back(set->first);
    auto& pieces = set->second.pieces;
    if (!pieces.contains(part.n)) {
        std::string text;
        if (part.n != 1) {
            text.resize(part.piece->size());
            const auto bytes = unescape(*part.piece, text.data());
            if (!bytes) return std::optional<std::string>{};  // then it is missing
            text.resize(*bytes);
        }
        const std::string_view bytes = part.n == 1 ? line : text;
        TRY(const auto at, scratch_.add(bytes));
        pieces[part.n] = {at, bytes.size()};
        ++pieces_;
    }
    const bool whole = pieces.size() - (pieces.contains(1) ? 1 : 0) == part.of - 1;
    if (whole) return join(set);
    TRY_VOID(make_room());
    return std::optional<std::string>{};
}

Result<std::optional<std::string>> Reassembly::join(Sets::iterator set) {
    std::size_t bytes = 0;
    for (const auto& [n, piece] : set->second.pieces) bytes += n == 1 ? 0 : piece.bytes;
    std::optional<std::string> record;
    if (bytes <= limits::kRecordBytesMax) {
        record.emplace();
        record->reserve(bytes + 1);
        for (const auto& [n, piece] : set->second.pieces) {
            if (n != 1) TRY_VOID(scratch_.append_to(*record, piece.at, piece.bytes));
        }
    }
    if (!record || part_id(*record) != set->first.first) {
        TRY_VOID(give_up(set, fmt::format("record {}: its parts do not add up to it", set->first.first)));
        return std::optional<std::string>{};
    }
    if (done_.insert(set->first).second) done_order_.push_back(set->first);
    if (done_order_.size() > kDoneMax) {
        done_.erase(done_order_.front());
        done_order_.pop_front();
    }
    remove(set);
    return record;
}

Result<void> Reassembly::give_up(Sets::iterator set, const std::string& why) {
    ++incomplete_;
    say_(why);
    if (const auto first = set->second.pieces.find(1); first != set->second.pieces.end()) {
        std::string line;
        TRY_VOID(scratch_.append_to(line, first->second.at, first->second.bytes));
        write_(line);
    }
    remove(set);
    return {};
}

void Reassembly::remove(Sets::iterator set) {
    pieces_ -= set->second.pieces.size();
    sets_.erase(set);
    if (!sets_.empty()) return;
    scratch_.clear();
    order_.clear();
}

Result<void> Reassembly::make_room() {
    while (sets_.size() > kSetsMax || pieces_ > kPiecesMax || order_.size() > 2 * kSetsMax) {
        const auto key = order_.front();
        order_.pop_front();
        const auto set = sets_.find(key);
        if (set == sets_.end()) continue;
        if (done_.contains(key)) {
            remove(set);
        } else {
            TRY_VOID(give_up(set, missing_of(key, set->second)));
        }
    }
    return {};
}

std::string Reassembly::missing_of(const Key& key, const Set& set) {
    constexpr std::size_t kNamedMax = 20;
    std::string missing;
    std::size_t count = 0;
    for (std::uint32_t n = 2; n <= key.second; ++n) {
        if (set.pieces.contains(n) || ++count > kNamedMax) continue;
        missing += fmt::format("{}{}", missing.empty() ? "" : ", ", n);
    }
    if (count > kNamedMax) missing += fmt::format(" and {} more", count - kNamedMax);
    return fmt::format("record {}: of its {} parts {} {} missing", key.first, key.second, missing,
                       count == 1 ? "is" : "are");
}

Result<void> Reassembly::end() {
    while (!order_.empty()) {
        const auto key = order_.front();
        order_.pop_front();
        const auto set = sets_.find(key);
        if (set == sets_.end()) continue;
        if (done_.contains(key)) {
            remove(set);
        } else {
            TRY_VOID(give_up(set, missing_of(key, set->second)));
        }
    }
    return {};
}

}  // namespace auditfwd::cli
