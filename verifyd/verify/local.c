#include "verify/local.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "verify/state.h"

/* What was looked up is told by proofs and views too. Only what was written is wiped: an item has room for 2 KiB. */
static void forget(struct vd_lookup_answer *answer) {
  for (size_t at = 0; at < answer->count; at++) {
    struct vd_lookup_item *item = &answer->items[at];
    vd_wipe(item->inclusion.hashes, item->inclusion.count * sizeof *item->inclusion.hashes);
    vd_wipe(item, offsetof(struct vd_lookup_item, inclusion.hashes));
  }
  answer->count = 0;
}

/* Puts the operator's answer into the verifier's scratch, from the snapshot. */
static bool look_up(struct vd_verification *verification, unsigned k, struct vd_log_base *base) {
  struct vd_verifier *verifier = verification->verifier;
  struct vd_lookup_request request;
  bool is_asked = vd_verification_question(verification, k, &request, base);
  assert(is_asked);
  bool is_there = is_asked && vd_lookup_local(verifier->readers[k], &request, &verifier->answer, NULL) == VD_OK;
  vd_wipe(&request, sizeof request);
  if (!is_there) verifier->answer.count = 0;
  return is_there;
}

/* Only a fragment record is kept beyond the call. */
static bool copy_record(struct vd_verification *verification, unsigned k) {
  struct vd_lookup_item *item = &verification->verifier->answer.items[0];
  if (verification->wanted != VD_WANTED_FRAGMENTS || item->presence != VD_STORE_PRESENT) return true;
  uint8_t *copy = malloc(item->len);
  if (copy == NULL) return false;
  memcpy(copy, item->bytes, item->len);
  item->bytes = copy;
  verification->copies[k] = copy;
  verification->copy_len[k] = item->len;
  return true;
}

static void note_news(struct vd_local_news *news, const struct vd_log_base *base,
                      const struct vd_lookup_answer *answer) {
  assert(answer->checkpoint_len <= sizeof news->note);
  news->is_news = true;
  news->base = *base;
  news->note_len = answer->checkpoint_len;
  memcpy(news->note, answer->checkpoint, answer->checkpoint_len);
}

enum vd_wanted vd_local_ask(struct vd_verification *verification, unsigned k, struct vd_local_news *news) {
  struct vd_verifier *verifier = verification->verifier;
  struct vd_store_reader *reader = verifier->readers[k];
  struct vd_log_base base;
  bool is_news = false;
  if (news != NULL) news->is_news = false;
  if (reader == NULL || vd_store_reader_begin(reader, NULL) != VD_OK)
    return vd_verification_unreachable(verification, k);
  bool is_there = look_up(verification, k, &base) && copy_record(verification, k);
  enum vd_wanted wanted = is_there ? vd_verification_answer(verification, k, &base, &verifier->answer, &is_news)
                                   : vd_verification_unreachable(verification, k);
  if (is_news && news != NULL) note_news(news, &base, &verifier->answer);
  forget(&verifier->answer);
  vd_store_reader_reset(reader);
  return wanted;
}

enum vd_wanted vd_local_begin(struct vd_verification *verification) {
  struct vd_verifier *verifier = verification->verifier;
  enum vd_wanted wanted = verification->wanted;
  for (unsigned k = 0; k < verifier->operator_count; k++)
    if (verifier->readers[k] == NULL || vd_store_reader_begin(verifier->readers[k], NULL) != VD_OK)
      wanted = vd_verification_unreachable(verification, k);
  return wanted;
}

enum vd_wanted vd_local_answer(struct vd_verification *verification, unsigned k) {
  struct vd_verifier *verifier = verification->verifier;
  struct vd_log_base base;
  enum vd_wanted wanted = look_up(verification, k, &base)
                              ? vd_verification_answer(verification, k, &base, &verifier->answer, NULL)
                              : vd_verification_unreachable(verification, k);
  forget(&verifier->answer);
  return wanted;
}

void vd_local_end(struct vd_verifier *verifier) {
  for (unsigned k = 0; k < verifier->operator_count; k++)
    if (verifier->readers[k] != NULL) vd_store_reader_reset(verifier->readers[k]);
}
