/* crash_writer.h: what crash_writer tells whoever started it, one struct after another, each behind the return of the
 * call that it is about. */
#ifndef CRASH_WRITER_H
#define CRASH_WRITER_H

#include <stdint.h>

enum { CRASH_NOTE_MAX = 1000 };

enum crash_step { CRASH_OPENED, CRASH_APPENDED, CRASH_RENEWED, CRASH_ERASED, CRASH_COMPACTED, CRASH_REFUSED };

struct crash_told {
  uint32_t step;     /* enum crash_step */
  uint32_t first;    /* records first … first + count - 1; of an erasure the record, count 0 */
  uint32_t count;
  uint32_t error;    /* CRASH_REFUSED: what the call returned */
  uint32_t note_len; /* the checkpoint in force afterwards */
  char note[CRASH_NOTE_MAX];
};

/* The batches of the short run, and the records that it erases in between. */
#define CRASH_BATCHES {1, 3, 15, 40, 1, 250, 16, 120}
enum { CRASH_RECORDS = 446, CRASH_ERASED_ONE = 2, CRASH_LOOP_BATCH = 20 };
#define CRASH_NOW_S 4000000000u /* after the clock of any run of the tests */

/* Who hands in every second batch, and orders the erasures. */
#define CRASH_ISSUER "moest.example"

#endif
