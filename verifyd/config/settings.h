/* settings.h: verifyd.conf, read by verifyd and by verifyctl.
 *
 * The form is libconfig's: `key = value;`, `{ }` groups, `[ ]` arrays of plain values, `( )` lists of groups,
 * comments with # or //. A whole file:
 *
 *   realm = 1;                                # required: names the trust root, 0..65535
 *   threshold = 2;                            # required: t, fragments needed, 1..number of operators
 *   listen = "127.0.0.1:8080";                # public port; "[::1]:8080" for IPv6; port 0 takes a free one
 *   operations = "127.0.0.1:9090";            # health, metrics: 127.x.x.x only
 *   web_root = "web";                         # folder of the bundled page
 *   trust = {                                 # required
 *     file = "trust.list";
 *     roots = [ "3bf0…64 hex digits…" ];      # pinned roots, 1..16
 *     threshold = 1;                          # how many of them must have signed
 *   };
 *   operators = (                             # required: 1..15, numbers 1..m without gaps, in that order
 *     { number = 1; name = "Ministry"; store = "ledger-1"; },
 *     { number = 2; name = "University"; store = "ledger-2"; },
 *     { number = 3; name = "Archive"; store = "ledger-3"; }
 *   );
 *   profiles = [ "degree.conf" ];             # labels for the page; up to 32
 *   workers = 0;                              # event loops; 0 = one for each core
 *   limits = { connections = 4096; header_bytes = 8192; header_ms = 5000; body_ms = 20000; idle_ms = 30000;
 *              write_ms = 20000; body_bytes = 65536; picture_bytes = 10485760; pictures_waiting = 32; };
 *
 * Everything not marked required has the default shown, except web_root and profiles, which are empty.
 * Relative paths are relative to the folder of the file. Unknown keys are refused.
 * Nothing here is secret. Settings are read-only once loaded and may be shared by threads. */
#ifndef VD_SETTINGS_H
#define VD_SETTINGS_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "config/profile.h"

#define VD_PATH_SIZE 1024
#define VD_OPERATORS_MAX 15
#define VD_OPERATOR_NAME_SIZE 129
#define VD_ROOTS_MAX 16

struct vd_endpoint {
  char host[48]; /* a numeric IPv4 or IPv6 address, without brackets */
  uint16_t port; /* 0: any free port */
};

struct vd_trust_settings {
  char file[VD_PATH_SIZE];
  size_t roots_count; /* 1..VD_ROOTS_MAX, all different */
  uint8_t roots[VD_ROOTS_MAX][32];
  unsigned threshold; /* 1..roots_count */
};

struct vd_operator_settings {
  unsigned number; /* items[i].number == i + 1 */
  char name[VD_OPERATOR_NAME_SIZE];
  char store[VD_PATH_SIZE];
};

struct vd_limits {
  unsigned connections;      /* open connections of one process; more are closed at once */
  unsigned header_bytes;     /* request line and headers */
  unsigned header_ms;        /* absolute time from the first byte (or connection) to the end of the headers */
  unsigned body_ms;          /* absolute time from there to the end of the body */
  unsigned idle_ms;          /* kept-alive connection without a request */
  unsigned write_ms;         /* absolute time for an answer to be taken */
  unsigned body_bytes;       /* body of a JSON or form request */
  unsigned picture_bytes;    /* body of a request that carries a picture */
  unsigned pictures_waiting; /* pictures queued or being decoded; more are told to come back */
};

struct vd_settings {
  uint16_t realm;
  unsigned threshold;
  struct vd_endpoint listen;
  struct vd_endpoint operations;
  char web_root[VD_PATH_SIZE]; /* "" when not configured */
  struct vd_trust_settings trust;
  size_t operators_count;
  struct vd_operator_settings operators[VD_OPERATORS_MAX];
  size_t profiles_count;
  char profiles[VD_PROFILES_MAX][VD_PATH_SIZE];
  unsigned workers; /* as configured: 0 = one for each core */
  struct vd_limits limits;
};

/* Reads and checks the file; paths in the result are ready to open. Does not open what they name.
 * path: at most 1 MiB. settings: filled on success, of unspecified content otherwise; about 60 KiB.
 * failure: told "file:line: what, remedy".
 * VD_NO_INPUT (missing, unreadable), VD_CONFIG (syntax, unknown key, value out of range), VD_MEMORY. */
VD_MUST_CHECK enum vd_error vd_settings_read(const char *path, struct vd_settings *settings,
                                             struct vd_failure *failure);

/* The same from text of len bytes; path stands for the file in error texts and gives the folder. */
VD_MUST_CHECK enum vd_error vd_settings_parse(const char *text, size_t len, const char *path,
                                              struct vd_settings *settings, struct vd_failure *failure);

/* The profiles that the settings name; see vd_profiles_read. The caller releases them with vd_profiles_free. */
VD_MUST_CHECK enum vd_error vd_settings_profiles(const struct vd_settings *settings, struct vd_profiles *profiles,
                                                 struct vd_failure *failure);

#endif
