/* submissions_command.c: verifyctl submissions: an operator's private audit trail. */
#include <inttypes.h>
#include <stdio.h>

#include "base/hex.h"
#include "command.h"
#include "date.h"
#include "json/writer.h"
#include "ledger_choice.h"
#include "options.h"

static void print_text(const struct vd_store_submission *line) {
  char time[CTL_DATE_SIZE], kid[17];
  ctl_date_format(time, line->time_s);
  vd_hex_encode(kid, line->kid, sizeof line->kid);
  (void)printf("%s  %-24s %s  ", time, line->issuer, kid);
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
  vd_writer_name(&writer, "issuer");
  vd_writer_string(&writer, line->issuer);
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

enum vd_error ctl_submissions(int argc, char **argv, int *status, struct vd_failure *failure) {
  struct ctl_ledger_choice choice = {0};
  bool json = false, help = false;
  int first = 0;
  const struct ctl_option options[] = {
    CTL_OPTIONAL("store", "DIR", &choice.store, "the ledger's folder"),
    CTL_LEDGER_CHOICE_OPTIONS(&choice),
    CTL_FLAG("json", &json, "print one line of JSON for each, with the signed digest"),
  };
  const struct ctl_usage usage = {
    .command = "submissions", .options = options, .options_count = sizeof options / sizeof *options,
    .about = "Lists who handed what in to the operator of a ledger over the network: the operator's private audit\n"
             "trail. It names no document. The operator may be running.",
  };
  *status = 0;
  enum vd_error error = ctl_options_parse(&usage, argc, argv, &first, &help, failure);
  if (error != VD_OK || help) return error;
  error = ctl_ledger_choice_make(&choice, failure);
  if (error == VD_OK && choice.path[0] == '\0') {
    error = vd_fail(failure, VD_USAGE,
                    "the ledger of operator %u is not on this machine; only its operator has this list",
                    choice.number);
  }
  return error == VD_OK ? list(&choice, json, failure) : error;
}
