/* following_program.c: one vd_following with the least loop around it, for tests that drive it against real nodes, kill
 * it and start it again. Arguments are name=value:
 *
 *   chain=evm|bitcoin id=N network=regtest endpoint=URL (up to 4) credentials=FILE confirmations=N poll_s=N
 * timeout_ms=N
 *   first_block=N
 *   anchors=FOLDER track=ORIGIN,40 hex digits of the account (up to 15)
 *   list=1  follows nothing: prints what is in the folder and ends
 *
 * poll_s=0: nodes are asked as often as it can. Prints a line for each event, "GRADE EVENT DETAIL"; for each change of
 * a track "seen TRACK NUMBER TIME_S COUNT"; "done", "behind", "stuck WHY" when that changes. Ends on SIGTERM. A line of
 * a list: "anchor TRACK SIZE ROOT TRANSACTION BLOCK HASH TIME_S STATE stands|gone RAW EVIDENCE", "-" for no bytes. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "anchor/following.h"
#include "base/hex.h"
#include "chain_program.h"
#include "verifyd/poll_loop.h"

enum { LOOK_MS = 20, CONNECTIONS = 4, STEP_MS = 5 };

struct program {
  struct vd_chain_settings chain;
  const char *folder;
  bool is_list;
  size_t track_count;
  struct vd_anchors_track_options tracks[VD_FOLLOWING_TRACKS_MAX];
};

static bool add_track(struct program *program, char *value) {
  char *account = strchr(value, ',');
  if (account == NULL || program->track_count == VD_FOLLOWING_TRACKS_MAX) return false;
  *account++ = '\0';
  struct vd_anchors_track_options *track = &program->tracks[program->track_count++];
  *track = (struct vd_anchors_track_options){.origin = value, .chain = program->chain.name, .due_s = 3600};
  return vd_hex_decode(track->account, sizeof track->account, account, strlen(account));
}

static bool set(void *context, const char *name, char *value) {
  struct program *program = context;
  if (strcmp(name, "anchors") == 0) program->folder = value;
  else if (strcmp(name, "list") == 0) program->is_list = true;
  else return strcmp(name, "track") == 0 && add_track(program, value);
  return true;
}

static bool read_arguments(struct program *program, int count, char **words) {
  if (!program_read(&program->chain, set, program, count, words)) return false;
  for (size_t t = 0; t < program->track_count; t++) vd_following_chain_id(&program->chain, program->tracks[t].chain_id);
  return program->folder != NULL && program->track_count > 0;
}

/* --- a list --- */

static void put_bytes(const uint8_t *bytes, size_t len) {
  for (size_t i = 0; i < len; i++) (void)printf("%02x", bytes[i]);
  (void)printf(len == 0 ? "- " : " ");
}

static void put_anchor(struct vd_anchors *anchors, size_t track, uint64_t n) {
  static const char *const states[] = {"unchecked", "confirmed", "disputed", "contradicted"};
  static uint8_t raw[VD_ANCHORS_RAW_MAX], evidence[VD_ANCHORS_EVIDENCE_MAX];
  size_t raw_len, evidence_len;
  struct vd_anchors_item item;
  if (vd_anchors_get(anchors, track, n, &item, raw, &raw_len, evidence, &evidence_len, NULL) != VD_OK)
    exit(EXIT_FAILURE);
  (void)printf("anchor %zu %" PRIu64 " ", track, item.size);
  put_bytes(item.root, sizeof item.root);
  put_bytes(item.transaction, sizeof item.transaction);
  (void)printf("%" PRIu64 " ", item.block_number);
  put_bytes(item.block_hash, sizeof item.block_hash);
  (void)printf("%" PRIu64 " %s %s ", item.block_time_s, states[item.state], item.is_gone ? "gone" : "stands");
  put_bytes(raw, raw_len);
  put_bytes(evidence, evidence_len);
  (void)printf("\n");
}

static void list(const struct program *program, struct vd_anchors *anchors) {
  struct vd_anchors_view view;
  for (size_t t = 0; t < program->track_count; t++) {
    vd_anchors_look(anchors, t, &view);
    for (uint64_t n = 0; n < view.count; n++) put_anchor(anchors, t, n);
  }
}

/* --- following --- */

struct shown {
  char state[300];
  struct vd_anchors_view views[VD_FOLLOWING_TRACKS_MAX];
};

static void show(const struct program *program, struct vd_anchors *anchors, const struct vd_following *following,
                 struct shown *shown) {
  struct vd_anchors_view view;
  char state[sizeof shown->state], why[256];
  bool is_stuck;
  for (size_t t = 0; t < program->track_count; t++) {
    vd_anchors_look(anchors, t, &view);
    bool is_same = view.seen_number == shown->views[t].seen_number && view.count == shown->views[t].count &&
                   view.seen_time_s == shown->views[t].seen_time_s;
    shown->views[t] = view;
    if (!is_same)
      (void)printf("seen %zu %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", t, view.seen_number, view.seen_time_s, view.count);
  }
  bool is_done = vd_following_is_done(following, &is_stuck, why);
  (void)snprintf(state, sizeof state, "%s %s", is_stuck ? "stuck" : is_done ? "done" : "behind", why);
  if (strcmp(state, shown->state) != 0) (void)printf("%s\n", state);
  memcpy(shown->state, state, sizeof state);
}

static void run(const struct program *program, struct vd_anchors *anchors, struct vd_following *following,
                struct poll_loop *loop, struct vd_client *client) {
  static struct shown shown;
  unsigned never = 0;
  while (!program_is_ended()) {
    vd_following_look(following, (uint64_t)time(NULL), vd_client_now_ms());
    uint64_t end_ms = vd_client_now_ms() + LOOK_MS;
    do {
      (void)poll_loop_run(loop, client, &never, 1, STEP_MS);
      show(program, anchors, following, &shown);
      (void)fflush(stdout);
    } while (vd_client_now_ms() < end_ms);
  }
}

static enum vd_error follow(struct program *program, struct vd_anchors *anchors, struct vd_failure *failure) {
  struct poll_loop loop;
  struct vd_client *client = NULL;
  struct vd_following *following = NULL;
  size_t tracks[VD_FOLLOWING_TRACKS_MAX];
  for (size_t t = 0; t < VD_FOLLOWING_TRACKS_MAX; t++) tracks[t] = t;
  poll_loop_init(&loop);
  struct vd_client_options client_options = {.hooks = poll_loop_hooks(&loop), .connections_per_host = CONNECTIONS};
  enum vd_error error = vd_client_new(&client_options, &client, failure);
  struct vd_following_options options = {.chain = &program->chain, .client = client, .anchors = anchors,
                                         .track_count = program->track_count, .tracks = tracks, .tell = program_tell};
  if (error == VD_OK) error = vd_following_new(&options, &following, failure);
  if (error == VD_OK) {
    (void)printf("ready\n");
    run(program, anchors, following, &loop, client);
  }
  vd_following_free(following);
  vd_client_free(client);
  return error;
}

int main(int count, char **words) {
  static struct program program;
  struct vd_anchors *anchors = NULL;
  struct vd_failure failure = {.text = ""};
  program_begin();
  if (!read_arguments(&program, count, words)) return EXIT_FAILURE;
  enum vd_error error = vd_anchors_open(program.folder, program.tracks, program.track_count, &anchors, &failure);
  if (error == VD_OK && program.is_list) list(&program, anchors);
  else if (error == VD_OK) error = follow(&program, anchors, &failure);
  if (error != VD_OK) (void)printf("failed %s\n", failure.text);
  vd_anchors_close(anchors);
  return vd_exit_code(error);
}
