#include "forwarder/app/cli/output.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include <fmt/format.h>

#include "forwarder/base/result.h"
#include "forwarder/base/units.h"

namespace auditfwd::cli {

void Output::write(std::string_view text) {
    if (gone()) return;
    buffer_ += text;
    if (buffer_.size() >= 64_KiB) flush();
}

void Output::flush() {
    std::string_view rest = buffer_;
    while (!rest.empty() && !gone()) {
        const auto written = ::write(file_, rest.data(), rest.size());
        if (written >= 0) {
            rest.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EPIPE) {
            closed_ = true;
        } else if (errno != EINTR) {
            failed_ = errno;
        }
    }
    buffer_.clear();
}

Exit Output::finish() {
    flush();
    if (failed_ == 0) return kDone;
    fmt::print(stderr, "auditfwd: {}\n", system_error(failed_, "write standard output").message);
    return kEnvironment;
}

}  // namespace auditfwd::cli
