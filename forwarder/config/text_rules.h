// What texts of the configuration file may be.
#pragma once

#include "forwarder/config/visitor.h"
#include "forwarder/redaction/options.h"

namespace auditfwd {

Complaint check_name(std::string_view text);     // file names, metric labels, words on the command line
Complaint check_cluster(std::string_view text);  // in records and in the webhook's paths
Complaint check_listen(std::string_view text);
Complaint check_filled(std::string_view text);
Complaint check_pattern(std::string_view text);  // a name, or the beginning of names and a '*'
Complaint check_address(std::string_view text);  // of a server: host:port
Complaint check_topic(std::string_view text);    // of a Kafka sink; may hold words
Complaint check_url(std::string_view text);
Complaint check_log_name(std::string_view text);  // of CloudWatch, with variables
Complaint check_tag(std::string_view text);       // of AWS: name=value

inline constexpr TextRule kName{"name", check_name};
inline constexpr TextRule kCluster{"cluster name", check_cluster};
inline constexpr TextRule kListen{"address:port", check_listen};
inline constexpr TextRule kPolicy{"eks, metadata, all or path", check_filled};
inline constexpr TextRule kRulesName{"builtin, none or path", check_filled};
inline constexpr TextRule kRedactionRule{"rule", complain_of_rule};
inline constexpr TextRule kUrl{"URL", check_url};
inline constexpr TextRule kLogName{"name, with ${cluster}, ${source} or ${host}", check_log_name};
inline constexpr TextRule kTag{"name=value", check_tag};
inline constexpr TextRule kPeerName{"text", check_filled};
inline constexpr TextRule kText{"text", check_filled};
inline constexpr TextRule kPattern{"name or beginning*", check_pattern};
inline constexpr TextRule kAddress{"host:port", check_address};
inline constexpr TextRule kTopic{"topic", check_topic};

}  // namespace auditfwd
