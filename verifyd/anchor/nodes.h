/* nodes.h: the endpoints of one chain, asked together: every question goes to each of them at once, with an absolute
 * deadline. What they say is compared by whoever asks; nothing here believes any of them.
 * Thread rule: the client's. */
#ifndef VD_ANCHOR_NODES_H
#define VD_ANCHOR_NODES_H

#include "anchor/complaint.h"
#include "config/settings.h"
#include "json/rpc.h"
#include "net/client.h"

#define VD_NODES_QUESTIONS_MAX 96 /* in one round */

struct vd_nodes;

/* The credentials file, if one is configured ("user:password", the first line; Bitcoin Core's .cookie), is read again
 * for each round, since a node makes a new one when it starts. When it cannot be read the nodes are asked without, and
 * vd_nodes_complaint says so. chain and client outlive the nodes. Errors: VD_CONFIG: no endpoint, or one that is no
 * URL. VD_MEMORY. */
VD_MUST_CHECK enum vd_error vd_nodes_new(const struct vd_chain_settings *chain, struct vd_client *client,
                                         struct vd_nodes **nodes, struct vd_failure *failure);

/* Cancels what is under way without calling `done`. NULL is allowed. */
void vd_nodes_free(struct vd_nodes *nodes);

size_t vd_nodes_count(const struct vd_nodes *nodes); /* endpoints */

/* A round: begin, then for each question vd_nodes_question and its params on the writer it returns, then ask. One round
 * at a time (asserted), of 1 to VD_NODES_QUESTIONS_MAX questions (asserted). A question may go to one endpoint only
 * (`to` its number), or to all (VD_NODES_ALL). *params: the nodes'; for vd_writer_…, vd_rpc_put_… until vd_nodes_ask.
 * Returns the question's number, from 0. */
#define VD_NODES_ALL ((size_t)-1)
void vd_nodes_begin(struct vd_nodes *nodes);
size_t vd_nodes_question(struct vd_nodes *nodes, size_t to, const char *method, struct vd_writer **params);

/* Takes longer answers to a question of this round, before vd_nodes_ask: answer_max bytes, VD_RPC_BLOCK_MAX at most
 * (asserted), in place of VD_RPC_ANSWER_MAX. All of a round come at once, so this is for rounds of one question. */
void vd_nodes_allow(struct vd_nodes *nodes, size_t question, size_t answer_max);

/* Sends. done: called once, never from inside this, when every answer is there or the chain's timeout_ms is over; the
 * answers are valid until the next vd_nodes_begin or vd_nodes_free; it may begin the next round, or free the nodes.
 * What goes wrong on the way is an outcome. VD_MEMORY, VD_INTERNAL: nothing is under way and done is not called. */
VD_MUST_CHECK enum vd_error vd_nodes_ask(struct vd_nodes *nodes, void (*done)(void *context), void *context,
                                         struct vd_failure *failure);
bool vd_nodes_is_busy(const struct vd_nodes *nodes);

/* What endpoint e answered to a question; VD_RPC_NONE also when it was not asked. An endpoint's answers of one round
 * that need more memory than VD_NODES_ANSWERS_MAX are VD_RPC_BROKEN from there on. *value: of VD_RPC_RESULT, else NULL;
 * may be NULL. */
#define VD_NODES_ANSWERS_MAX ((size_t)96 << 20) /* bytes, as vd_rpc_answer_size counts */
enum vd_rpc_outcome vd_nodes_outcome(const struct vd_nodes *nodes, size_t e, size_t question,
                                     const struct vd_rpc_value **value);

/* Whether endpoint e's answer was dropped for its size: of its own, or with the others of the round. */
bool vd_nodes_is_too_much(const struct vd_nodes *nodes, size_t e, size_t question);

/* For a log: what is wrong with endpoint e, as of the last round, in a few words, without its URL and credentials: "did
 * not answer: …", "answered something else", "says: …"; "" when nothing is. */
void vd_nodes_complaint(const struct vd_nodes *nodes, size_t e, char text[static VD_COMPLAINT_SIZE]);

#endif
