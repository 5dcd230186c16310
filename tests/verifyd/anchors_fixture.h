/* anchors_fixture.h: anchors that are wholly given by numbers, and what is known of a track as a single number. */
#ifndef ANCHORS_FIXTURE_H
#define ANCHORS_FIXTURE_H

#include "ledger/anchors.h"
#include "temp_folder.h"

enum { ANCHORS_TRACKS = 3, ANCHORS_TIME_S = 1764547300, ANCHORS_DUE_S = 7200 };

/* 0: one.example/log on "mainnet"; 1: the same log on "bitcoin"; 2: two.example/log on "mainnet". */
extern const struct vd_anchors_track_options anchors_tracks[ANCHORS_TRACKS];

/* One to be found, of which everything is given by its number: it covers 10 · (number + 1) entries, in the block of
 * ANCHORS_TIME_S + 100 · number. Its bytes are good until the next call but three. */
struct vd_anchors_found anchors_found(uint32_t number);

/* Opens it with anchors_tracks; fails the test when it cannot. */
struct vd_anchors *anchors_open(const char *path);

/* A track advances by `count` anchors from number `first`; the cursor says so, and the last block is the last one's. */
enum vd_error anchors_advance(struct vd_anchors *anchors, size_t track, uint32_t first, size_t count,
                              struct vd_failure *failure);

/* A story of ANCHORS_STEPS changes, of which this is number `step`. */
enum { ANCHORS_STEPS = 13 };
enum vd_error anchors_do(struct vd_anchors *anchors, unsigned step, struct vd_failure *failure);

/* Everything that can be read of all tracks, as a number; the first error there was. */
enum vd_error anchors_digest(struct vd_anchors *anchors, uint64_t *digest, struct vd_failure *failure);

/* The same; fails the test when it cannot be read. */
uint64_t anchors_digest_of(struct vd_anchors *anchors);

/* Where they are kept. For cmocka: *place becomes a struct anchors_place *, with nothing at its path; or opened. */
struct anchors_place {
  struct temp_folder folder;
  char path[300], data[320]; /* of the folder of the anchors; of the file in it */
  struct vd_failure failure;  /* the last one */
  struct vd_anchors *anchors; /* NULL: closed */
};
int anchors_place_begin(void **place);
int anchors_place_begin_opened(void **place);
int anchors_place_end(void **place);
void anchors_place_reopen(struct anchors_place *place);

/* anchors_advance; a judgement, with "proof" as its evidence where it needs one. Failing the test when they fail. */
void anchors_place_advance(struct anchors_place *place, size_t track, uint32_t first, size_t count);
void anchors_place_judge(struct anchors_place *place, size_t track, uint64_t n, enum vd_anchors_state is);

/* Opens and closes it, for writing, for reading. */
enum vd_error anchors_place_write(struct anchors_place *place);
enum vd_error anchors_place_read(struct anchors_place *place);

#endif
