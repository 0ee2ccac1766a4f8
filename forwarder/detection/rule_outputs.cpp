#include "forwarder/detection/rule_outputs.h"

#include "codecs/event_reader.h"
#include "forwarder/base/assert.h"

namespace auditfwd {

RuleOutputs::RuleOutputs(std::shared_ptr<const Detections> detections)
    : detections_{std::move(detections)}, fields_{detections_->fields()} {}

std::span<const std::string> RuleOutputs::render(std::string_view record, std::span<const std::uint32_t> rules) {
    EventReader reader{record, Framing::kLines};
    const auto item = reader.next();
    CHECK(item && item->kind == Item::Kind::kEvent);  // we wrote it
    fields_.begin(reader.event());
    if (outputs_.size() < rules.size()) outputs_.resize(rules.size());
    for (std::size_t i = 0; i < rules.size(); ++i) {
        outputs_[i].clear();
        detections_->ruleset().render_output(rules[i], fields_, outputs_[i]);
    }
    return {outputs_.data(), rules.size()};
}

}  // namespace auditfwd
