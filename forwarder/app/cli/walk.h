// What `pipe` and `explain` share: standard input through the same pipeline as in `run`, without a spool.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "forwarder/app/cli/command_line.h"
#include "forwarder/pipeline/pipeline.h"

namespace auditfwd::cli {

struct WalkOptions {
    std::string config;              // empty: the built-in configuration
    std::string policy;              // a file or a built-in policy's name; empty: the configuration's
    std::string redaction;           // off, standard, strict; empty: the configuration's
    std::vector<std::string> rules;  // as in the configuration; empty: the configuration's
};

// Adds their flags.
void add_walk_options(CLI::App& app, WalkOptions& options);

// Told what comes out, in input order.
class Listener {
public:
    virtual ~Listener() = default;

    // Before anything else: the rules in force, and what their policy is called.
    virtual void begin(const Policy&, std::string_view /*name*/) {}
    // Whole lines. An accepted document's all come before the next item.
    virtual void records(std::string_view /*ndjson*/) {}
    // Every item that is received, numbered from 0 over all of the input. Not called unless wants_items().
    virtual void item(std::uint64_t /*number*/, const ItemReport&) {}
    virtual bool wants_items() const { return false; }
    // Nobody listens any more.
    virtual bool gone() const = 0;
};

// Reads to the end, or until the listener is gone. Rejected items are said on stderr, but for a listener that wants
// items, and make it kBadInput in the end.
Exit walk(const WalkOptions& options, Listener& listener);

}  // namespace auditfwd::cli
