// A gzip file read as the file it was made from, in one pass: positions are those of the decompressed bytes.
//
// What was decompressed last is kept, so that going back a little costs nothing; going back further starts anew from
// the first byte. Damage is no error: the file ends there, and damaged() says so. Owner and thread as of any File.
// Memory: kMemory, outside the byte budget, while one is open.
#pragma once

#include <memory>
#include <string>

#include "forwarder/base/file_system.h"
#include "forwarder/base/units.h"

namespace auditfwd {

class GzipFile final : public File {
public:
    static constexpr std::size_t kWindow = 640_KiB;
    static constexpr std::size_t kMemory = 2 * kWindow + 256_KiB;

    explicit GzipFile(std::unique_ptr<File> compressed);
    ~GzipFile() override;

    Result<std::size_t> read_at(std::uint64_t position, std::span<char> into) override;
    Result<FileStat> stat() override;  // of the gzip file
    // Refused (kInvalid).
    Result<void> write_at(std::uint64_t position, std::span<const std::string_view> parts) override;
    Result<void> sync() override;
    Result<void> truncate(std::uint64_t size) override;

    bool damaged() const { return damaged_; }

private:
    struct Inflater;

    void start();
    // Appends to the window; false at the end.
    Result<bool> inflate_some();
    Result<void> refill();

    std::unique_ptr<File> compressed_;
    std::unique_ptr<Inflater> inflater_;
    std::string window_;
    std::uint64_t window_begin_ = 0;
    bool ended_ = false;
    bool damaged_ = false;
};

}  // namespace auditfwd
