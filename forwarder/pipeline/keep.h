// What a level keeps of an event in hand. Pure.
#pragma once

#include "codecs/body_edits.h"
#include "codecs/event_reader.h"

namespace auditfwd {

// Marks and cuts what the level does not keep. False: a member that is kept is malformed.
bool keep_at(Level level, bool omit_managed_fields, EventReader& reader, BodyEditor& editor);

}  // namespace auditfwd
