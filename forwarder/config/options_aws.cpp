#include "forwarder/config/options.h"
#include "forwarder/config/text_rules.h"

namespace auditfwd {

namespace {

void declare_access(OptionVisitor& options, AwsOptions& aws) {
    options.text({.key = "region",
                  .help = "The AWS Region.",
                  .unset = "`AWS_REGION`, or that of the profile",
                  .example = "eu-west-1"},
                 aws.region, kText);
    options.text({.key = "endpoint",
                  .help = "Where the service is, if not where AWS has it: a VPC endpoint, an emulator.",
                  .unset = "AWS' own in the Region",
                  .example = "https://vpce-0a1b2c3d.logs.eu-west-1.vpce.amazonaws.com"},
                 aws.endpoint, kUrl);
    options.flag({.key = "dual_stack", .help = "Uses AWS' endpoints that answer to IPv6 too."}, aws.dual_stack);
    options.path({.key = "ca_file",
                  .help = "The CAs that may have signed the service's certificate (PEM), instead of the system's.",
                  .unset = "the system's CAs"},
                 aws.ca_file);
    options.text({.key = "profile",
                  .help = "A profile of the AWS configuration files, before the environment.",
                  .unset = "what the AWS SDKs find: environment, `AWS_PROFILE`, IRSA, profile files, Pod Identity, "
                           "instance metadata",
                  .example = "audit"},
                 aws.profile, kText);
    options.text({.key = "role_arn",
                  .help = "A role to assume with the credentials found.",
                  .unset = "none",
                  .example = "arn:aws:iam::123456789012:role/audit-writer"},
                 aws.role_arn, kText);
    options.text({.key = "external_id", .help = "What that role's trust policy asks for.", .unset = "none"},
                 aws.external_id, kText);
}

}  // namespace

void declare(OptionVisitor& options, CloudWatchOptions& cloudwatch) {
    options.text(
        {.key = "group",
         .help = "The log group. `${cluster}` and `${source}` are the record's, `${host}` is this machine's name.",
         .example = "/k8s/${cluster}/audit",
         .required = true},
        cloudwatch.group, kLogName);
    options.text({.key = "stream", .help = "The log stream, in the same way."}, cloudwatch.stream, kLogName);
    declare_access(options, cloudwatch.aws);
    options.flag({.key = "create", .help = "Creates the group and the stream when they are not there."},
                 cloudwatch.create);
    options.choice({.key = "class", .help = "The class of a group that is created; it cannot be changed later."},
                   cloudwatch.log_class, {"standard", "infrequent_access"});
    options.count({.key = "retention_days",
                   .help = "How long a group that is created keeps events; AWS knows 1, 3, 5, 7, 14, 30, 60, 90, 120, "
                           "150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 and 3653.",
                   .unset = "for ever",
                   .example = "90"},
                  cloudwatch.retention_days, {1, 3653});
    options.text({.key = "kms_key",
                  .help = "The ARN of the key that encrypts a group that is created.",
                  .unset = "AWS' own key"},
                 cloudwatch.kms_key, kText);
    options.texts(
        {.key = "tags", .help = "Tags of a group that is created.", .unset = "none", .example = "team=security"},
        cloudwatch.tags, kTag);
    options.size({.key = "limit",
                  .help = "The largest event, as CloudWatch counts: UTF-8 bytes and 26. The service takes 1MiB since "
                          "2025; what reads from it often takes 256KiB."},
                 cloudwatch.oversize.limit_bytes, {16_KiB, 1_MiB});
    declare_oversize(options, cloudwatch.oversize);
    options.flag({.key = "restamp",
                  .help = "An event without a time, or with one CloudWatch does not take (older than 14 days or the "
                          "retention, more than 2 hours ahead), goes with the time it was received, and says so in "
                          "`auditfwd.restamped`. `false`: it becomes a dead letter."},
                 cloudwatch.restamp);
    options.flag({.key = "compress", .help = "Sends gzip."}, cloudwatch.compress);
}

}  // namespace auditfwd
