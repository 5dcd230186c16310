#include "serve/stream.h"

#include <string.h>

#include "serve/listener.h"

bool vd_stream_accept(struct vd_stream *stream, uv_loop_t *loop, uv_stream_t *listener,
                      const struct vd_stream_events *events, void *context, uint8_t address[static 16]) {
  struct sockaddr_storage peer;
  int len = sizeof peer;
  memset(address, 0, 16);
  stream->events = events;
  stream->context = context;
  stream->closing = false;
  stream->tcp.data = stream->write.data = stream->shutdown.data = stream;
  (void)uv_tcp_init(loop, &stream->tcp); /* cannot fail without a flag */
  if (uv_accept(listener, (uv_stream_t *)&stream->tcp) != 0) return false;
  /* An answer is one write, so there is nothing to gain from waiting for more. */
  if (uv_tcp_nodelay(&stream->tcp, 1) != 0) return false;
  if (uv_tcp_getpeername(&stream->tcp, (struct sockaddr *)&peer, &len) != 0) return false;
  vd_listener_peer((const struct sockaddr *)&peer, address);
  return true;
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buf) {
  struct vd_stream *stream = handle->data;
  size_t len = 0;
  (void)suggested;
  char *room = stream->events->room(stream->context, &len);
  *buf = uv_buf_init(room, (unsigned)len);
}

static void on_read(uv_stream_t *tcp, ssize_t len, const uv_buf_t *buf) {
  struct vd_stream *stream = tcp->data;
  (void)buf;
  if (stream->closing || len == 0) return;
  if (len > 0) stream->events->received(stream->context, (size_t)len);
  else if (len == UV_EOF) stream->events->ended(stream->context);
  else stream->events->failed(stream->context);
}

void vd_stream_read(struct vd_stream *stream, bool on) {
  if (stream->closing) return;
  if (on) (void)uv_read_start((uv_stream_t *)&stream->tcp, on_room, on_read); /* UV_EALREADY is fine */
  else (void)uv_read_stop((uv_stream_t *)&stream->tcp);
}

static void on_written(uv_write_t *write, int status) {
  struct vd_stream *stream = write->data;
  if (!stream->closing) stream->events->written(stream->context, status == 0);
}

/* Drops the first `done` bytes of the pieces. */
static void skip(uv_buf_t bufs[static 2], size_t done) {
  for (unsigned i = 0; i < 2; i++) {
    size_t part = done < bufs[i].len ? done : bufs[i].len;
    bufs[i].base += part;
    bufs[i].len -= part;
    done -= part;
  }
}

enum vd_stream_result vd_stream_write(struct vd_stream *stream, const void *first, size_t first_len, const void *second,
                                      size_t second_len) {
  uv_stream_t *tcp = (uv_stream_t *)&stream->tcp;
  uv_buf_t bufs[2] = {uv_buf_init((char *)(uintptr_t)first, (unsigned)first_len),
                      uv_buf_init((char *)(uintptr_t)second, (unsigned)second_len)};
  int done = uv_try_write(tcp, bufs, second_len > 0 ? 2 : 1);
  if (done < 0 && done != UV_EAGAIN) return VD_STREAM_FAILED;
  if (done > 0 && (size_t)done == first_len + second_len) return VD_STREAM_DONE;
  if (done > 0) skip(bufs, (size_t)done);
  unsigned start = bufs[0].len > 0 ? 0 : 1;
  unsigned count = second_len > 0 ? 2 - start : 1;
  return uv_write(&stream->write, tcp, bufs + start, count, on_written) == 0 ? VD_STREAM_PENDING : VD_STREAM_FAILED;
}

enum vd_stream_result vd_stream_write_small(struct vd_stream *stream, const char *text) {
  uv_buf_t buf = uv_buf_init((char *)(uintptr_t)text, (unsigned)strlen(text));
  int done = uv_try_write((uv_stream_t *)&stream->tcp, &buf, 1);
  if (done == UV_EAGAIN) return VD_STREAM_PENDING;
  return done == (int)buf.len ? VD_STREAM_DONE : VD_STREAM_FAILED;
}

static void on_shutdown(uv_shutdown_t *shutdown, int status) {
  (void)shutdown;
  (void)status;
}

void vd_stream_end(struct vd_stream *stream) {
  if (!stream->closing) (void)uv_shutdown(&stream->shutdown, (uv_stream_t *)&stream->tcp, on_shutdown);
}

static void on_closed(uv_handle_t *handle) {
  struct vd_stream *stream = handle->data;
  stream->events->closed(stream->context);
}

void vd_stream_close(struct vd_stream *stream) {
  if (stream->closing) return;
  stream->closing = true;
  uv_close((uv_handle_t *)&stream->tcp, on_closed);
}
