#include "forwarder/detection/field.h"

#include <gtest/gtest.h>

#include "tests/detection/fake_fields.h"

namespace auditfwd {
namespace {

TEST(Field, Is_read_once_in_an_event_and_again_in_the_next) {
    FakeFieldTable table;
    table.declare("verb");
    const auto verb = table.resolve({.name = "verb", .argument = {}}).value();
    FakeFieldSource source{table};
    source.event({{"verb", {"get"}}});
    EXPECT_EQ(source.get(verb).text(), "get");
    EXPECT_EQ(source.get(verb).text(), "get");
    EXPECT_EQ(source.reads("verb"), 1);
    source.event({});
    EXPECT_FALSE(source.get(verb).present());
}

TEST(Field, Is_spelt_with_its_argument) {
    EXPECT_EQ(to_string(FieldName{.name = "ka.uri.param", .argument = "command"}), "ka.uri.param[command]");
    EXPECT_EQ(to_string(FieldName{.name = "ka.verb", .argument = {}}), "ka.verb");
}

}  // namespace
}  // namespace auditfwd
