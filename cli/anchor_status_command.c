/* anchor_status_command.c: verifyctl anchor status. */
#include <stdio.h>
#include <stdlib.h>

#include "anchor_command.h"
#include "anchor_status.h"
#include "ledger/tlog.h"
#include "options.h"

/* How long the log is; false: that cannot be told now, and is not what was asked for. */
static bool read_size(const struct vd_settings *settings, uint64_t *size) {
  const struct vd_own_operator_settings *own = &settings->own_operator;
  struct vd_store_options options = {.path = own->store, .access = VD_STORE_READ, .realm = settings->realm,
                                     .operator_number = own->number};
  struct vd_store *store = NULL;
  struct vd_store_reader *reader = NULL;
  enum vd_error error = vd_store_open(&options, &store, NULL);
  if (error == VD_OK) error = vd_store_reader_new(store, &reader, NULL);
  if (error == VD_OK) error = vd_store_reader_begin(reader, NULL);
  if (error == VD_OK) error = vd_tlog_size(reader, size, NULL);
  vd_store_reader_free(reader);
  vd_store_close(store);
  return error == VD_OK;
}

/* An outbox that is damaged says nothing about the other chains. */
static enum vd_error keep_unreadable(struct ctl_anchor_shown *shown, enum vd_error error, struct vd_failure *failure) {
  if (failure == NULL || (error != VD_DATA && error != VD_IO)) return error;
  vd_outbox_close(shown->outbox);
  shown->outbox = NULL;
  shown->unreadable = *failure;
  return VD_OK;
}

static enum vd_error show(struct ctl_anchor_shown *shown, const struct vd_settings *settings, size_t i,
                          struct vd_writer *writer, struct vd_failure *failure) {
  shown->anchor = &settings->own_operator.anchors[i];
  shown->chain = &settings->chains[shown->anchor->chain];
  enum vd_error error = ctl_anchor_open(settings, i, &shown->outbox, failure);
  if (error == VD_OK) error = ctl_anchor_figures_read(shown->outbox, &shown->figures, failure);
  error = keep_unreadable(shown, error, failure);
  if (error == VD_OK || error == VD_NO_INPUT)
    error = writer != NULL ? ctl_anchor_status_write(shown, writer, failure) : ctl_anchor_status_print(shown, failure);
  vd_outbox_close(shown->outbox);
  shown->outbox = NULL;
  return error;
}

static enum vd_error show_all(const struct vd_settings *settings, const char *config, struct vd_writer *writer,
                              int *status, struct vd_failure *failure) {
  struct ctl_anchor_shown *shown = calloc(1, sizeof *shown);
  enum vd_error error = VD_OK;
  if (shown == NULL) return vd_fail(failure, VD_MEMORY, "no memory to begin");
  shown->config = config;
  shown->has_log = read_size(settings, &shown->log_size);
  if (writer != NULL) vd_writer_open(writer, '[');
  for (size_t i = 0; i < settings->own_operator.anchors_count && error == VD_OK; i++) {
    shown->figures = (struct ctl_anchor_figures){0};
    shown->unreadable = (struct vd_failure){.code = VD_OK};
    error = show(shown, settings, i, writer, failure);
    if (shown->figures.halted_why[0] != '\0' || shown->unreadable.code != VD_OK) *status = 1;
  }
  if (writer != NULL) vd_writer_close(writer, ']');
  if (writer == NULL && error == VD_OK)
    (void)printf("An entry is a document, a statement about one, or a trust list; each is counted with the first\n"
                 "anchor that covers it. Transactions that were replaced cost nothing. Whether the account can pay now,\n"
                 "the nodes answer and fees are low enough: /readyz and the log of verifyd.\n");
  free(shown);
  return error;
}

enum vd_error ctl_anchor_status(int argc, char **argv, int *status, struct vd_failure *failure) {
  const char *config = NULL;
  bool json = false, help = false;
  int first = 0;
  const struct ctl_option options[] = {
    CTL_REQUIRED("config", "FILE", &config, "the operator's verifyd.conf"),
    CTL_FLAG("json", &json, "print JSON: an array with an object for each chain"),
  };
  const struct ctl_usage usage = {
    .command = "anchor status", .options = options, .options_count = sizeof options / sizeof *options,
    .about = "Shows for each chain what was anchored, what is under way, and what it costs. verifyd may be running;\n"
             "no node is asked: this is what is in the outbox.\n"
             "Exit code: 0, or 1 when anchoring on a chain is halted or its outbox cannot be read.",
  };
  enum vd_error error = ctl_options_parse(&usage, argc, argv, &first, &help, failure);
  if (error != VD_OK || help) return error;
  struct vd_settings *settings = NULL;
  struct vd_writer writer = {0};
  error = ctl_anchor_settings(config, &settings, failure);
  if (error == VD_OK) error = show_all(settings, config, json ? &writer : NULL, status, failure);
  if (error == VD_OK && writer.has_failed) error = vd_fail(failure, VD_MEMORY, "no memory to print the status");
  if (error == VD_OK && json) (void)printf("%.*s\n", (int)writer.len, writer.text);
  vd_writer_free(&writer);
  free(settings);
  return error;
}
