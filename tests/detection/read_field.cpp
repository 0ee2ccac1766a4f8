#include "tests/detection/read_field.h"

#include "codecs/event_reader.h"
#include "forwarder/base/limits.h"
#include "forwarder/detection/fields/event_fields.h"
#include "tests/detection/plain_event.h"

namespace auditfwd {

namespace {

std::string read(const Event* event, std::string_view field) {
    EventFieldTable table{"node-1"};
    FieldName name{.name = field.substr(0, field.find('[')), .argument = {}};
    if (name.name.size() != field.size())
        name.argument = field.substr(name.name.size() + 1, field.size() - name.name.size() - 2);
    const auto id = table.resolve(name);
    if (!id) return "error: " + id.error().message;
    if (event == nullptr) return "no object";
    EventFields fields{table};
    fields.begin(*event);
    const auto& values = fields.get(*id);
    if (!values.present()) return "<absent>";
    std::string out;
    for (const auto value : values.all()) (out += value) += '|';
    out.pop_back();
    return out;
}

}  // namespace

std::string read_field(std::string_view event, std::string_view field) {
    const std::string padded = std::string{event} + " ";
    const PlainEvent plain{std::string_view{padded}.substr(0, event.size())};
    return read(plain.event(), field);
}

std::string read_received_field(std::string_view event, std::string_view field) {
    std::string line{event};
    line.reserve(line.size() + limits::kPadding);
    EventReader reader{line, Framing::kLines};
    const auto item = reader.next();
    return item && item->kind == Item::Kind::kEvent ? read(&reader.event(), field) : "rejected";
}

}  // namespace auditfwd
