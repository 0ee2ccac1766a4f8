// Redaction as a configuration asks for it, with the files it names.
#pragma once

#include <memory>

#include "forwarder/base/file_system.h"
#include "forwarder/base/result.h"
#include "forwarder/redaction/redaction.h"

namespace auditfwd {

// Fails with kInvalid when the key is too short, else with what the file system said.
Result<std::shared_ptr<const Redaction>> load_redaction(const RedactionOptions& options, FileSystem& files);

}  // namespace auditfwd
