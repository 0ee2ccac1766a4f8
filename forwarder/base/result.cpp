#include "forwarder/base/result.h"

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace auditfwd {

std::string_view to_string(ErrorCode code) {
    switch (code) {
        case ErrorCode::kInvalid:
            return "invalid";
        case ErrorCode::kTooLarge:
            return "too_large";
        case ErrorCode::kNotFound:
            return "not_found";
        case ErrorCode::kExists:
            return "exists";
        case ErrorCode::kFull:
            return "full";
        case ErrorCode::kDenied:
            return "denied";
        case ErrorCode::kBroken:
            return "broken";
        case ErrorCode::kTimeout:
            return "timeout";
        case ErrorCode::kUnavailable:
            return "unavailable";
        case ErrorCode::kCancelled:
            return "cancelled";
    }
    return "unknown";
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw std::runtime_error{error.message};
}

namespace {

ErrorCode code_of(int number) {
    switch (number) {
        case ENOENT:
            return ErrorCode::kNotFound;
        case EEXIST:
            return ErrorCode::kExists;
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return ErrorCode::kFull;  // kTooLarge would blame whoever sent the bytes
        case EACCES:
        case EPERM:
        case EROFS:
            return ErrorCode::kDenied;
        default:
            return ErrorCode::kBroken;
    }
}

}  // namespace

Error system_error(int number, std::string_view what) {
    return {code_of(number), std::string{what} + ": " + std::generic_category().message(number)};
}

}  // namespace auditfwd
