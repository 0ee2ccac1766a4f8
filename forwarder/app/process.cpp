#include "forwarder/app/process.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>

#include <fmt/format.h>

namespace auditfwd {

void protect_memory() {
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
}

void notify_service_manager(const std::string& state) { sd_notify(0, state.c_str()); }

Result<void> write_ready_file(FileSystem& files, const std::filesystem::path& path, const BoundPorts& ports) {
    std::string sources;
    for (const auto& source : ports.webhooks) {
        if (!sources.empty()) sources += ',';
        sources += fmt::format(R"("{}":{})", source.name, source.port);
    }
    const auto first = ports.webhooks.empty() ? 0 : ports.webhooks.front().port;
    return replace_file(
        files, path, fmt::format("{{\"webhook\":{},\"admin\":{},\"sources\":{{{}}}}}\n", first, ports.admin, sources));
}

}  // namespace auditfwd
