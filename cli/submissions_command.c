/* submissions_command.c: verifyctl submissions: an operator's private audit trail. */
#include <inttypes.h>
#include <stdio.h>

#include "base/context.h"
#include "base/hex.h"
#include "base/key_file.h"
#include "command.h"
#include "date.h"
#include "json/writer.h"
#include "ledger_choice.h"
#include "log_keys.h"
#include "options.h"
#include "submission_pages.h"

static void print_text(const struct vd_store_submission *line) {
  char time[CTL_DATE_SIZE], kid[17];
  ctl_date_format(time, line->time_s);
  vd_hex_encode(kid, line->kid, sizeof line->kid);
  (void)printf("%s  ", time);
  if (line->issuer[0] != '\0') (void)printf("%-24s ", line->issuer);
  (void)printf("%s  ", kid);
  if (line->is_erasure) {
    (void)printf("erased the record of entry %" PRIu64 "\n", line->first_index);
  } else {
    (void)printf("added %" PRIu64 " from entry %" PRIu64 ", %" PRIu64 " were there already\n", line->added,
                 line->first_index, line->unchanged);
  }
}

static void write_hex(struct vd_writer *writer, const char *name, const uint8_t *bytes, size_t len) {
  char digits[129];
  vd_hex_encode(digits, bytes, len);
  vd_writer_name(writer, name);
  vd_writer_string(writer, digits);
}

static void write_number(struct vd_writer *writer, const char *name, uint64_t number) {
  vd_writer_name(writer, name);
  vd_writer_number(writer, number);
}

static enum vd_error print_json(const struct vd_store_submission *line, struct vd_failure *failure) {
  struct vd_writer writer = {0};
  char time[CTL_DATE_SIZE];
  ctl_date_format(time, line->time_s);
  vd_writer_open(&writer, '{');
  vd_writer_name(&writer, "time");
  vd_writer_string(&writer, time);
  if (line->issuer[0] != '\0') {
    vd_writer_name(&writer, "issuer");
    vd_writer_string(&writer, line->issuer);
  }
  write_hex(&writer, "kid", line->kid, sizeof line->kid);
  vd_writer_name(&writer, "kind");
  vd_writer_string(&writer, line->is_erasure ? "erasure" : "submission");
  write_number(&writer, "first_index", line->first_index);
  write_number(&writer, "added", line->is_erasure ? 0 : line->added);
  write_number(&writer, "unchanged", line->unchanged);
  write_number(&writer, "erased", line->is_erasure ? line->added : 0);
  write_hex(&writer, "digest", line->digest, sizeof line->digest);
  write_hex(&writer, "signature", line->signature, sizeof line->signature);
  vd_writer_close(&writer, '}');
  enum vd_error error = writer.has_failed ? vd_fail(failure, VD_MEMORY, "no memory to print a submission") : VD_OK;
  if (error == VD_OK) (void)printf("%.*s\n", (int)writer.len, writer.text);
  vd_writer_free(&writer);
  return error;
}

static enum vd_error print_all(struct vd_store_reader *reader, bool json, struct vd_failure *failure) {
  struct vd_store_submission line;
  uint64_t number = 0;
  enum vd_error error = vd_store_get_submission(reader, number, &line, failure);
  for (; error == VD_OK; number++) {
    if (!json) print_text(&line);
    if (json) error = print_json(&line, failure);
    if (error == VD_OK) error = vd_store_get_submission(reader, number + 1, &line, failure);
  }
  if (error != VD_NOT_FOUND) return error;
  if (number == 0 && !json) (void)printf("nothing was handed in over the network yet\n");
  return VD_OK;
}

static enum vd_error list(const struct ctl_ledger_choice *choice, bool json, struct vd_failure *failure) {
  struct vd_store_options options = ctl_ledger_choice_options(choice, VD_STORE_READ);
  struct vd_store *store = NULL;
  struct vd_store_reader *reader = NULL;
  enum vd_error error = vd_store_open(&options, &store, failure);
  if (error == VD_OK) error = vd_store_reader_new(store, &reader, failure);
  if (error == VD_OK) error = vd_store_reader_begin(reader, failure);
  if (error == VD_OK) error = print_all(reader, json, failure);
  vd_store_reader_free(reader);
  vd_store_close(store);
  return error;
}

/* --- over the network --- */

struct network {
  const char *issuer_key, *passphrase_file, *url, *vkey;
  bool json;
  uint64_t lines;
};

static enum vd_error take_line(void *context, const struct vd_submission_list_line *line, struct vd_failure *failure) {
  struct network *network = context;
  network->lines++;
  if (network->json) return print_json(&line->submission, failure);
  print_text(&line->submission);
  return VD_OK;
}

static enum vd_error ask(struct frag_context *context, struct network *network, uint16_t realm, unsigned number,
                         const struct frag_key *key, struct vd_failure *failure) {
  const struct vd_client_options client_options = {.connections_per_host = 1};
  struct vd_remote_operator remote = {0};
  struct vd_client *client = NULL;
  struct frag_log_key log;
  enum vd_error error = ctl_log_keys_one(context, "vkey", network->vkey, &log, failure);
  if (error == VD_OK) error = vd_client_new(&client_options, &client, failure);
  if (error == VD_OK) error = vd_remote_operator_init(&remote, client, network->url, 1, failure);
  if (error == VD_OK) {
    const struct ctl_submission_pages pages = {.context = context, .remote = &remote, .log = &log, .realm = realm,
                                               .operator_number = number, .key = key};
    error = ctl_submission_pages_read(&pages, take_line, network, failure);
  }
  vd_client_free(client);
  if (error == VD_OK && network->lines == 0 && !network->json) (void)printf("nothing was handed in in this name yet\n");
  return error;
}

static enum vd_error list_network(struct network *network, uint16_t realm, unsigned number,
                                  struct vd_failure *failure) {
  struct frag_context *context = NULL;
  struct frag_key *signing_key = NULL;
  struct vd_key key = {0};
  if (network->issuer_key == NULL) {
    return vd_fail(failure, VD_USAGE,
                   "the ledger of operator %u is not on this machine; with --issuer-key it shows what was handed in in "
                   "that key's name, and only its operator has the whole list", number);
  }
  enum vd_error error = vd_context_new(&context, failure);
  if (error == VD_OK) {
    error = vd_key_load(context, network->issuer_key, VD_KEY_ISSUER, network->passphrase_file, &key, failure);
  }
  if (error == VD_OK) {
    frag_error made = frag_key_new(context, &signing_key, key.secret32);
    if (made != FRAG_OK) error = vd_fail_frag(failure, made, "%s", network->issuer_key);
  }
  if (error == VD_OK) error = ask(context, network, realm, number, signing_key, failure);
  frag_key_free(signing_key);
  vd_key_wipe(&key);
  frag_context_free(context);
  return error;
}

/* An operator that no configuration names. */
static enum vd_error take_numbers(const struct ctl_ledger_choice *choice, const struct network *network,
                                  uint64_t *realm, uint64_t *number, struct vd_failure *failure) {
  if (choice->config != NULL || choice->store != NULL) {
    return vd_fail(failure, VD_USAGE, "--url goes with --vkey, --realm and --operator; leave out --config and --store");
  }
  if (network->vkey == NULL || choice->realm_text == NULL || choice->number_text == NULL) {
    return vd_fail(failure, VD_USAGE, "--url needs --vkey, --realm and --operator; or give --config with --operator");
  }
  enum vd_error error = ctl_option_number("realm", choice->realm_text, 0, UINT16_MAX, realm, failure);
  if (error != VD_OK) return error;
  return ctl_option_number("operator", choice->number_text, 1, VD_OPERATORS_MAX, number, failure);
}

static enum vd_error choose(struct ctl_ledger_choice *choice, struct network *network, struct vd_failure *failure) {
  uint64_t realm = 0, number = 0;
  enum vd_error error = VD_OK;
  if (network->url != NULL) {
    error = take_numbers(choice, network, &realm, &number, failure);
    return error == VD_OK ? list_network(network, (uint16_t)realm, (unsigned)number, failure) : error;
  }
  if (network->vkey != NULL) return vd_fail(failure, VD_USAGE, "--vkey goes with --url");
  error = ctl_ledger_choice_make(choice, failure);
  if (error != VD_OK) return error;
  if (choice->path[0] != '\0') return list(choice, network->json, failure);
  network->url = choice->url;
  network->vkey = choice->vkey;
  return list_network(network, choice->realm, choice->number, failure);
}

enum vd_error ctl_submissions(int argc, char **argv, int *status, struct vd_failure *failure) {
  struct ctl_ledger_choice choice = {0};
  struct network network = {0};
  bool help = false;
  int first = 0;
  const struct ctl_option options[] = {
    CTL_OPTIONAL("store", "DIR", &choice.store, "the ledger's folder, for its operator"),
    CTL_LEDGER_CHOICE_OPTIONS(&choice),
    CTL_OPTIONAL("issuer-key", "FILE", &network.issuer_key,
                 "over the network: the key in whose issuer's name it was\nhanded in; a registrar's sees everything"),
    CTL_OPTIONAL("passphrase-file", "FILE", &network.passphrase_file,
                 "its passphrase; asked for if missing and needed"),
    CTL_OPTIONAL("url", "URL", &network.url, "an operator over the network that no --config names"),
    CTL_OPTIONAL("vkey", "VKEY", &network.vkey, "with --url: the verifier key of its log"),
    CTL_FLAG("json", &network.json, "print one line of JSON for each, with the signed digest"),
  };
  const struct ctl_usage usage = {
    .command = "submissions", .options = options, .options_count = sizeof options / sizeof *options,
    .about = "Lists who handed what in to an operator over the network. It names no document.\n"
             "An operator, who may be running, sees everything in its ledger's private audit trail:\n"
             "  verifyctl submissions --config verifyd.conf\n"
             "An issuer asks over the network what was accepted in its name, to notice a stolen key:\n"
             "  verifyctl submissions --config portal.conf --operator 2 --issuer-key issuer.key",
  };
  *status = 0;
  enum vd_error error = ctl_options_parse(&usage, argc, argv, &first, &help, failure);
  return error != VD_OK || help ? error : choose(&choice, &network, failure);
}
