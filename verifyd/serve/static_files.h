/* static_files.h: the files of the page, read into memory when the service starts and compressed once.
 * Nothing is read from the disk for a request, so a request cannot name a file that is not there.
 * Read-only once loaded: may be shared by threads. Nothing here is secret. */
#ifndef VD_SERVE_STATIC_FILES_H
#define VD_SERVE_STATIC_FILES_H

#include "base/failure.h"
#include "serve/buffer.h"

#define VD_STATIC_FILES_MAX 1000
#define VD_STATIC_FILE_MAX ((size_t)16 << 20)   /* bytes of one */
#define VD_STATIC_TOTAL_MAX ((size_t)128 << 20) /* bytes of all */
#define VD_ETAG_SIZE 36                         /* quotes, 32 hex digits of SHA-256, and a mark when compressed */

/* One form of a file: as it is, or compressed with gzip. */
struct vd_static_form {
  void *bytes; /* NULL: there is no such form */
  size_t len;
  char etag[VD_ETAG_SIZE]; /* a strong entity tag, with its quotes */
};

struct vd_static_file {
  char *path; /* "/fonts/a.woff2" */
  const char *media_type;
  const char *cache_control;
  struct vd_static_form plain;
  struct vd_static_form gzip; /* only when it is shorter by a tenth */
};

struct vd_static_files {
  size_t count;
  struct vd_static_file *items; /* by path */
};

/* Reads every file under `root`. Names that begin with a dot and the templates "answer.*" are left out.
 * Out: *files, owned by the caller, to be given to vd_static_files_free; empty on error.
 * Errors: VD_NO_INPUT (the folder or a file cannot be read), VD_CONFIG (a symbolic link or something else that is not
 * a file or folder; no index.html), VD_FULL (too many or too large), VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_static_files_load(const char *root, struct vd_static_files *files,
                                                 struct vd_failure *failure);
void vd_static_files_free(struct vd_static_files *files);

/* The file at a path; "/" is index.html. NULL when there is none. */
const struct vd_static_file *vd_static_files_find(const struct vd_static_files *files, struct vd_span path);

#endif
