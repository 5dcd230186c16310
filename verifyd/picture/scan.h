/* scan.h: the text of a QR code on a picture. Owner of zbar.
 *
 * A code on a photographed or scanned page is small, and zbar misses small codes between much writing: a fifth
 * of those of 0.51 mm a module at 150 dpi, a third to four fifths of tilted ones. Cut out and enlarged it reads
 * nearly all of them, in a fifth of the time. So in all but small pictures the densest places are looked at
 * first, enlarged, then the whole picture, then more places and the first ones again, turned. */
#ifndef VD_SCAN_H
#define VD_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "picture/raster.h"

enum vd_scan_outcome {
  VD_SCAN_NOTHING,  /* no readable QR code */
  VD_SCAN_REFUSED,  /* QR codes, but accept took none of them */
  VD_SCAN_ACCEPTED, /* accept took a text, and the search ended there */
};

struct vd_scan_result {
  enum vd_scan_outcome outcome;
  unsigned looks; /* how many pictures or parts were searched; at most VD_SCAN_LOOKS_MAX */
};

#define VD_SCAN_LOOKS_MAX 12

/* Called with the text of each code found: bytes as they are in the code, text[len] is NUL. Secret, and wiped
 * when the call returns: copy what is needed. The same text may come more than once. Returns whether the search
 * is over. */
typedef bool vd_scan_accept(void *context, const char *text, size_t len);

/* Searches *raster (both sides at least 1) for QR codes and nothing else, and gives each to accept until it
 * takes one: a foreign code on the same page does not end the search. VD_OK with *result, whatever it is;
 * VD_MEMORY: out of memory. Shares nothing: any thread, several at a time. It takes 10 to 60 ms when the code is
 * found, a few hundred when there is none, and begins no further look after 2 s of CPU time. zbar's copies of
 * pixels are freed without being wiped. */
VD_MUST_CHECK enum vd_error vd_scan(const struct vd_raster *raster, vd_scan_accept *accept, void *context,
                                    struct vd_scan_result *result, struct vd_failure *failure);

#endif
