#include "codecs/block_table.h"

#include "codecs/little_endian.h"

namespace auditfwd {

namespace {

std::uint8_t classes_of(const RecordFacts& fact) {
    return static_cast<std::uint8_t>(static_cast<unsigned>(fact.level) | static_cast<unsigned>(fact.verb) << 2 |
                                     static_cast<unsigned>(fact.code) << 5);
}

// Differences wrap around, so that any two times have one.
std::int64_t minus(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
std::int64_t plus(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

void read_times(LittleEndianReader& in, std::vector<RecordFacts>& facts) {
    std::int64_t previous = 0;
    for (auto& fact : facts) fact.stage_time_ms = previous = plus(previous, unzigzag(in.get_varint()));
}

bool read_classes(LittleEndianReader& in, std::vector<RecordFacts>& facts) {
    for (auto& fact : facts) {
        const unsigned byte = in.get<std::uint8_t>();
        if (byte >> 5 > static_cast<unsigned>(CodeClass::k5xx)) return false;
        fact.level = Level(byte & 3);
        fact.verb = VerbClass(byte >> 2 & 7);
        fact.code = CodeClass(byte >> 5);
    }
    return true;
}

bool read_priorities(LittleEndianReader& in, std::vector<RecordFacts>& facts) {
    unsigned pair = 0;
    for (std::size_t i = 0; i < facts.size(); ++i) {
        pair = i % 2 == 0 ? in.get<std::uint8_t>() : pair >> 4;
        if ((pair & 15) > static_cast<unsigned>(Priority::kNone)) return false;
        facts[i].priority = Priority(pair & 15);
    }
    return facts.size() % 2 == 0 || pair >> 4 == 0;
}

}  // namespace

std::string encode_table(std::span<const RecordFacts> facts) {
    std::string table;
    table.reserve(facts.size() * 6);
    for (const auto& fact : facts) put_varint(table, fact.bytes);
    std::int64_t previous = 0;
    for (const auto& fact : facts) {
        put_varint(table, zigzag(minus(fact.stage_time_ms, previous)));
        previous = fact.stage_time_ms;
    }
    for (const auto& fact : facts) put(table, classes_of(fact));
    for (std::size_t i = 0; i < facts.size(); i += 2) {
        const auto second = i + 1 < facts.size() ? static_cast<unsigned>(facts[i + 1].priority) : 0u;
        put(table, static_cast<std::uint8_t>(static_cast<unsigned>(facts[i].priority) | second << 4));
    }
    return table;
}

std::optional<std::vector<RecordFacts>> decode_table(std::string_view table, std::uint32_t records) {
    if (records > table.size())
        return std::nullopt;  // a record takes three bytes at least: no large allocation for lies
    std::vector<RecordFacts> facts(records);
    LittleEndianReader in{table};
    for (auto& fact : facts) {
        const auto bytes = in.get_varint();
        if (bytes > UINT32_MAX) return std::nullopt;
        fact.bytes = static_cast<std::uint32_t>(bytes);
    }
    read_times(in, facts);
    if (!read_classes(in, facts) || !read_priorities(in, facts) || !in.ok() || !in.rest().empty()) return std::nullopt;
    return facts;
}

}  // namespace auditfwd
