/* remote_state.h: what is known of the operators over the network, for those who run the service: written by whoever
 * looks at them now and then, read by the operations port. Relaxed atomics, as in metrics.h. */
#ifndef VD_SERVE_REMOTE_STATE_H
#define VD_SERVE_REMOTE_STATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum vd_remote_answer {
  VD_REMOTE_NOT_ASKED = 0,
  VD_REMOTE_ANSWERS,   /* with a checkpoint that continues the last one */
  VD_REMOTE_SILENT,    /* no answer, or none that can be read */
  VD_REMOTE_LOG_FAILED /* its log failed a check: code says which */
};

struct vd_remote_state {
  atomic_int answer;                 /* enum vd_remote_answer */
  atomic_int code;                   /* frag_error of LOG_FAILED */
  atomic_uint_fast64_t size;         /* of the last checkpoint accepted */
  atomic_uint_fast64_t checkpoint_s; /* its time, Unix seconds; 0: it has none */
  atomic_bool is_doubted;            /* written by others: its log was found wrong; to be looked at soon */
};

#endif
