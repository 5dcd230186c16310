/* issuer_names.h: what an issuer is called, in each language. Each of its keys in the trust list has names of its own,
 * and none has to have those of every language. Pure; any thread. */
#ifndef VD_ISSUER_NAMES_H
#define VD_ISSUER_NAMES_H

#include <frag/trust.h>

#define VD_ISSUER_NAMES_MAX 64      /* languages; further ones are left out */
#define VD_ISSUER_NAMES_KEYS_MAX 64

/* Views into the trust list. */
struct vd_issuer_names {
  struct frag_slice issuer; /* its id */
  size_t count;
  struct frag_issuer_name items[VD_ISSUER_NAMES_MAX]; /* one for each language */
};

/* Of an issuer as it is now: in each language the name of the newest key that has one and is not compromised, else of
 * the newest that has one. keys: of one issuer, at least one, in the order of the list: the last is the newest. */
void vd_issuer_names_of_keys(struct vd_issuer_names *names, const struct frag_trust_key *const *keys, size_t count);

/* Of who issued a document: those of the key that signed it; in languages that this one has none of, as above. keys:
 * those of its issuer, as above; of very many the last VD_ISSUER_NAMES_KEYS_MAX are looked at. */
void vd_issuer_names_of_document(struct vd_issuer_names *names, const struct frag_trust_key *const *keys, size_t count,
                                 const struct frag_trust_key *key);

/* The name in exactly that language; NULL: there is none. */
const struct frag_issuer_name *vd_issuer_names_find(const struct vd_issuer_names *names, const char *language);

#endif
