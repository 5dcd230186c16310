/* watch.h: looks at the logs of the operators over the network now and then, whether or not anybody asks about a
 * document: are they there, and does each continue what it showed before. Thread rule: that of its loop. */
#ifndef VD_SERVE_WATCH_H
#define VD_SERVE_WATCH_H

#include "remote/operator.h"
#include "serve/service.h"

struct vd_watch;

/* One operator. */
struct vd_watched {
  struct vd_watch *watch;
  unsigned number;
  const char *origin; /* of its log */
  struct vd_remote_operator remote;
  struct vd_remote_state *state;
  struct vd_log_check check;
  struct vd_log_base base;           /* of the look-up under way */
  struct vd_remote_look_up *look_up; /* under way, or NULL */
  uint64_t next_ms;                  /* by the loop's clock */
  bool is_keeping;                   /* job is with the lane */
  struct vd_lane_job job;
  struct vd_log_base kept_base;
  struct vd_log_contradiction contradiction; /* that the note to be kept is; size 0: none, or two of one size */
  enum vd_error kept;
  struct vd_failure failure;
  size_t note_len;
  char note[FRAG_CHECKPOINT_MAX];
};

struct vd_watch {
  const struct vd_service *service;
  struct vd_home *home;
  uv_loop_t *loop;
  struct vd_log *log;
  struct frag_context *context;
  struct frag_context *lane_context; /* for jobs on the service's memory lane */
  struct vd_lookup_answer answer;
  size_t count;
  struct vd_watched items[VD_OPERATORS_MAX];
};

struct vd_watch_options {
  const struct vd_service *service; /* outlives the watch, as do the following, all of one loop */
  struct vd_client *client;
  struct vd_home *home;
  uv_loop_t *loop;
  struct vd_log *log;
};

/* Out: *watch, which stays in place until vd_watch_free. After an error there is nothing to free.
 * Errors: those of vd_remote_operator_init; VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_watch_init(struct vd_watch *watch, const struct vd_watch_options *options,
                                          struct vd_failure *failure);

/* Starts the look-ups that are due. Now and then, on the loop. */
void vd_watch_look(struct vd_watch *watch);

/* Cancels what is under way; before the client is freed. The lane's jobs are over when the home is closed. On the loop.
 */
void vd_watch_stop(struct vd_watch *watch);

/* When the loop has ended, or never ran. */
void vd_watch_free(struct vd_watch *watch);

#endif
