/* An outbox whose writer is killed, starved or lied to by the disk at every step: nothing is between two changes.
 * usage: test_outbox_crash FAULT_SHIM; test_outbox_crash write FOLDER: the writer. */
#include "outbox_fixture.h"
#include "crash_story.h"

static enum vd_error open_store(const char *path, void **store, struct vd_failure *failure) {
  struct vd_outbox_identity identity = outbox_identity();
  struct vd_outbox *outbox = NULL;
  enum vd_error error = vd_outbox_open(path, &identity, &outbox, failure);
  *store = outbox;
  return error;
}

static enum vd_error step_store(void *store, unsigned step, struct vd_failure *failure) {
  return outbox_do(store, step, failure);
}

static enum vd_error digest_store(void *store, uint64_t *digest, struct vd_failure *failure) {
  return outbox_digest(store, digest, failure);
}

static void close_store(void *store) { vd_outbox_close(store); }

static const struct crash_story story = {OUTBOX_STEPS, open_store, step_store, digest_store, close_store};

int main(int argc, char **argv) { return crash_story_main(&story, argc, argv); }
