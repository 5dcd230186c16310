#include "verifyd/picture_page.h"

#include <math.h>
#include <png.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

static void must(bool condition) {
  if (!condition) abort();
}

uint64_t page_next(struct page_random *random) {
  uint64_t z = random->state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

double page_uniform(struct page_random *random) { return (double)(page_next(random) >> 11) / 9007199254740992.0; }

double page_normal(struct page_random *random) {
  double u = page_uniform(random) + 1e-12, v = page_uniform(random);
  return sqrt(-2 * log(u)) * cos(2 * M_PI * v);
}

void page_random_text(struct page_random *random, const char *prefix, char text[static 256]) {
  int used = snprintf(text, 256, "%s#", prefix);
  must(used > 0 && used + 88 < 256);
  for (int i = 0; i < 88; i++) text[used + i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[page_next(random) & 31];
  text[used + 88] = '\0';
}

void page_new(struct vd_raster *page, uint32_t width, uint32_t height) {
  must(vd_raster_allocate(page, width, height, NULL) == VD_OK);
  memset(page->grey, 255, (size_t)width * height);
}

static void fill(struct vd_raster *page, double x, double y, double width, double height, uint8_t grey) {
  for (double row = fmax(y, 0); row < y + height && row < page->height; row += 1) {
    for (double column = fmax(x, 0); column < x + width && column < page->width; column += 1) {
      page->grey[(size_t)row * page->width + (size_t)column] = grey;
    }
  }
}

static void draw_letter(struct vd_raster *page, struct page_random *random, double x, double y, double size) {
  double stroke = size / 6;
  for (int i = 0; i < 4; i++) {
    uint64_t bits = page_next(random);
    double along = (double)(bits & 3) / 4 * size, across = (double)(bits >> 2 & 3) / 4 * size;
    if ((bits & 16) != 0) fill(page, x + along, y, stroke, size, 30);
    else fill(page, x, y + across, size * 0.8, stroke, 30);
  }
}

static void draw_line(struct vd_raster *page, struct page_random *random, double x, double y, double end, double size) {
  while (x < end) {
    int letters = 2 + (int)(page_next(random) % 9);
    for (int i = 0; i < letters && x < end; i++, x += size) draw_letter(page, random, x, y, size);
    x += size;
  }
}

void page_clutter(struct vd_raster *page, struct page_random *random, double dpi) {
  double mm = dpi / 25.4, width = page->width, height = page->height;
  for (double y = 15 * mm; y < height - 15 * mm; y += 5.5 * mm) {
    double size = (1.6 + page_uniform(random)) * mm;
    draw_line(page, random, 15 * mm, y, width * (0.6 + 0.3 * page_uniform(random)), size);
  }
  for (double x = 15 * mm; x < width - 20 * mm; x += 30 * mm) fill(page, x, height / 2, 0.4 * mm, 40 * mm, 0);
  for (double y = height / 2; y <= height / 2 + 40 * mm; y += 8 * mm)
    fill(page, 15 * mm, y, width - 30 * mm, 0.4 * mm, 0);
  for (double y = 20 * mm; y < 60 * mm && y < height; y += 1) {
    for (double x = width - 45 * mm; x < width - 15 * mm; x += 1) {
      if (x >= 0)
        fill(page, x, y, 1, 1, (uint8_t)(90 + 60 * sin(x / mm) * cos(y / mm) + (double)(page_next(random) & 31)));
    }
  }
}

void page_draw(struct vd_raster *page, const struct vd_qr *qr, double x, double y, double module_pixels,
               double degrees) {
  double side = vd_qr_printed_side(qr) * module_pixels, half = side / 2, reach = half * M_SQRT2 + 1;
  double cosine = cos(degrees * M_PI / 180), sine = sin(degrees * M_PI / 180);
  for (double row = fmax(0, floor(y + half - reach)); row < y + half + reach && row < page->height; row += 1) {
    for (double column = fmax(0, floor(x + half - reach)); column < x + half + reach && column < page->width;
         column += 1) {
      uint8_t *pixel = &page->grey[(size_t)row * page->width + (size_t)column];
      unsigned sum = 0;
      for (unsigned i = 0; i < 16; i++) {
        double dx = column + (i % 4 + 0.5) / 4 - x - half, dy = row + (i / 4 + 0.5) / 4 - y - half;
        double u = cosine * dx + sine * dy + half, v = cosine * dy - sine * dx + half;
        bool inside = u >= 0 && v >= 0 && u < side && v < side;
        if (!inside) sum += *pixel;
        else if (!vd_qr_dark(qr, (unsigned)(u / module_pixels), (unsigned)(v / module_pixels))) sum += 255;
      }
      *pixel = (uint8_t)(sum / 16);
    }
  }
}

static void blur_lines(const uint8_t *from, uint8_t *to, uint32_t lines, uint32_t line_step, uint32_t count,
                       uint32_t step, const double *kernel, int reach) {
  for (uint32_t line = 0; line < lines; line++) {
    for (uint32_t i = 0; i < count; i++) {
      double sum = 0.5;
      for (int k = -reach; k <= reach; k++) {
        int64_t at = (int64_t)i + k;
        size_t clamped = at < 0 ? 0 : at >= count ? count - 1 : (size_t)at;
        sum += kernel[k + reach] * from[(size_t)line * line_step + clamped * step];
      }
      to[(size_t)line * line_step + (size_t)i * step] = (uint8_t)sum;
    }
  }
}

void page_blur(struct vd_raster *page, double sigma) {
  double kernel[33], total = 0;
  int reach = (int)ceil(3 * sigma);
  must(reach <= 16);
  for (int k = -reach; k <= reach; k++) total += kernel[k + reach] = exp(-k * k / (2 * sigma * sigma));
  for (int k = 0; k <= 2 * reach; k++) kernel[k] /= total;
  struct vd_raster copy;
  page_new(&copy, page->width, page->height);
  blur_lines(page->grey, copy.grey, page->height, page->width, page->width, 1, kernel, reach);
  blur_lines(copy.grey, page->grey, page->width, 1, page->height, page->width, kernel, reach);
  vd_raster_free(&copy);
}

void page_noise(struct vd_raster *page, struct page_random *random, double sigma) {
  for (size_t i = 0; i < (size_t)page->width * page->height; i++) {
    double value = page->grey[i] + sigma * page_normal(random);
    page->grey[i] = (uint8_t)fmin(255, fmax(0, value));
  }
}

static double sample(const struct vd_raster *page, double x, double y) {
  const double table = 70;
  if (x < 0 || y < 0 || x >= page->width - 1 || y >= page->height - 1) return table;
  size_t column = (size_t)x, row = (size_t)y;
  double fx = x - (double)column, fy = y - (double)row;
  const uint8_t *p = page->grey + row * page->width + column, *q = p + page->width;
  return (p[0] * (1 - fx) + p[1] * fx) * (1 - fy) + (q[0] * (1 - fx) + q[1] * fx) * fy;
}

void page_photograph(const struct vd_raster *page, uint32_t width, uint32_t height, double tilt_degrees,
                     double turn_degrees, struct vd_raster *photo) {
  double tilt = tilt_degrees * M_PI / 180, turn = turn_degrees * M_PI / 180;
  /* A camera 1.6 page heights away whose field of view just holds the upright page. */
  double distance = 1.6 * page->height, focal = 1.6 * 0.92 * height;
  page_new(photo, width, height);
  for (uint32_t row = 0; row < height; row++) {
    for (uint32_t column = 0; column < width; column++) {
      double sum = 0;
      for (int i = 0; i < 4; i++) {
        double a = (column + 0.25 + 0.5 * (i & 1) - width / 2.0) / focal,
               b = (row + 0.25 + 0.5 * (i >> 1) - height / 2.0) / focal;
        double depth = distance / (cos(tilt) - b * sin(tilt));
        double u = a * depth, v = b * depth * cos(tilt) + (depth - distance) * sin(tilt);
        sum += sample(page, u * cos(turn) - v * sin(turn) + page->width / 2.0,
                      u * sin(turn) + v * cos(turn) + page->height / 2.0);
      }
      photo->grey[(size_t)row * width + column] = (uint8_t)(sum / 4);
    }
  }
}

static void append(struct vd_output *file, const uint8_t *bytes, size_t len) {
  must(vd_output_reserve(file, len, NULL) == VD_OK);
  memcpy(file->bytes + file->len, bytes, len);
  file->len += len;
}

void page_write_jpeg(const struct vd_raster *page, int quality, struct vd_output *file) {
  struct jpeg_compress_struct jpeg;
  struct jpeg_error_mgr errors;
  unsigned char *bytes = NULL;
  unsigned long len = 0;
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  jpeg_mem_dest(&jpeg, &bytes, &len);
  jpeg.image_width = page->width;
  jpeg.image_height = page->height;
  jpeg.input_components = 1;
  jpeg.in_color_space = JCS_GRAYSCALE;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, quality, TRUE);
  jpeg_start_compress(&jpeg, TRUE);
  for (uint32_t y = 0; y < page->height; y++) {
    JSAMPROW row = page->grey + (size_t)y * page->width;
    (void)jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  append(file, bytes, len);
  free(bytes);
}

static void take_bytes(png_structp png, png_bytep bytes, size_t len) { append(png_get_io_ptr(png), bytes, len); }

void page_write_png(const struct vd_raster *page, struct vd_output *file) {
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png_create_info_struct(png);
  must(png != NULL && info != NULL);
  png_set_write_fn(png, file, take_bytes, NULL);
  png_set_compression_level(png, 1);
  png_set_IHDR(png, info, page->width, page->height, 8, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  for (uint32_t y = 0; y < page->height; y++) png_write_row(png, page->grey + (size_t)y * page->width);
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
}
