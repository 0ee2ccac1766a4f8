// Fields and events for tests of the rule language: names a test declares, values a test sets.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "forwarder/detection/field.h"

namespace auditfwd {

// Knows the names it is told, and any argument of those that take one.
class FakeFieldTable final : public FieldTable {
public:
    enum class Kind { kScalar, kList };
    enum class Argument { kNone, kOptional, kRequired };
    static constexpr std::uint8_t kBodyPart = 3;  // what costs a body is part of one

    void declare(const std::string& name, Kind kind = Kind::kScalar, Argument argument = Argument::kNone,
                 FieldCost cost = FieldCost::kMember) {
        declared_[name] = {kind, argument, cost};
    }

    Result<FieldId> resolve(const FieldName& field) override {
        const auto found = declared_.find(std::string{field.name});
        if (found == declared_.end()) return Error{ErrorCode::kInvalid, "there is no field " + std::string{field.name}};
        const auto& declared = found->second;
        if (declared.argument == Argument::kNone && field.argument)
            return Error{ErrorCode::kInvalid, found->first + " takes no argument"};
        if (declared.argument == Argument::kRequired && !field.argument)
            return Error{ErrorCode::kInvalid, found->first + " needs an argument"};
        const auto spelling = to_string(field);
        for (std::size_t i = 0; i < infos_.size(); ++i) {
            if (infos_[i].spelling == spelling) return static_cast<FieldId>(i);
        }
        if (infos_.size() == kFieldsMax) return Error{ErrorCode::kTooLarge, "more fields than can be told apart"};
        infos_.push_back({.spelling = spelling,
                          .is_list = declared.kind == Kind::kList,
                          .cost = declared.cost,
                          .part = declared.cost == FieldCost::kBody ? kBodyPart : FieldInfo::kNoPart});
        return static_cast<FieldId>(infos_.size() - 1);
    }
    const FieldInfo& info(FieldId id) const override { return infos_.at(index_of(id)); }
    std::size_t size() const override { return infos_.size(); }

private:
    struct Declared {
        Kind kind;
        Argument argument;
        FieldCost cost;
    };
    std::map<std::string, Declared> declared_;
    std::vector<FieldInfo> infos_;
};

// Field (as it is spelt) to its values; one that is not named is absent.
using FakeEvent = std::map<std::string, std::vector<std::string>>;

class FakeFieldSource final : public FieldSource {
public:
    explicit FakeFieldSource(const FieldTable& table) : FieldSource{table.size()}, table_{table} {}

    void event(const FakeEvent& event) {
        event_ = event;
        views_.clear();
        reads_.clear();
        forget();
    }
    std::uint32_t missing() const override {
        for (std::size_t i = 0; i < table_.size(); ++i) {
            const auto& info = table_.info(static_cast<FieldId>(i));
            if (info.part == FakeFieldTable::kBodyPart && event_.contains(info.spelling)) return 0;
        }
        return 1u << FakeFieldTable::kBodyPart;
    }
    // How often a field was really read.
    int reads(const std::string& field) { return reads_[field]; }

private:
    Values read(FieldId id) override {
        const auto& spelling = table_.info(id).spelling;
        ++reads_[spelling];
        const auto found = event_.find(spelling);
        if (found == event_.end() || found->second.empty()) return {};
        auto& views = views_[spelling];
        views.assign(found->second.begin(), found->second.end());
        return {views.data(), static_cast<std::uint32_t>(views.size())};
    }

    const FieldTable& table_;
    FakeEvent event_;
    std::map<std::string, std::vector<std::string_view>> views_;
    std::map<std::string, int> reads_;
};

}  // namespace auditfwd
