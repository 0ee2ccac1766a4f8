#include "sinks/kafka/topic_template.h"

#include <algorithm>
#include <utility>

namespace auditfwd {

namespace {

constexpr std::pair<std::string_view, RecordWord> kNames[] = {
    {"cluster", RecordWord::kClusterName}, {"source", RecordWord::kSource}, {"level", RecordWord::kLevel},
    {"priority", RecordWord::kPriority},   {"verb", RecordWord::kVerb},     {"namespace", RecordWord::kNamespace},
    {"resource", RecordWord::kResource},
};
constexpr std::string_view kKnown = "${cluster}, ${source}, ${level}, ${priority}, ${verb}, ${namespace}, ${resource}";

bool is_legal(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
}

Error wrong(std::string what) { return {ErrorCode::kInvalid, std::move(what)}; }

}  // namespace

Result<TopicTemplate> TopicTemplate::parse(std::string_view text) {
    TopicTemplate made;
    if (text.empty() || text.size() > kTopicBytesMax || text == "." || text == "..")
        return wrong("is not a topic; write 1 to 249 of A-Z, a-z, 0-9, '.', '_', '-', and words like ${cluster}");
    while (!text.empty()) {
        const auto dollar = std::min(text.find('$'), text.size());
        Piece piece{.text = std::string{text.substr(0, dollar)}};
        if (!std::ranges::all_of(piece.text, is_legal))
            return wrong("is not a topic; outside of words only A-Z, a-z, 0-9, '.', '_' and '-' may stand");
        text.remove_prefix(dollar);
        if (!text.empty()) {
            const auto close = text.find('}');
            if (!text.starts_with("${") || close == text.npos)
                return wrong("has a '$' that begins no word, ${cluster}");
            const auto name = text.substr(2, close - 2);
            const auto* const known = std::ranges::find(kNames, name, &std::pair<std::string_view, RecordWord>::first);
            if (known == std::end(kNames)) return wrong("has an unknown word; known are " + std::string{kKnown});
            piece.word = known->second;
            made.words_.add(known->second);
            text.remove_prefix(close + 1);
        }
        made.pieces_.push_back(std::move(piece));
    }
    return made;
}

bool TopicTemplate::by_clients() const {
    // A cluster's name comes from the configuration too, but for a trusted upstream's.
    return words_.has(RecordWord::kVerb) || words_.has(RecordWord::kNamespace) || words_.has(RecordWord::kResource);
}

void TopicTemplate::render(const RecordWords& words, std::string& topic) const {
    topic.clear();
    for (const auto& piece : pieces_) {
        topic += piece.text;
        if (!piece.word) continue;
        const auto word = words[*piece.word];
        if (word.empty()) topic += "none";
        for (const char c : word.substr(0, kTopicBytesMax)) topic += is_legal(c) ? c : '_';
    }
    if (topic.size() > kTopicBytesMax) topic.resize(kTopicBytesMax);
    if (topic == "." || topic == "..") topic += '_';
}

}  // namespace auditfwd
