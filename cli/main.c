/* main.c: verifyctl: chooses the command, and turns its result into a message and an exit code. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "command.h"
#include "json/memory.h"
#include "options.h"

struct command {
  const char *name;
  const char *summary;
  enum vd_error (*run)(int argc, char **argv, int *status, struct vd_failure *failure);
};

static const struct command commands[] = {
  {"keygen", "make an issuer, root, log, status or anchor key", vd_keygen},
  {"trust", "make, change, sign, check and publish a trust list", ctl_trust},
  {"issue", "turn a spreadsheet into documents: ledger fragments and QR codes", ctl_issue},
  {"reissue", "issue documents anew, and supersede all issues before", ctl_reissue},
  {"revoke", "revoke documents by serial, for good", ctl_revoke},
  {"suspend", "suspend documents by serial, until they are reinstated", ctl_suspend},
  {"reinstate", "end the suspension of documents", ctl_reinstate},
  {"statements", "show the statements made so far, and send again what is not acknowledged", ctl_statements},
  {"watch", "see whether all operators still show the statements made so far", ctl_watch},
  {"verify", "verify QR texts and pictures of QR codes", ctl_verify},
  {"audit", "recompute an operator's log and say what is proven", ctl_audit},
  {"proof", "write or check an offline proof that a document is in the logs", ctl_proof},
  {"anchor", "show and export what a log's operator anchored on public chains", ctl_anchor},
  {"erase", "erase documents lawfully: operators drop their fragments", ctl_erase},
  {"compact", "write a ledger anew, without what was erased", ctl_compact},
  {"submissions", "list who handed what in to an operator", ctl_submissions},
  {"qr", "show the QR code of a picture in the terminal", ctl_qr},
};
#define COMMANDS (sizeof commands / sizeof *commands)

/* A core file would hold keys and documents. A limit of 1 byte, unlike 0, also keeps the kernel from piping one
 * to a crash handler. */
static void forbid_core_files(void) {
  struct rlimit one_byte = {.rlim_cur = 1, .rlim_max = 1};
  (void)setrlimit(RLIMIT_CORE, &one_byte);
}

/* A file size limit is then an error with a remedy, not the end of the program in the middle of a batch. */
static void ignore_file_size_signal(void) { (void)signal(SIGXFSZ, SIG_IGN); }

static void print_help(void) {
  (void)printf("Usage: verifyctl COMMAND [OPTION]…\n\n"
               "Issues and verifies documents whose fragments are in independent ledgers.\n\n");
  for (size_t i = 0; i < COMMANDS; i++) (void)printf("  %-13s%s\n", commands[i].name, commands[i].summary);
  (void)printf("\nverifyctl COMMAND --help explains a command.\n\nExit codes\n"
               "  0   success; verify: VALID; audit, proof: proven\n"
               "  1   verify: NOT_VALID; audit, proof, watch, anchor: something is wrong\n"
               "  2   verify: INCONCLUSIVE\n");
#define PRINT_CODE(name, exit_code, meaning) \
  if (exit_code != 0) (void)printf("  %-4d%s\n", exit_code, meaning);
  VD_ERROR_LIST(PRINT_CODE)
#undef PRINT_CODE
}

static int unknown(const char *name) {
  const char *names[COMMANDS + 1] = {0};
  for (size_t i = 0; i < COMMANDS; i++) names[i] = commands[i].name;
  const char *near = ctl_nearest(name, names);
  (void)fprintf(stderr, "verifyctl: unknown command \"%s\"; ", name);
  if (near != NULL) {
    (void)fprintf(stderr, "did you mean %s?\n", near);
  } else {
    (void)fprintf(stderr, "see verifyctl --help\n");
  }
  return vd_exit_code(VD_USAGE);
}

static int run(const struct command *command, int argc, char **argv) {
  struct vd_failure failure = {.code = VD_OK};
  int status = 0;
  enum vd_error error = command->run(argc, argv, &status, &failure);
  if (error == VD_OK) return status;
  (void)fflush(stdout);
  (void)fprintf(stderr, "verifyctl %s: %s\n", command->name, failure.text);
  return vd_exit_code(error);
}

static int choose(int argc, char **argv) {
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
    print_help();
    return 0;
  }
  if (strcmp(argv[1], "--version") == 0) {
    (void)printf("verifyctl " VERIFYD_VERSION "\n");
    return 0;
  }
  for (size_t i = 0; i < COMMANDS; i++) {
    if (strcmp(commands[i].name, argv[1]) == 0) return run(&commands[i], argc - 1, argv + 1);
  }
  return unknown(argv[1]);
}

int main(int argc, char **argv) {
  vd_memory_wipe_json();
  forbid_core_files();
  ignore_file_size_signal();
  (void)setlocale(LC_CTYPE, "C.UTF-8");
  if (argc < 2) {
    (void)fprintf(stderr, "verifyctl: which command? See verifyctl --help\n");
    return vd_exit_code(VD_USAGE);
  }
  int code = choose(argc, argv);
  if (fflush(stdout) == 0 && ferror(stdout) == 0) return code;
  (void)fprintf(stderr, "verifyctl: standard output cannot be written\n");
  return code != 0 ? code : vd_exit_code(VD_IO);
}
