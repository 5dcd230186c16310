/* answer.h: a verdict as JSON: the body of an answer to POST /v1/verify and of `verifyctl verify --json`.
 *
 *   {"verdict":"VALID|NOT_VALID|INCONCLUSIVE","code":0,"name":"OK",
 *    "document":{"type":…,"type_labels":{language:…},"serial":…,"issue_no":1,
 *                "issued":RFC 3339,"expires":RFC 3339|null}|null,
 *    "attributes":[{"name":…,"value":…,"labels":{language:…}},…],
 *    "issuer":{"id":…,"names":{language:…}}|null,
 *    "checks":[{"step":…,"state":…,"code":0,"name":"OK",
 *               "operators":[{"number":1,"name":…,"state":…,"log":…|null,"checkpoint":RFC 3339|null,"withholds":false,
 *                             "anchors":[{"chain":…,"state":"final|pending|overdue|refused","transaction":…|null,
 *                                         "block":1|null,"block_hash":…|null,"time":RFC 3339|null,"covers":1|null,
 *                                         "url":…|null},…]},…]},…],
 *    "existed_by":{"time":RFC 3339,"anchored":true}|null,
 *    "as_of":RFC 3339|null,"status_as_of":RFC 3339|null,"checked":RFC 3339}
 *
 * The issuer's names are those of the key that signed; in languages that this one has none of, those of its other keys.
 * document and issuer are null and attributes is [] unless the verdict is VALID. "operators" is in the fragments check
 * only. Its "log" is the name of the code (20, 21, 22 or 25) when the state is "log_failed", else null; "checkpoint" is
 * the time of the operator's last checkpoint, null when none was accepted. "anchors": on which public chains the log of
 * an operator whose record was used is anchored; "final": the anchor covers the record's entry, and is what the following
 * members tell: hashes as the chain's users write them, the number and time of its block, how many entries it covers,
 * and its page in the configured explorer; "refused": the log does not continue that anchor; they are null otherwise.
 * existed_by: τ, the time that the issuer's key is judged by: of a block, or, not anchored, the operators' word; null
 * when the verification did not come that far. status_as_of: no statement that is older can be missing; null when the
 * status was not reached, or nobody answered about it. as_of: the same of the verdict: status_as_of, or, when that is
 * null, as of when the ledgers answered about the fragment, by their checkpoints; null when no checkpoint stands behind
 * the verdict. checked: the service's clock. Times are UTC; one after the year 9999,
 * which RFC 3339 cannot write, becomes 9999-12-31T23:59:59Z. An issue_no above 2^53-1, which JSON readers would round,
 * is a string of digits. */
#ifndef VD_ANSWER_H
#define VD_ANSWER_H

#include <stddef.h>

#include "base/failure.h"
#include "config/profile.h"
#include "config/settings.h"
#include "verify/verify.h"

/* Writes the answer, compact, UTF-8, without a newline.
 * In:  profiles: where labels come from, or NULL; a type or attribute without a profile gets {}.
 *      settings: where the chains' kinds and explorers come from, or NULL.
 * Out: *text, *len: with a terminating NUL that is not counted; the caller's, to be given to vd_answer_free.
 *      Secret when the verdict is VALID.
 * Errors: VD_INTERNAL: out of memory, or a name in the configuration is not UTF-8. *text is then NULL.
 * Thread rule: any thread. */
VD_MUST_CHECK enum vd_error vd_answer_write(const struct vd_verdict *verdict, const struct vd_profiles *profiles,
                                            const struct vd_settings *settings, char **text, size_t *len,
                                            struct vd_failure *failure);

/* Wipes and frees. NULL is allowed. */
void vd_answer_free(char *text);

#endif
