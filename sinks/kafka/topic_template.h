// The topic a record goes to: `audit` for all of them, or made of its words, `audit-${cluster}-${namespace}`. Pure.
//
// Characters that no topic may have become '_', an absent word `none`; what is longer than a topic may be is cut.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/record_words.h"
#include "forwarder/base/result.h"

namespace auditfwd {

inline constexpr std::size_t kTopicBytesMax = 249;  // Kafka's own bound

class TopicTemplate {
public:
    // Fails with kInvalid; the message follows the text in a sentence.
    static Result<TopicTemplate> parse(std::string_view text);

    WordSet words() const { return words_; }
    bool fixed() const { return words_.empty(); }
    // Clients choose what the topic is called.
    bool by_clients() const;
    void render(const RecordWords& words, std::string& topic) const;

private:
    struct Piece {
        std::string text;
        std::optional<RecordWord> word{};  // follows the text
    };
    std::vector<Piece> pieces_;
    WordSet words_;
};

}  // namespace auditfwd
