/* Found anchors whose writer is killed, starved or lied to by the disk at every step: none is lost or found twice.
 * usage: test_anchors_crash FAULT_SHIM; test_anchors_crash write FOLDER: the writer. */
#include "anchors_fixture.h"
#include "crash_story.h"

static enum vd_error open_store(const char *path, void **store, struct vd_failure *failure) {
  struct vd_anchors *anchors = NULL;
  enum vd_error error = vd_anchors_open(path, anchors_tracks, ANCHORS_TRACKS, &anchors, failure);
  *store = anchors;
  return error;
}

static enum vd_error step_store(void *store, unsigned step, struct vd_failure *failure) {
  return anchors_do(store, step, failure);
}

static enum vd_error digest_store(void *store, uint64_t *digest, struct vd_failure *failure) {
  return anchors_digest(store, digest, failure);
}

static void close_store(void *store) { vd_anchors_close(store); }

static const struct crash_story story = {ANCHORS_STEPS, open_store, step_store, digest_store, close_store};

int main(int argc, char **argv) { return crash_story_main(&story, argc, argv); }
