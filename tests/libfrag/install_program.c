/* The least that a user of an installed libfrag would write: it reads the code of the known answer. */
#include <stdio.h>
#include <string.h>

#include <frag/open.h>

int main(void) {
  static const char text[] =
      "https://verify.gov.kh/"
      "#AEAACIKP555NPSAC23MCVNRFI5ZDMC7E5KWTV6OGKWDSPBOUF3LRZSAVLFKNOTYQDECOU4U4WKMEFX5CAED3SQPO";
  const uint8_t seed32[32] = {1};
  struct frag_context *context;
  struct frag_qr qr;
  if (frag_context_new(&context, seed32) != FRAG_OK) return 1;
  frag_error error = frag_qr_decode(context, &qr, text, strlen(text));
  printf("%s %s\n", frag_error_name(error), frag_verdict_name(frag_error_verdict(error)));
  frag_qr_wipe(&qr);
  frag_context_free(context);
  return 0;
}
