#include "codecs/record.h"

namespace auditfwd {

std::string_view to_string(Level level) {
    switch (level) {
        case Level::kNone:
            return "None";
        case Level::kMetadata:
            return "Metadata";
        case Level::kRequest:
            return "Request";
        case Level::kRequestResponse:
            return "RequestResponse";
    }
    return {};
}

std::string_view to_string(Stage stage) {
    switch (stage) {
        case Stage::kRequestReceived:
            return "RequestReceived";
        case Stage::kResponseStarted:
            return "ResponseStarted";
        case Stage::kResponseComplete:
            return "ResponseComplete";
        case Stage::kPanic:
            return "Panic";
    }
    return {};
}

std::string_view to_string(Priority priority) {
    switch (priority) {
        case Priority::kEmergency:
            return "Emergency";
        case Priority::kAlert:
            return "Alert";
        case Priority::kCritical:
            return "Critical";
        case Priority::kError:
            return "Error";
        case Priority::kWarning:
            return "Warning";
        case Priority::kNotice:
            return "Notice";
        case Priority::kInformational:
            return "Informational";
        case Priority::kDebug:
            return "Debug";
        case Priority::kNone:
            return "";
    }
    return {};
}

}  // namespace auditfwd
