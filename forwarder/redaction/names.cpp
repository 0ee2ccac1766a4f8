#include "forwarder/redaction/names.h"

#include <algorithm>
#include <string>

#include "codecs/json_text.h"
#include "codecs/json_walk.h"

namespace auditfwd {

namespace {

constexpr std::size_t kKeyBytesMax = 256;  // of one; a name has no more
constexpr std::size_t kPointerBytesMax = 512;

void append_key(std::string& pointer, std::string_view text, TextRange key) {
    if (key.size() == 0) {
        pointer += "/*";
        return;
    }
    const auto raw = text.substr(key.begin + 1, std::min<std::size_t>(key.size() - 2, kKeyBytesMax));
    std::string plain(raw.size(), '\0');
    plain.resize(unescape(raw, plain.data()).value_or(0));
    pointer += '/';
    for (const char c : plain) {
        if (c == '~')
            pointer += "~0";
        else if (c == '/')
            pointer += "~1";
        else
            pointer += c;
    }
}

class NamesVisitor : public JsonVisitor {
public:
    NamesVisitor(const Event& event, const Member& member, std::span<const std::uint32_t> places,
                 std::vector<TextRange>& keys, Removed& removed)
        : text_{event.text}, places_{places}, keys_{keys}, removed_{removed} {
        const bool secret = !places_.empty() && places_.front() < member.key.end;
        keys_.assign(1, secret ? TextRange{} : member.key);
        if (secret) value(member.key);
    }

    void open(std::uint32_t, bool) { keys_.emplace_back(); }
    void close(std::uint32_t) { keys_.pop_back(); }
    void key(TextRange key) {
        keys_.back() = key;
        if (places_.empty() || places_.front() >= key.end) return;
        keys_.back() = {};  // it was a secret itself
        value(key);
    }
    void value(TextRange value) {
        if (places_.empty() || places_.front() >= value.end) return;
        while (!places_.empty() && places_.front() < value.end) places_ = places_.subspan(1);
        pointer_.clear();
        for (const auto key : keys_) {
            append_key(pointer_, text_, key);
            if (pointer_.size() > kPointerBytesMax) break;
        }
        removed_.add(pointer_);
        masked_ |=
            pointer_.starts_with("/user/username") || pointer_.starts_with("/user/groups") || pointer_ == "/verb";
    }
    bool masked() const { return masked_; }

private:
    const std::string_view text_;
    std::span<const std::uint32_t> places_;
    std::vector<TextRange>& keys_;
    Removed& removed_;
    std::string pointer_;
    bool masked_ = false;
};

}  // namespace

bool Names::add(const Event& event, std::span<const std::uint32_t> places, JsonTokens& tokens, Removed& removed) {
    places_.assign(places.begin(), places.end());
    std::sort(places_.begin(), places_.end());
    std::span<const std::uint32_t> left{places_};
    bool masked = false;
    for (const auto& member : event.members) {
        const auto end = std::lower_bound(left.begin(), left.end(), member.value.end);
        const auto inside = left.first(static_cast<std::size_t>(end - left.begin()));
        left = left.subspan(inside.size());
        if (inside.empty() || member.cut) continue;
        NamesVisitor visitor{event, member, inside, keys_, removed};
        tokens.reset(event.text.data(), member.value.begin, member.value.end);
        JsonWalk walk{tokens};
        if (tokens.ready()) walk.value(2, visitor);
        masked |= visitor.masked();
    }
    return masked;
}

}  // namespace auditfwd
