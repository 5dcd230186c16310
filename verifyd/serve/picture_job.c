#include "serve/picture_job.h"

#include <string.h>

#include "picture/raster.h"
#include "picture/scan.h"

enum { PAYLOAD_CHARACTERS = 88 }; /* FRAG-1 section 3 */

static bool is_base32(const char *text, size_t len) {
  for (size_t i = 0; i < len; i++)
    if (!((text[i] >= 'A' && text[i] <= 'Z') || (text[i] >= '2' && text[i] <= '7'))) return false;
  return true;
}

/* Whether the text has the shape of a code of this service: its payload alone, or behind a '#'. */
static bool has_shape(const char *text, size_t len) {
  if (len < PAYLOAD_CHARACTERS || !is_base32(text + len - PAYLOAD_CHARACTERS, PAYLOAD_CHARACTERS)) return false;
  const char *end = text + len - PAYLOAD_CHARACTERS;
  size_t before = len - PAYLOAD_CHARACTERS;
  return before == 0 || end[-1] == '#' || (before >= 3 && memcmp(end - 3, "%23", 3) == 0);
}

/* A foreign code is kept in case there is no other: then the verdict says that it is foreign. */
static bool accept_text(void *context, const char *text, size_t len) {
  struct vd_picture_job *job = context;
  bool fits = has_shape(text, len);
  if (len >= sizeof job->text || (!fits && job->text_len > 0)) return false;
  memcpy(job->text, text, len);
  job->text_len = len;
  return fits;
}

void vd_picture_job_run(struct vd_picture_job *job) {
  struct vd_raster raster;
  struct vd_scan_result result;
  job->text_len = 0;
  enum vd_error error =
      vd_raster_read((const uint8_t *)job->picture.text, job->picture.len, &VD_RASTER_LIMITS_DEFAULT, &raster, NULL);
  if (error != VD_OK) {
    job->outcome = error == VD_MEMORY ? VD_PICTURE_FAULT : VD_PICTURE_UNREADABLE;
    return;
  }
  error = vd_scan(&raster, accept_text, job, &result, NULL);
  vd_raster_free(&raster);
  if (job->text_len > 0) job->outcome = VD_PICTURE_CODE;
  else job->outcome = error == VD_OK ? VD_PICTURE_NO_CODE : VD_PICTURE_FAULT;
}

void vd_picture_job_wipe(struct vd_picture_job *job) { explicit_bzero(job->text, sizeof job->text); }
