#include "forwarder/pipeline/keep.h"

namespace auditfwd {

namespace {

void cut_body(EventReader& reader, Field field) {
    auto* member = reader.event().find(field);
    if (!member || member->cut) return;
    member->cut = true;
    reader.removed().add(field == Field::kRequestObject ? "/requestObject" : "/responseObject");
}

bool cut_managed_fields(EventReader& reader, BodyEditor& editor, Field field) {
    auto& event = reader.event();
    auto* member = event.find(field);
    if (!member || member->cut) return true;
    if (!editor.cut_managed_fields(event, *member, reader.edits(), reader.removed())) return false;
    if (!reader.edits().full()) return true;
    reader.edits().forget(member->value);  // too many to remember: the body goes whole
    cut_body(reader, field);
    return true;
}

}  // namespace

bool keep_at(Level level, bool omit_managed_fields, EventReader& reader, BodyEditor& editor) {
    auto& event = reader.event();
    if (level < Level::kRequest) cut_body(reader, Field::kRequestObject);
    if (level < Level::kRequestResponse) cut_body(reader, Field::kResponseObject);
    const bool patches = level < Level::kRequest && event.patch_annotations;
    if (patches || event.annotations_twice) {
        if (!editor.cut_annotations(event, patches, reader.edits(), reader.removed())) return false;
    }
    if (!omit_managed_fields) return true;
    return cut_managed_fields(reader, editor, Field::kRequestObject) &&
           cut_managed_fields(reader, editor, Field::kResponseObject);
}

}  // namespace auditfwd
