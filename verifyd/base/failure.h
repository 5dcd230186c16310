/* failure.h: the errors of the programs (verifyd and verifyctl), with a text that says what, where and
 * what to do. The errors of libfrag are in <frag/error.h>; vd_fail_frag carries one over. */
#ifndef VD_FAILURE_H
#define VD_FAILURE_H

#include <frag/error.h>

#define VD_MUST_CHECK __attribute__((warn_unused_result))

/* name, exit code (sysexits.h), meaning */
#define VD_ERROR_LIST(X) \
  X(VD_OK, 0, "success") \
  X(VD_USAGE, 64, "the command line is wrong") \
  X(VD_DATA, 65, "the input was read and is not acceptable") \
  X(VD_NO_INPUT, 66, "an input file is missing or cannot be read") \
  X(VD_NOT_FOUND, 67, "a name that was asked for is not there") \
  X(VD_UNAVAILABLE, 69, "a service or operator cannot be reached") \
  X(VD_INTERNAL, 70, "a fault of this program or of a library under it") \
  X(VD_MEMORY, 71, "out of memory") \
  X(VD_CONFLICT, 73, "something else is stored there already") \
  X(VD_IO, 74, "reading or writing failed") \
  X(VD_FULL, 75, "a limit, the disk or the database is full") \
  X(VD_KEY, 77, "a key or passphrase is wrong or not permitted") \
  X(VD_CONFIG, 78, "a configuration file is wrong")

enum vd_error {
#define VD_ERROR_ENUM(name, exit_code, meaning) name = exit_code,
  VD_ERROR_LIST(VD_ERROR_ENUM)
#undef VD_ERROR_ENUM
};

/* The text never holds a secret: no QR text, key, passphrase or attribute value. */
struct vd_failure {
  enum vd_error code;
  char text[512];
};

/* Fills *failure (which may be NULL) and returns code, so that a caller can write `return vd_fail(…)`.
 * A text too long for the buffer is cut at a UTF-8 boundary. */
enum vd_error vd_fail(struct vd_failure *failure, enum vd_error code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for an error of libfrag: appends its meaning to the text and chooses the code by its group.
 * error must not be FRAG_OK. */
enum vd_error vd_fail_frag(struct vd_failure *failure, frag_error error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The process exit code for an error, and its one-line meaning; neither ever fails. */
int vd_exit_code(enum vd_error error);
const char *vd_error_meaning(enum vd_error error);

#endif
