#include "forwarder/source/webhook/token_file.h"

#include "forwarder/base/file_system.h"
#include "forwarder/base/units.h"

namespace auditfwd {

TokenFile::TokenFile(std::filesystem::path path) : path_{std::move(path)}, tried_{stamp_of(path_)} {}

Result<std::unique_ptr<TokenFile>> TokenFile::open(std::filesystem::path path) {
    std::unique_ptr<TokenFile> file{new TokenFile{std::move(path)}};
    TRY(file->current_, file->load());
    return file;
}

std::shared_ptr<const TokenTable> TokenFile::current() const {
    const std::lock_guard lock{mutex_};
    return current_;
}

Result<bool> TokenFile::reload_if_changed() {
    const auto seen = stamp_of(path_);
    if (seen == tried_) return false;
    tried_ = seen;
    TRY(auto loaded, load());
    const std::lock_guard lock{mutex_};
    current_ = std::move(loaded);
    return true;
}

Result<std::shared_ptr<const TokenTable>> TokenFile::load() const {
    SystemFileSystem files;
    auto text = read_file(files, path_, 1_MiB);
    if (!text) return text.error().at("tokens_file");
    auto table = TokenTable::parse(*text);
    if (!table) return table.error().at("tokens_file " + path_.string());
    return std::make_shared<const TokenTable>(*std::move(table));
}

}  // namespace auditfwd
