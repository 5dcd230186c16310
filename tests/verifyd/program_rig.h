/* program_rig.h: verifyd itself as a child process, over the realm of verify_fixture.h, on free ports, with the words
 * of the real page and small templates. */
#ifndef TEST_PROGRAM_RIG_H
#define TEST_PROGRAM_RIG_H

#include <stdint.h>
#include <sys/types.h>

#include "loopback.h"
#include "picture/output.h"
#include "temp_folder.h"
#include "verify_fixture.h"

struct program_rig {
  struct verify_fixture *realm;
  struct temp_folder folder; /* verifyd.conf, trust.list, web/, out, err */
  pid_t pid;                 /* 0: not running */
  uint16_t port;
  uint16_t operations_port;
};

/* Once, before anything else: the program and words.json. */
void program_rig_use(const char *program, const char *words);

/* Makes the realm, the folder and the configuration; `more` is added to the configuration. Starts nothing. */
void program_rig_make(struct program_rig *rig, const char *more);
void program_rig_remove(struct program_rig *rig);

/* Makes and starts it, with a paper of serial BAC-1 that every operator keeps; for a setup of cmocka. */
int program_rig_begin(struct program_rig *rig, const char *more, struct paper *paper);

/* Starts verifyd --config and waits until it listens. */
void program_rig_start(struct program_rig *rig);

/* Sends SIGTERM, waits for the end, and returns the exit code. */
int program_rig_stop(struct program_rig *rig);

/* Waits for an end that it chooses by itself, and returns the exit code. */
int program_rig_end(struct program_rig *rig);

/* Runs verifyd with these words (up to NULL) to its end; the exit code. What it wrote: program_rig_read. */
int program_rig_run(struct program_rig *rig, const char *const words[]);

/* Posts a body on a connection of its own. extra: further header lines, each with its CR LF. */
void program_rig_post(const struct program_rig *rig, const char *path, const char *type, const char *extra,
                      const void *body, size_t len, struct loopback_answer *answer);

/* A QR text as JSON; the fields of the page's form. */
void program_rig_post_json(const struct program_rig *rig, const char *qr, struct loopback_answer *answer);
void program_rig_post_page(const struct program_rig *rig, const char *fields, const char *extra,
                           struct loopback_answer *answer);

/* A PNG with a code of that text on it, or without any when text is NULL; appended to *png. */
void program_rig_draw(const char *text, struct vd_output *png);

/* A file of the folder ("err", "out") as text, in a buffer that the next call overwrites. */
const char *program_rig_read(const struct program_rig *rig, const char *name);

#endif
