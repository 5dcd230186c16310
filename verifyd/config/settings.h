/* settings.h: verifyd.conf, read by verifyd and by verifyctl.
 *
 * The form is libconfig's: `key = value;`, `{ }` groups, `[ ]` arrays of plain values, `( )` lists of groups,
 * comments with # or //. A whole file:
 *
 *   realm = 1;                                # required: names the trust root, 0..65535
 *   threshold = 2;                            # required with operators: t, fragments needed, 1..number of operators
 *   listen = "127.0.0.1:8080";                # public port; "[::1]:8080" for IPv6; port 0 takes a free one
 *   operations = "127.0.0.1:9090";            # health, metrics: 127.x.x.x only
 *   web_root = "web";                         # folder of the bundled page
 *   trust = {                                 # required, unless it is only a witness
 *     file = "trust.list";
 *     roots = [ "3bf0…64 hex digits…" ];      # pinned roots, 1..16
 *     threshold = 1;                          # how many of them must have signed
 *   };
 *   operators = (                             # who is asked: 1..15, numbers 1..m without gaps, in that order
 *     { number = 1; name = "Ministry"; store = "ledger-1"; },          # a ledger on this machine
 *     { number = 2; name = "University"; url = "https://ledger.uni.example/log/2";  # one over the network, with the
 *       vkey = "ledger.uni.example/log/2+1b2c3d4e+AY…"; },                          # key of its log
 *     { number = 3; name = "Archive"; store = "ledger-3"; }
 *   );
 *   operator = {                              # makes this process the operator of a ledger: it writes it, serves its
 *     number = 3; name = "Archive";           # log and takes submissions
 *     store = "ledger-3";                     # required; one that is named above too is the same
 *     origin = "ledger.archive.example/log/3";  # required: its URL without the scheme; can never be changed
 *     key = "log.key";                        # required: of verifyctl keygen --kind log, without a passphrase
 *     items_per_day = 0;                      # quota of each issuer; 0: none
 *     checkpoint_s = 60;                      # the checkpoint is signed again when it is that old, 1..86400
 *     witnesses = ( { url = "https://witness.example"; vkey = "witness.example+…"; } );  # who cosign it; up to 8
 *   };
 *   witness = {                               # makes this process cosign other logs (POST /add-checkpoint)
 *     key = "witness.key";                    # required: of verifyctl keygen --kind log
 *     logs = [ "other.example/log/1+…" ];     # their verifier keys; those of the operators above are witnessed anyway
 *   };
 *   memory = "seen";                          # folder for the last checkpoints seen of others; required with witness
 *   trust_reload_s = 5;                       # how often the trust file is looked at for a newer list, 1..3600
 *   status_max_age_s = 0;                     # answers about a document's status that are older than that leave the
 *                                             # verdict open; 0: no limit, at most 31536000
 *   profiles = [ "degree.conf" ];             # labels for the page; up to 32
 *   workers = 0;                              # event loops; 0 = one for each core
 *   limits = { connections = 4096; header_bytes = 8192; header_ms = 5000; body_ms = 20000; idle_ms = 30000;
 *              write_ms = 20000; body_bytes = 65536; picture_bytes = 10485760; pictures_waiting = 32;
 *              operator_ms = 2000; submissions_waiting = 16; };
 *
 * There must be operators, operator or witness, or several of them. Everything not marked required has the default
 * shown, except web_root, profiles and memory, which are empty.
 * Relative paths are relative to the folder of the file. Unknown keys are refused.
 * Nothing here is secret. Settings are read-only once loaded and may be shared by threads. */
#ifndef VD_SETTINGS_H
#define VD_SETTINGS_H

#include <stddef.h>
#include <stdint.h>

#include <frag/log.h>

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
  size_t roots_count; /* 1..VD_ROOTS_MAX, all different; 0: not configured */
  uint8_t roots[VD_ROOTS_MAX][32];
  unsigned threshold; /* 1..roots_count */
};

#define VD_URL_SIZE 256 /* bytes with the NUL; without a slash at the end */
#define VD_WITNESSES_MAX 8
#define VD_WITNESSED_MAX 32

struct vd_operator_settings {
  unsigned number; /* items[i].number == i + 1 */
  char name[VD_OPERATOR_NAME_SIZE];
  char store[VD_PATH_SIZE];  /* "" when it is over the network */
  char url[VD_URL_SIZE];     /* "" when it is on this machine; http or https */
  char vkey[FRAG_VKEY_MAX];  /* of its log, with url; form not checked here */
};

struct vd_log_settings {
  char url[VD_URL_SIZE];
  char vkey[FRAG_VKEY_MAX];
};

/* The ledger that this process is the operator of. */
struct vd_own_operator_settings {
  unsigned number; /* 1..VD_OPERATORS_MAX; 0: this process is none */
  char name[VD_OPERATOR_NAME_SIZE];
  char store[VD_PATH_SIZE];
  char origin[FRAG_VKEY_NAME_MAX + 1];
  char key[VD_PATH_SIZE];
  unsigned items_per_day; /* 0: no quota */
  unsigned checkpoint_s;
  size_t witnesses_count;
  struct vd_log_settings witnesses[VD_WITNESSES_MAX];
};

struct vd_witness_settings {
  char key[VD_PATH_SIZE]; /* "" when this process is no witness */
  size_t logs_count;
  char logs[VD_WITNESSED_MAX][FRAG_VKEY_MAX];
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
  unsigned operator_ms;      /* absolute time for an operator over the network to answer a question */
  unsigned submissions_waiting; /* submissions queued or being written; more are told to come back */
};

struct vd_settings {
  uint16_t realm;
  unsigned threshold;
  struct vd_endpoint listen;
  struct vd_endpoint operations;
  char web_root[VD_PATH_SIZE]; /* "" when not configured */
  struct vd_trust_settings trust;
  size_t operators_count; /* 0: this process verifies nothing */
  struct vd_operator_settings operators[VD_OPERATORS_MAX];
  struct vd_own_operator_settings own_operator;
  struct vd_witness_settings witness;
  char memory[VD_PATH_SIZE]; /* "" when not configured */
  unsigned trust_reload_s;
  unsigned status_max_age_s; /* 0: no limit */
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
