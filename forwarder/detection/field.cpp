#include "forwarder/detection/field.h"

namespace auditfwd {

std::string to_string(const FieldName& field) {
    std::string text{field.name};
    if (field.argument) text.append("[").append(*field.argument).append("]");
    return text;
}

}  // namespace auditfwd
