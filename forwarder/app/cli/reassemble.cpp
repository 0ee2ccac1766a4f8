// auditfwd reassemble
#include <unistd.h>

#include <cstdio>

#include <fmt/format.h>
#include <CLI/App.hpp>

#include "forwarder/app/cli/command_line.h"
#include "forwarder/app/cli/feed.h"
#include "forwarder/app/cli/output.h"
#include "forwarder/app/cli/reassembly.h"

namespace auditfwd::cli {

namespace {

constexpr std::size_t kLineBytesMax = 256_MiB;

Exit environment_failed(const Error& error) {
    fmt::print(stderr, "auditfwd: {}\n", error.message);
    return kEnvironment;
}

Result<void> take_lines(std::string_view text, Reassembly& reassembly) {
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        if (end != 0) TRY_VOID(reassembly.line(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return {};
}

Exit reassemble() {
    Output output;
    const auto write = [&output](std::string_view line) {
        output.write(line);
        output.write("\n");
    };
    const auto say = [](const std::string& text) { fmt::print(stderr, "standard input: {}\n", text); };
    Reassembly reassembly{write, say};
    Feed feed{STDIN_FILENO, kLineBytesMax};
    auto exit = kDone;
    while (!output.gone()) {
        auto chunk = feed.next();
        if (!chunk) {
            fmt::print(stderr, "auditfwd: {}\n", chunk.error().message);
            return chunk.error().code == ErrorCode::kTooLarge ? kBadInput : kEnvironment;
        }
        if (!*chunk) break;
        if ((*chunk)->too_large) {
            fmt::print(stderr, "standard input: a line of more than {} bytes was left out\n", kLineBytesMax);
            exit = kBadInput;
            continue;
        }
        if (const auto taken = take_lines((*chunk)->text, reassembly); !taken) return environment_failed(taken.error());
    }
    if (const auto ended = reassembly.end(); !ended) return environment_failed(ended.error());
    if (reassembly.incomplete() != 0) exit = kBadInput;
    const auto written = output.finish();
    return written == kDone ? exit : written;
}

}  // namespace

void add_reassemble(CLI::App& app, int& exit) {
    auto* command = app.add_subcommand("reassemble",
                                       "Records on stdin, some of them in parts, in any order → whole records on "
                                       "stdout; says which parts are missing");
    command->callback([&exit] { exit = reassemble(); });
}

}  // namespace auditfwd::cli
