/* qr_command.c: verifyctl qr: the QR code of a picture, in the terminal. */
#include <stdio.h>

#include "base/crypto.h"
#include "command.h"
#include "base/context.h"
#include "input.h"
#include "options.h"
#include "picture/qr_terminal.h"

static enum vd_error print(const char *text, size_t len, struct vd_failure *failure) {
  struct vd_qr qr;
  struct vd_output output = {0};
  enum vd_error error = vd_qr_encode(text, len, VD_QR_LEVEL_M, &qr, failure);
  if (error == VD_OK) error = vd_qr_terminal_write(&qr, &output, failure);
  if (error == VD_OK) (void)printf("%.*s%s\n", (int)output.len, (const char *)output.bytes, text);
  vd_qr_wipe(&qr);
  vd_output_free(&output);
  return error;
}

static enum vd_error show(struct frag_context *context, const char *path, struct vd_failure *failure) {
  struct ctl_input input;
  char text[CTL_INPUT_TEXT_SIZE];
  bool found = false;
  size_t len = 0;
  enum vd_error error = ctl_input_open(path, 1, &input, failure);
  if (error == VD_OK && !input.picture) {
    error = vd_fail(failure, VD_DATA, "%s is not a PNG or JPEG picture", input.literal ? "the operand" : path);
  }
  if (error == VD_OK) error = ctl_input_next(context, &input, &found, text, &len, failure);
  if (error == VD_OK) error = print(text, len, failure);
  vd_wipe(text, sizeof text);
  ctl_input_free(&input);
  return error;
}

enum vd_error ctl_qr(int argc, char **argv, int *status, struct vd_failure *failure) {
  const struct ctl_usage usage = {
    .command = "qr", .operands = "PICTURE",
    .about = "Shows the QR code of a picture (PNG, JPEG; - is standard input) in the terminal, with its text, to\n"
             "be scanned from the screen. Whoever sees it can read the document.",
  };
  struct frag_context *context = NULL;
  int first = 0;
  bool help = false;
  *status = 0;
  enum vd_error error = ctl_options_parse(&usage, argc, argv, &first, &help, failure);
  if (error != VD_OK || help) return error;
  if (argc - first != 1) return vd_fail(failure, VD_USAGE, "give one picture; see verifyctl qr --help");
  error = vd_context_new(&context, failure);
  if (error == VD_OK) error = show(context, argv[first], failure);
  frag_context_free(context);
  return error;
}
