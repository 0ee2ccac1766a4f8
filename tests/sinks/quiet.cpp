// These tests provoke trouble by the thousand; what the program says about it is not what they look at.
#include "forwarder/base/log.h"

namespace auditfwd {
namespace {

const bool kQuiet = [] {
    open_log(LogFormat::kText, LogLevel::kError);
    return true;
}();

}  // namespace
}  // namespace auditfwd
