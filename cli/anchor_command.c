/* anchor_command.c: verifyctl anchor: which of its actions. */
#include "anchor_command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "command.h"
#include "options.h"

static const struct {
  const char *name, *summary;
  ctl_anchor_action *run;
} actions[] = {
  {"status", "show what was anchored, what is under way, and what it costs", ctl_anchor_status},
  {"resume", "let anchoring go on after it was halted", ctl_anchor_resume},
  {"export", "write proofs that entries are under blocks, for anybody to check", ctl_anchor_export},
};
#define ACTIONS (sizeof actions / sizeof *actions)

static void print_help(void) {
  (void)printf("Usage: verifyctl anchor ACTION [OPTION]…\n\n"
               "For the operator of a log that is anchored on public blockchains. verifyd sends the anchors, as its\n"
               "configuration says; these look at them.\n\n");
  for (size_t i = 0; i < ACTIONS; i++) (void)printf("  %-10s%s\n", actions[i].name, actions[i].summary);
  (void)printf("\nverifyctl anchor ACTION --help explains an action. Others' logs: verifyctl audit --chain.\n");
}

enum vd_error ctl_anchor(int argc, char **argv, int *status, struct vd_failure *failure) {
  const char *names[ACTIONS + 1] = {0};
  *status = 0;
  if (argc < 2) return vd_fail(failure, VD_USAGE, "which action? See verifyctl anchor --help");
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) return print_help(), VD_OK;
  for (size_t i = 0; i < ACTIONS; i++) {
    names[i] = actions[i].name;
    if (strcmp(actions[i].name, argv[1]) == 0) return actions[i].run(argc - 1, argv + 1, status, failure);
  }
  const char *near = ctl_nearest(argv[1], names);
  if (near != NULL) return vd_fail(failure, VD_USAGE, "unknown action \"%s\"; did you mean %s?", argv[1], near);
  return vd_fail(failure, VD_USAGE, "unknown action \"%s\"; see verifyctl anchor --help", argv[1]);
}

enum vd_error ctl_anchor_settings(const char *path, struct vd_settings **settings, struct vd_failure *failure) {
  struct vd_settings *read = calloc(1, sizeof *read);
  *settings = NULL;
  if (read == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the configuration");
  enum vd_error error = vd_settings_read(path, read, failure);
  if (error == VD_OK && read->own_operator.number == 0)
    error = vd_fail(failure, VD_CONFIG, "%s: has no operator: nothing is anchored by this configuration", path);
  if (error == VD_OK && read->own_operator.anchors_count == 0)
    error = vd_fail(failure, VD_CONFIG, "%s: its operator has no anchors: the log is not anchored", path);
  if (error == VD_OK) *settings = read;
  else free(read);
  return error;
}

enum vd_error ctl_anchor_open(const struct vd_settings *settings, size_t i, struct vd_outbox **outbox,
                              struct vd_failure *failure) {
  const struct vd_anchor_settings *anchor = &settings->own_operator.anchors[i];
  bool is_bitcoin = settings->chains[anchor->chain].kind == VD_CHAIN_BITCOIN;
  enum vd_error error = vd_outbox_open_read(anchor->outbox, outbox, failure);
  if (error != VD_OK) return error;
  const struct vd_outbox_identity *identity = vd_outbox_get_identity(*outbox);
  bool is_same_log = strcmp(identity->origin, settings->own_operator.origin) == 0;
  if (identity->is_bitcoin == is_bitcoin && is_same_log) return VD_OK;
  error = vd_fail(failure, VD_CONFIG, "outbox %s is that of %s, not of %s, which the configuration names",
                  anchor->outbox, is_same_log ? "a chain of another kind" : identity->origin,
                  is_same_log ? settings->chains[anchor->chain].name : settings->own_operator.origin);
  vd_outbox_close(*outbox);
  *outbox = NULL;
  return error;
}

void ctl_anchor_hash(char text[static CTL_ANCHOR_HASH_SIZE], enum vd_chain_kind kind, const uint8_t hash[static 32]) {
  uint8_t reversed[32];
  if (kind == VD_CHAIN_EVM) {
    memcpy(text, "0x", 2);
    vd_hex_encode(text + 2, hash, 32);
    return;
  }
  for (size_t i = 0; i < 32; i++) reversed[i] = hash[31 - i];
  vd_hex_encode(text, reversed, 32);
}
