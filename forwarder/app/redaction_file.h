// Redaction as a configuration asks for it, with the files it names.
#pragma once

#include <memory>

#include "forwarder/base/file_system.h"
#include "forwarder/base/result.h"
#include "forwarder/redaction/redaction.h"

namespace auditfwd {

Result<std::shared_ptr<const Redaction>> load_redaction(const RedactionOptions& options, FileSystem& files);

}  // namespace auditfwd
