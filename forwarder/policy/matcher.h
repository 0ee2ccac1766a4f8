// A policy compiled for deciding: cost per dimension (user, group, verb, …), not per rule. The clauses of all rules are
// the bits of a mask; each dimension clears those that do not let the request pass; the first bit left is the decision.
//
// Immutable, pure, no allocation in match() for requests of ordinary size. Thread: any.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "forwarder/policy/clauses.h"
#include "forwarder/policy/mask_table.h"
#include "forwarder/policy/policy.h"
#include "forwarder/policy/request_attributes.h"
#include "forwarder/policy/rules.h"

namespace auditfwd {

class Mask;

class Matcher {
public:
    // Fails with kTooLarge above 4,096 clauses or 16 MiB of tables.
    static Result<Matcher> compile(const RuleSet& set);

    // Index of the first rule that matches, from 0.
    std::optional<std::size_t> match(const RequestFacts& facts, const RequestAttributes& request) const;

    // For each rule: an earlier one because of which nothing is left for it to match. A clause must lie in a single
    // earlier clause to count, so silence proves nothing, but what is said holds. `set` is what this was compiled from.
    std::vector<std::optional<std::size_t>> covered_by(const RuleSet& set) const;

private:
    void keep_user(const RequestFacts& facts, Mask& mask) const;
    void keep_resource(const RequestFacts& facts, const RequestAttributes& request, Mask& mask) const;
    void keep_path(std::string_view path, Mask& mask) const;
    void add_prefixes(std::string_view path, Mask& mask) const;

    void keep_covering(const Clause& clause, Mask& mask) const;
    void keep_covering_resources(const Clause& clause, Mask& mask) const;
    void keep_covering_pattern(std::string_view pattern, Mask& mask) const;
    void keep_covering_path(std::string_view url, Mask& mask) const;

    std::size_t words_ = 1;
    std::vector<std::size_t> rule_of_;  // by clause

    MaskTable users_, user_groups_, verbs_;
    // A clause about paths alone passes nothing here; one about resources alone passes nothing in paths_.
    MaskTable namespaces_;
    MaskTable api_groups_, names_;
    MaskTable resources_;       // by resource and subresource; has the clauses free of both
    MaskTable of_resource_;     // pods/*
    MaskTable of_subresource_;  // */log
    MaskTable paths_;
    MaskTable prefixes_;
    std::vector<std::size_t> prefix_sizes_;  // ascending
};

}  // namespace auditfwd
