#include "tests/spool/segment_torture.h"

#include <algorithm>

#include "codecs/little_endian.h"
#include "forwarder/base/crypto.h"
#include "forwarder/spool/inspect.h"
#include "tests/spool/store_harness.h"

namespace auditfwd::testing {

namespace {

using spool::ScanItem;

spool::SpoolId the_id() {
    spool::SpoolId id;
    for (unsigned i = 0; i < id.size(); ++i) id[i] = static_cast<std::uint8_t>(i * 17);
    return id;
}

const spool::SegmentName kName{1, Offset{1}};

void set_crc(std::string& bytes, std::size_t begin, std::size_t end, std::size_t at, std::uint32_t seed) {
    std::string crc;
    put(crc, crc32c(std::string_view{bytes}.substr(begin, end - begin), seed));
    bytes.replace(at, 4, crc);
}

std::size_t u32_at(std::string_view bytes, std::size_t at) {
    LittleEndianReader in{bytes.substr(at, 4)};
    return in.get<std::uint32_t>();
}

// Gives header and blocks the checksums they should have, as far as lengths lead to them.
void mend(std::string& bytes) {
    if (bytes.size() < 8) return;
    std::size_t at = 8 + u32_at(bytes, 4);
    if (at < 12 || at > bytes.size()) return;
    set_crc(bytes, 0, at - 4, at - 4, 0);
    const auto seed = spool::block_seed(the_id(), kName.number);
    while (at + kBlockHeadBytes <= bytes.size()) {
        const auto rest = at + kBlockHeadBytes;
        const auto frame = at + 8 + u32_at(bytes, at + 4);
        const auto end = frame + u32_at(bytes, at + 60);
        if (frame < rest || end > bytes.size()) {
            set_crc(bytes, at, rest - 4, rest - 4, seed);
            return;
        }
        set_crc(bytes, rest, frame, at + 64, 0);
        set_crc(bytes, frame, end, at + 68, 0);
        set_crc(bytes, at, rest - 4, rest - 4, seed);
        at = end;
    }
}

// A scan names every byte once and comes to an end.
void check_scan(File& file, std::uint64_t size) {
    spool::Scanner scanner{file, spool::block_seed(the_id(), kName.number), 0, kName.first};
    std::uint64_t at = 0;
    for (;;) {
        const auto item = scanner.next(size).value();
        CHECK(item.position == at);
        if (item.kind == ScanItem::Kind::kEnd) break;
        CHECK(item.bytes > 0);
        at += item.bytes;
    }
    CHECK(at == size);
}

std::vector<SeenRecord> records_before(const Walk& walk, std::uint64_t offset) {
    auto records = walk.records;
    std::erase_if(records, [&](const SeenRecord& record) { return record.offset >= offset; });
    return records;
}

}  // namespace

std::string tortured_spool_id() { return to_hex(the_id()); }

void torture_segment(std::string_view input) {
    if (input.empty()) return;
    const auto how = static_cast<std::uint8_t>(input.front());
    std::string bytes{input.substr(1)};
    if (how & 1) mend(bytes);

    StoreHarness harness{1};
    const auto& directory = harness.options.directory;
    CHECK(harness.files.make_directory(directory).has_value());
    const auto path = directory / spool::to_file_name(kName);
    harness.files.set_content(path, bytes);
    spool::SpoolState state;
    state.id = the_id();
    state.used_to = Offset{1000};
    if (how > 1) state.mark = {.segment = 1, .end = bytes.size() * (how / 2) / 127, .last = Offset{0}};
    CHECK(spool::save_state(harness.files, directory, state).has_value());
    check_scan(*harness.files.open(path, OpenMode::kRead).value(), bytes.size());

    const auto view = SpoolView::open(harness.files, directory).value();
    CHECK(view->verify().has_value());
    CHECK(view->segments().has_value());
    CHECK(harness.files.content(path) == bytes);

    // Whatever it is, the spool opens, keeps what can be read, and goes on.
    CHECK(harness.open().has_value());
    CHECK(harness.files.content(path).size() <= bytes.size());
    const auto before = harness.walk().value();
    CHECK(before.expired.empty());
    const auto appended = harness.append({{"new"}}).value();
    CHECK(number(appended.first) >= before.end);
    const auto after = harness.walk().value();
    CHECK(records_before(after, before.end) == before.records);
    CHECK((after.records.back() == SeenRecord{number(appended.first), "new"}));
    harness.close();
    CHECK(harness.open().has_value());
    CHECK(harness.walk().value().records == after.records);
}

}  // namespace auditfwd::testing
