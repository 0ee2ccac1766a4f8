#include "forwarder/app/redaction_file.h"

#include "forwarder/base/units.h"

namespace auditfwd {

namespace {

constexpr std::size_t kKeyBytesMin = 16;

Result<std::string> read_key(const std::filesystem::path& path, FileSystem& files) {
    TRY(auto key, read_file(files, path, 4_KiB));
    while (key.ends_with('\n') || key.ends_with('\r')) key.pop_back();
    if (key.size() < kKeyBytesMin)
        return Error{ErrorCode::kInvalid, path.string() + ": holds less than 16 bytes; write a longer key"};
    return key;
}

}  // namespace

Result<std::shared_ptr<const Redaction>> load_redaction(const RedactionOptions& options, FileSystem& files) {
    auto redaction = std::make_shared<Redaction>();
    redaction->mode = options.mode;
    redaction->rules = RedactionRules{options.rules};
    if (!options.hash_key_file.empty()) {
        TRY(auto key, read_key(options.hash_key_file, files));
        redaction->replacement = Replacement{std::move(key)};
    }
    return std::shared_ptr<const Redaction>{std::move(redaction)};
}

}  // namespace auditfwd
