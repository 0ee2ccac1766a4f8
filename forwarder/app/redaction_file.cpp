#include "forwarder/app/redaction_file.h"

namespace auditfwd {

Result<std::shared_ptr<const Redaction>> load_redaction(const RedactionOptions& options, FileSystem&) {
    auto redaction = std::make_shared<Redaction>();
    redaction->mode = options.mode;
    return std::shared_ptr<const Redaction>{std::move(redaction)};
}

}  // namespace auditfwd
