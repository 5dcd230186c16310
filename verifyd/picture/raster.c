#include "raster.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "picture/jpeg.h"
#include "picture/png.h"

struct format {
  const char *name;
  size_t offset;
  const char *magic;
  size_t magic_len;
  enum vd_error (*size)(const uint8_t *, size_t, uint32_t *, uint32_t *, struct vd_failure *);
  enum vd_error (*read)(const uint8_t *, size_t, uint32_t, uint32_t, uint8_t *, struct vd_failure *);
};

/* What phones and scanners produce; those without functions are known only to be refused by their name. */
static const struct format formats[] = {
    {"PNG", 0, "\x89PNG\r\n\x1a\n", 8, vd_png_size, vd_png_read},
    {"JPEG", 0, "\xff\xd8\xff", 3, vd_jpeg_size, vd_jpeg_read},
    {"WebP", 8, "WEBP", 4, NULL, NULL},
    {"HEIC", 4, "ftyphei", 7, NULL, NULL},
    {"HEIC", 4, "ftyphev", 7, NULL, NULL},
    {"HEIC", 4, "ftypmif1", 8, NULL, NULL},
    {"AVIF", 4, "ftypavif", 8, NULL, NULL},
    {"GIF", 0, "GIF8", 4, NULL, NULL},
    {"TIFF", 0, "II*\0", 4, NULL, NULL},
    {"TIFF", 0, "MM\0*", 4, NULL, NULL},
    {"PDF", 0, "%PDF-", 5, NULL, NULL},
};

static const struct format *sniff(const uint8_t *bytes, size_t len) {
  for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
    const struct format *format = &formats[i];
    if (len >= format->offset + format->magic_len &&
        memcmp(bytes + format->offset, format->magic, format->magic_len) == 0) {
      return format;
    }
  }
  return NULL;
}

static enum vd_error refuse_format(const struct format *format, size_t len, struct vd_failure *failure) {
  const char *remedy = "send a PNG or JPEG picture, for example a screenshot or a new photo";
  if (len == 0) return vd_fail(failure, VD_DATA, "the picture is empty; %s", remedy);
  if (format == NULL) return vd_fail(failure, VD_DATA, "the picture is not PNG or JPEG; %s", remedy);
  return vd_fail(failure, VD_DATA, "the picture is not PNG or JPEG; it is %s, which this service does not read; %s",
                 format->name, remedy);
}

static enum vd_error check_limits(uint32_t width, uint32_t height, const struct vd_raster_limits *limits,
                                  struct vd_failure *failure) {
  if (width <= limits->side_pixels && height <= limits->side_pixels &&
      (uint64_t)width * height <= limits->total_pixels) {
    return VD_OK;
  }
  return vd_fail(failure, VD_DATA,
                 "the picture is %lu × %lu pixels, more than %lu a side or %lu altogether; send a smaller one",
                 (unsigned long)width, (unsigned long)height, (unsigned long)limits->side_pixels,
                 (unsigned long)limits->total_pixels);
}

enum vd_error vd_raster_allocate(struct vd_raster *raster, uint32_t width, uint32_t height,
                                 struct vd_failure *failure) {
  assert(width > 0 && height > 0);
  *raster = (struct vd_raster){.width = width, .height = height, .grey = calloc(height, width)};
  if (raster->grey != NULL) return VD_OK;
  *raster = (struct vd_raster){0};
  return vd_fail(failure, VD_MEMORY, "out of memory for a picture of %lu × %lu pixels", (unsigned long)width,
                 (unsigned long)height);
}

enum vd_error vd_raster_read(const uint8_t *bytes, size_t len, const struct vd_raster_limits *limits,
                             struct vd_raster *raster, struct vd_failure *failure) {
  *raster = (struct vd_raster){0};
  const struct format *format = sniff(bytes, len);
  if (format == NULL || format->read == NULL) return refuse_format(format, len, failure);
  uint32_t width = 0, height = 0;
  enum vd_error result = format->size(bytes, len, &width, &height, failure);
  if (result == VD_OK) result = check_limits(width, height, limits, failure);
  if (result == VD_OK) result = vd_raster_allocate(raster, width, height, failure);
  if (result == VD_OK) result = format->read(bytes, len, width, height, raster->grey, failure);
  if (result != VD_OK) vd_raster_free(raster);
  return result;
}

void vd_raster_free(struct vd_raster *raster) {
  if (raster->grey != NULL) explicit_bzero(raster->grey, (size_t)raster->width * raster->height);
  free(raster->grey);
  *raster = (struct vd_raster){0};
}
