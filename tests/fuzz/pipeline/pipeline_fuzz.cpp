// A hostile body from the wire to records: what is kept is JSON, every item is accounted for, and an event that a full
// parser takes comes out as the plain reference says.
#include <simdjson.h>

#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>

#include "forwarder/base/limits.h"
#include "tests/pipeline/reference.h"
#include "tests/pipeline/support.h"

namespace auditfwd {
namespace {

constexpr const char* kPolicies[] = {
    "rules: [{level: Metadata}]",
    "rules: [{level: Request, omitManagedFields: true}]",
    "rules: [{level: RequestResponse}]",
    "rules: [{level: None, verbs: [watch]}, {level: RequestResponse, users: [b]}, {level: Request}]",
};

const Policy& policy_of(unsigned number) {
    static const auto policies = [] {
        std::vector<std::shared_ptr<const Policy>> all;
        for (const auto* rules : kPolicies) {
            auto loaded = Policy::load(std::string{"apiVersion: audit.k8s.io/v1\nkind: Policy\n"} + rules, "fuzz", {});
            all.push_back(std::move(loaded).value().policy);
        }
        return all;
    }();
    return *policies[number % policies.size()];
}

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

bool parses(const std::string& text, bool as_object) {
    static simdjson::dom::parser parser;
    const simdjson::padded_string padded{text};
    const auto parsed = parser.parse(padded);
    return parsed.error() == simdjson::SUCCESS && (!as_object || parsed.is_object());
}

PipelineRun run(const std::string& body, Framing framing, const Policy& policy) {
    auto run = run_pipeline(body, framing, policy);
    for (const auto& record : run.records) require(parses(record, true), "a record is a JSON object");
    if (!run.error.empty()) return run;
    const auto& tally = run.tally;
    const auto sum = [](const auto& counts) { return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}); };
    require(tally.received == tally.stored + sum(tally.dropped) + sum(tally.rejected), "every item is accounted for");
    require(run.records.size() == tally.stored, "a record for each event that is kept");
    return run;
}

std::string said(const plain::Outcome& outcome) {
    if (outcome.kind == plain::Outcome::Kind::kStored) return "stored " + outcome.record;
    if (outcome.kind == plain::Outcome::Kind::kDropped) return "dropped";
    return "rejected: " + std::string{to_string(outcome.reason)};
}

}  // namespace
}  // namespace auditfwd

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace auditfwd;
    if (size == 0) return 0;
    const auto& policy = policy_of(data[0]);
    const std::string text{reinterpret_cast<const char*>(data + 1), size - 1};
    run(text, Framing::kAny, policy);
    run(text, Framing::kLines, policy);
    if (!parses(text, true)) return 0;
    const auto list =
        run(R"({"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[)" + text + "]}", Framing::kAny, policy);
    require(list.error.empty() && list.items.size() == 1, "a list of one object is one item");
    const auto begin = text.find('{');
    const auto expected =
        said(plain::expect(std::string_view{text}.substr(begin, text.rfind('}') + 1 - begin), policy));
    if (list.items[0] != expected) {
        std::fprintf(stderr, "  got %s\nwanted %s\n", list.items[0].c_str(), expected.c_str());
        require(false, "the plain reference agrees");
    }
    return 0;
}
