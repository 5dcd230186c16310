/* stream.h: the bytes of one connection. The only place that reads from or writes to a client, so that TLS can later
 * stand here and nowhere else. Thread rule: the loop's. */
#ifndef VD_SERVE_STREAM_H
#define VD_SERVE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/* What a stream tells its owner. None is called after vd_stream_close, but for `closed`. */
struct vd_stream_events {
  char *(*room)(void *context, size_t *len);   /* where to receive; *len 0: nowhere, and `failed` follows */
  void (*received)(void *context, size_t len); /* so many bytes are in that room */
  void (*ended)(void *context);                /* the client will send no more; it may still listen */
  void (*failed)(void *context);               /* the connection is broken */
  void (*written)(void *context, bool ok);     /* a write that was pending has ended */
  void (*closed)(void *context);               /* the stream's memory may go */
};

struct vd_stream {
  uv_tcp_t tcp;
  uv_write_t write;
  uv_shutdown_t shutdown;
  const struct vd_stream_events *events;
  void *context;
  bool closing;
};

/* Takes a connection that is waiting at the listener. Out: address, as vd_listener_peer gives it.
 * False when it failed; the stream has to be closed then too. */
bool vd_stream_accept(struct vd_stream *stream, uv_loop_t *loop, uv_stream_t *listener,
                      const struct vd_stream_events *events, void *context, uint8_t address[static 16]);

/* Starts and stops receiving; both may be repeated. */
void vd_stream_read(struct vd_stream *stream, bool on);

enum vd_stream_result {
  VD_STREAM_DONE,    /* the kernel has all of it */
  VD_STREAM_PENDING, /* `written` will be called; the bytes have to stay in place until then */
  VD_STREAM_FAILED
};

/* Sends the pieces as one. At most two pieces, and one pending write at a time. */
enum vd_stream_result vd_stream_write(struct vd_stream *stream, const void *first, size_t first_len, const void *second,
                                      size_t second_len);

/* Sends a few bytes if the kernel takes all or none of them now: VD_STREAM_PENDING means that none were sent. */
enum vd_stream_result vd_stream_write_small(struct vd_stream *stream, const char *text);

/* Tells the client that no more will come (FIN), and keeps receiving. */
void vd_stream_end(struct vd_stream *stream);

/* Ends everything; `closed` is called later. May be repeated. */
void vd_stream_close(struct vd_stream *stream);

#endif
