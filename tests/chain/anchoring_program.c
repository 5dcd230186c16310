/* anchoring_program.c: one vd_anchoring with the least loop around it, for tests that drive it against real nodes,
 * kill it and start it again. Arguments are name=value:
 *
 *   chain=evm|bitcoin id=N network=regtest endpoint=URL (up to 4) credentials=FILE confirmations=N
 *   poll_s=N timeout_ms=N first_block=N
 *   outbox=FOLDER origin=NAME key=64 hex digits interval_s=N entries=N replace_s=N fee_max=N tip=N
 *   coin=TXID:N (up to 16)
 *   checkpoint=FILE  "SIZE ROOT", the root as 64 hex digits; looked at whenever the anchoring asks. No file: none
 *
 * poll_s=0: nodes are asked as often as it can. Prints a line for each event, "GRADE EVENT DETAIL", and one for each
 * change of the status, "status STATE final_count=… final_size=… sent_size=… attempts=…". Ends on SIGTERM. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "anchor/anchoring.h"
#include "base/crypto.h"
#include "base/hex.h"
#include "chain_program.h"
#include "verifyd/poll_loop.h"

enum { LOOK_MS = 50, CONNECTIONS = 4 };

struct program {
  struct vd_chain_settings chain;
  struct vd_anchor_settings anchor;
  const char *origin, *checkpoint;
  uint8_t secret32[32];
};

static bool set_anchor(struct vd_anchor_settings *anchor, const char *name, const char *value) {
  if (strcmp(name, "outbox") == 0) program_copy(anchor->outbox, sizeof anchor->outbox, value);
  else if (strcmp(name, "interval_s") == 0) anchor->interval_s = (unsigned)program_number(value);
  else if (strcmp(name, "entries") == 0) anchor->entries = (unsigned)program_number(value);
  else if (strcmp(name, "replace_s") == 0) anchor->replace_s = (unsigned)program_number(value);
  else if (strcmp(name, "fee_max") == 0) anchor->fee_max = program_number(value);
  else if (strcmp(name, "tip") == 0) anchor->tip = program_number(value);
  else if (strcmp(name, "coin") == 0 && anchor->coins_count < VD_ANCHOR_COINS_MAX)
    program_copy(anchor->coins[anchor->coins_count++], sizeof *anchor->coins, value);
  else return false;
  return true;
}

static bool set(void *context, const char *name, char *value) {
  struct program *program = context;
  if (set_anchor(&program->anchor, name, value)) return true;
  if (strcmp(name, "origin") == 0) program->origin = value;
  else if (strcmp(name, "checkpoint") == 0) program->checkpoint = value;
  else if (strcmp(name, "key") == 0)
    return strlen(value) == 64 && vd_hex_decode(program->secret32, sizeof program->secret32, value, strlen(value));
  else return false;
  return true;
}

static bool read_arguments(struct program *program, int count, char **words) {
  program->anchor.entries = 1;
  program->anchor.interval_s = 1;
  program->anchor.replace_s = 3600;
  return program_read(&program->chain, set, program, count, words) && program->origin != NULL &&
         program->checkpoint != NULL;
}

static bool newest(void *context, struct vd_anchoring_checkpoint *checkpoint) {
  const struct program *program = context;
  char root[65] = "";
  FILE *file = fopen(program->checkpoint, "re");
  if (file == NULL) return false;
  bool is_read = fscanf(file, "%" SCNu64 " %64s", &checkpoint->size, root) == 2;
  (void)fclose(file);
  return is_read && strlen(root) == 64 && vd_hex_decode(checkpoint->root, sizeof checkpoint->root, root, 64);
}

/* The file says one checkpoint; whether it continues another cannot be told. */
static bool continues(void *context, const struct vd_anchoring_checkpoint *earlier) {
  (void)context;
  (void)earlier;
  return true;
}

static void show(const struct vd_anchoring *anchoring, struct vd_anchoring_status *shown) {
  struct vd_anchoring_status now;
  vd_anchoring_get(anchoring, &now);
  bool is_same = now.state == shown->state && now.final_count == shown->final_count &&
                 now.final_size == shown->final_size && now.sent_size == shown->sent_size &&
                 now.attempts == shown->attempts;
  *shown = now;
  if (is_same) return;
  (void)printf("status %s final_count=%" PRIu64 " final_size=%" PRIu64 " sent_size=%" PRIu64 " attempts=%" PRIu64 "\n",
               vd_anchoring_state_name(now.state), now.final_count, now.final_size, now.sent_size, now.attempts);
}

static void run(struct vd_anchoring *anchoring, struct poll_loop *loop, struct vd_client *client) {
  struct vd_anchoring_status shown;
  unsigned never = 0;
  memset(&shown, 0xff, sizeof shown);
  while (!program_is_ended()) {
    vd_anchoring_look(anchoring, (uint64_t)time(NULL), vd_client_now_ms());
    (void)poll_loop_run(loop, client, &never, 1, LOOK_MS);
    show(anchoring, &shown);
    (void)fflush(stdout);
  }
}

int main(int count, char **words) {
  static struct program program;
  struct poll_loop loop;
  struct vd_client *client = NULL;
  struct vd_anchoring *anchoring = NULL;
  struct vd_failure failure = {.text = ""};
  program_begin();
  if (!read_arguments(&program, count, words)) return EXIT_FAILURE;
  poll_loop_init(&loop);
  struct vd_client_options client_options = {.hooks = poll_loop_hooks(&loop), .connections_per_host = CONNECTIONS};
  enum vd_error error = vd_client_new(&client_options, &client, &failure);
  struct vd_anchoring_options options = {.chain = &program.chain, .anchor = &program.anchor, .origin = program.origin,
                                         .client = client, .secret32 = program.secret32,
                                         .newest = newest, .continues = continues, .tell = program_tell,
                                         .context = &program};
  if (error == VD_OK) error = vd_anchoring_new(&options, &anchoring, &failure);
  vd_wipe(program.secret32, sizeof program.secret32);
  if (error == VD_OK) {
    (void)printf("ready\n");
    run(anchoring, &loop, client);
  } else {
    (void)printf("failed %s\n", failure.text);
  }
  vd_anchoring_free(anchoring);
  vd_client_free(client);
  return vd_exit_code(error);
}
