// The tokens in force: those of a file, read again when it changes. A file that cannot be used leaves the old ones.
//
// Owner: the webhook source. Thread: current() any; reload_if_changed() one at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>

#include "forwarder/base/result.h"
#include "forwarder/net/file_stamp.h"
#include "forwarder/source/webhook/tokens.h"

namespace auditfwd {

class TokenFile {
public:
    // Fails with the file's name and line.
    static Result<std::unique_ptr<TokenFile>> open(std::filesystem::path path);

    std::shared_ptr<const TokenTable> current() const;

    // True when the file had changed and its tokens are in force. After a failure the next change is waited for.
    Result<bool> reload_if_changed();

private:
    explicit TokenFile(std::filesystem::path path);
    Result<std::shared_ptr<const TokenTable>> load() const;

    const std::filesystem::path path_;
    FileStamp tried_;
    mutable std::mutex mutex_;
    std::shared_ptr<const TokenTable> current_;
};

}  // namespace auditfwd
