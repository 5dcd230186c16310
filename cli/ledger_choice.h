/* ledger_choice.h: which operator's ledger a command is about: a folder on this machine with --realm and --operator, or
 * one of those that a configuration names. One thread. */
#ifndef CTL_LEDGER_CHOICE_H
#define CTL_LEDGER_CHOICE_H

#include "base/failure.h"
#include "config/settings.h"
#include "ledger/store.h"

struct ctl_ledger_choice {
  /* As given on the command line; NULL when not. */
  const char *store, *config, *realm_text, *number_text, *log_key;

  /* What that means. */
  uint16_t realm;
  unsigned number;
  char path[VD_PATH_SIZE];  /* "" when it is over the network */
  char url[VD_URL_SIZE];    /* "" when it is on this machine */
  char vkey[FRAG_VKEY_MAX]; /* "" when nobody has said it */
  char key[VD_PATH_SIZE];   /* file of its log's key; "" when that is in the ledger's folder */
};

/* Fills in the rest. A ledger that the configuration makes this machine the operator of goes before one of the same
 * number that it asks. VD_USAGE (too little or too much was given), VD_MEMORY, the errors of vd_settings_read. */
VD_MUST_CHECK enum vd_error ctl_ledger_choice_make(struct ctl_ledger_choice *choice, struct vd_failure *failure);

/* The options to open it with; views into the choice, whose ledger is on this machine (asserted). */
struct vd_store_options ctl_ledger_choice_options(const struct ctl_ledger_choice *choice,
                                                  enum vd_store_access access);

/* The same ledgers in every command's table of options. */
#define CTL_LEDGER_CHOICE_OPTIONS(choice) \
  CTL_OPTIONAL("realm", "N", &(choice)->realm_text, "without --config: the ledger's realm"), \
  CTL_OPTIONAL("operator", "N", &(choice)->number_text, "the number of the ledger's operator"), \
  CTL_OPTIONAL("config", "FILE", &(choice)->config, "verifyd.conf: names realm and ledgers")

#endif
