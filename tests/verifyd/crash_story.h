/* crash_story.h: a store that is killed, starved or lied to by the disk at every single step of a story of changes,
 * with fault_shim.c. The test program runs itself as the writer, tells how far it came, and the test looks at what is left:
 * as after the last change that was acknowledged, or as after the one that was under way, and nothing else. */
#ifndef CRASH_STORY_H
#define CRASH_STORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "temp_folder.h"

enum { CRASH_STORY_STEPS_MAX = 30 };

struct crash_story {
  unsigned steps;
  enum vd_error (*open)(const char *path, void **store, struct vd_failure *failure);
  enum vd_error (*step)(void *store, unsigned step, struct vd_failure *failure);
  enum vd_error (*digest)(void *store, uint64_t *digest, struct vd_failure *failure); /* of all that can be read */
  void (*close)(void *store); /* NULL is allowed */
};

/* The whole program. With the shim's path as its argument: the tests, in each of which every write and sync of the
 * story goes wrong in another of the shim's ways, one run for each, until a run has no such step. With `write` and the
 * store's path: the writer, which does the whole story there. Returns the exit code. */
int crash_story_main(const struct crash_story *story, int argc, char **argv);

#endif
