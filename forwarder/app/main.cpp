#include "forwarder/app/cli/command_line.h"

int main(int argc, char** argv) { return auditfwd::cli::command_line(argc, argv); }
