#include "tests/pipeline/support.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "forwarder/base/limits.h"

namespace auditfwd {

namespace {

class Listener final : public PipelineObserver {
public:
    explicit Listener(PipelineRun& run) : run_{run} {}
    void item(const ItemReport& report) override {
        run_.items.push_back(report.rejected  ? "rejected: " + std::string{to_string(report.reason)}
                             : report.dropped ? "dropped"
                                              : "stored ");
    }

private:
    PipelineRun& run_;
};

}  // namespace

PipelineRun run_pipeline(std::string_view body, Framing framing, const Policy& policy, const RecordOrigin& origin) {
    // Exactly as much as a source gives: what is behind the padding must not be touched.
    const auto bytes = std::make_unique<char[]>(body.size() + limits::kPadding);
    body.copy(bytes.get(), body.size());
    std::fill_n(bytes.get() + body.size(), limits::kPadding, '}');
    const Rules rules{std::shared_ptr<const Policy>{&policy, [](const Policy*) {}}};
    PipelineRun run;
    Listener listener{run};
    Pipeline pipeline{rules, origin, {bytes.get(), body.size()}, framing, &listener};
    BlockBuilder block;
    for (bool more = true; more;) {
        const auto step = pipeline.run(block, limits::kBlockBytes);
        if (!step) {
            run.error = step.error().message;
            break;
        }
        more = *step == Pipeline::Step::kMore;
        std::string_view text = block.text();
        while (!text.empty()) {
            const auto end = text.find('\n');
            run.records.emplace_back(text.substr(0, end));
            text.remove_prefix(end + 1);
        }
        block = {};
    }
    std::size_t record = 0;
    for (auto& item : run.items) {
        if (item == "stored " && record < run.records.size()) item += run.records[record++];
    }
    run.tally = pipeline.tally();
    return run;
}

std::uint64_t test_seed() {
    const auto* const given = std::getenv("AUDITFWD_SEED");
    const auto seed = given ? std::strtoull(given, nullptr, 10)
                            : static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
    std::printf("AUDITFWD_SEED=%llu\n", static_cast<unsigned long long>(seed));
    return seed;
}

}  // namespace auditfwd
