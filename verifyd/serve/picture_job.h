/* picture_job.h: the QR text on a picture that somebody sent. The one thing that is done off the loop. */
#ifndef VD_SERVE_PICTURE_JOB_H
#define VD_SERVE_PICTURE_JOB_H

#include "json/request.h"
#include "serve/buffer.h"

enum vd_picture_outcome {
  VD_PICTURE_CODE,       /* text holds a code: the first that can be one of this service, else the first of any kind */
  VD_PICTURE_NO_CODE,    /* it was read, and no QR code was found */
  VD_PICTURE_UNREADABLE, /* not a PNG or JPEG, damaged, or too large */
  VD_PICTURE_FAULT       /* no memory */
};

struct vd_picture_job {
  struct vd_span picture; /* PNG or JPEG; secret; stays in place until the job is over */
  enum vd_picture_outcome outcome;
  size_t text_len;
  char text[VD_REQUEST_QR_SIZE]; /* secret: vd_picture_job_wipe */
};

/* Reads the picture; takes up to a second. Any thread; touches nothing but *job and its picture. */
void vd_picture_job_run(struct vd_picture_job *job);

void vd_picture_job_wipe(struct vd_picture_job *job);

#endif
