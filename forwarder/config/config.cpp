#include "forwarder/config/config.h"

namespace auditfwd {

const std::string& name_of(const SourceConfig& source) {
    return std::visit([](const auto& options) -> const std::string& { return options.name; }, source);
}

}  // namespace auditfwd
