/* status_clerk.h: everything that a command about statements owns: configuration, keys, trust list, operators and
 * queue. One thread. */
#ifndef CTL_STATUS_CLERK_H
#define CTL_STATUS_CLERK_H

#include "base/key_file.h"
#include "status_send.h"

/* As given on the command line; NULL when not. */
struct ctl_status_given {
  const char *config, *issuer, *issuer_key, *status_key, *passphrase_file, *queue;
  const struct vd_key *opened_issuer_key, *opened_status_key; /* unless NULL, what is in those files; copied; secret */
};

/* Begin with ctl_status_clerk_new; end with ctl_status_clerk_free, which allows NULL. Secret. */
struct ctl_status_clerk {
  const char *command; /* for what goes to standard error */
  struct vd_settings settings;
  struct frag_context *context;
  struct frag_trust *trust;
  struct vd_key issuer_key, status_key;
  struct frag_key *signing_key; /* NULL without an issuer key */
  struct ctl_operators operators;
  struct ctl_status_asker asker;
  struct ctl_status_queue queue;
  struct ctl_status_sender sender;
  enum vd_error error_of; /* of an operator; VD_OK: none has failed */
};

struct ctl_status_clerk *ctl_status_clerk_new(const char *command);
void ctl_status_clerk_free(struct ctl_status_clerk *clerk);

/* Reads the configuration, then those keys that are given, and the trust list; the key must be able to speak for
 * `issuer` (unless NULL) now, being that issuer's or a registrar's, and that must be an issuer of the list.
 * VD_KEY, VD_USAGE (no such issuer), VD_CONFIG, VD_DATA, VD_NO_INPUT, VD_IO, VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_status_clerk_load(struct ctl_status_clerk *clerk, const struct ctl_status_given *given,
                                                  struct vd_failure *failure);

/* Opens the queue, by default the folder "statements" beside the status key, and the operators. The errors of
 * ctl_status_queue_open and ctl_operators_begin. */
VD_MUST_CHECK enum vd_error ctl_status_clerk_open(struct ctl_status_clerk *clerk, const struct ctl_status_given *given,
                                                  bool create, enum vd_store_access access,
                                                  struct vd_failure *failure);

/* Statements about documents whose plan is to send, with the reason of each: seals them, adds them to the queue behind
 * copies that fill gaps, and sends all that waits. Out: gaps is emptied. The errors of ctl_status_queue_add and
 * ctl_status_send_all. */
VD_MUST_CHECK enum vd_error ctl_status_clerk_state(struct ctl_status_clerk *clerk, const char *issuer, const char *type,
                                                   uint8_t kind, const struct ctl_status_document *documents,
                                                   size_t count, struct ctl_status_batch *gaps,
                                                   struct vd_failure *failure);

/* Says on standard error what waits, and what to do; the exit code that this comes to. It is not 0 either when a
 * statement was given up and nothing waits. */
int ctl_status_clerk_say_waiting(const struct ctl_status_clerk *clerk);

#endif
