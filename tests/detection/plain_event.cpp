#include "tests/detection/plain_event.h"

#include <algorithm>

#include "codecs/body_edits.h"
#include "codecs/event_keys.h"
#include "codecs/json_text.h"

namespace auditfwd {

PlainEvent::PlainEvent(std::string_view text) {
    std::fill(std::begin(event_.index), std::end(event_.index), std::int16_t{-1});
    event_.text = text;
    std::array<ObjectMember, 512> found;
    bool spaced = false;
    const auto count = BodyEditor{8192}.members_of(text, found, spaced);
    good_ = count != 0;
    const auto place = [&](std::string_view part) { return static_cast<std::uint32_t>(part.data() - text.data()); };
    for (std::size_t i = 0; i < count; ++i) {
        auto& member = members_[i];
        const auto key = place(found[i].key), value = place(found[i].value);
        member.key = {key - 1, key + static_cast<std::uint32_t>(found[i].key.size()) + 1};
        member.value = {value, value + static_cast<std::uint32_t>(found[i].value.size())};
        for (std::size_t field = 0; field < kKnownFields; ++field) {
            const auto name = kFieldNames.names()[field];
            if (!is_name(found[i].key, name) || event_.index[field] >= 0) continue;
            member.field = static_cast<Field>(field);
            event_.index[field] = static_cast<std::int16_t>(i);
        }
    }
    event_.members = {members_.data(), count};
}

}  // namespace auditfwd
