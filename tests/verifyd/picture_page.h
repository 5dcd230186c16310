/* picture_page.h: synthetic pages for the tests and the bench of verifyd/picture: text-like clutter, QR codes
 * drawn at any place and angle, and what printers, cameras and phones do to them. Same seed, same page. */
#ifndef TEST_PICTURE_PAGE_H
#define TEST_PICTURE_PAGE_H

#include "picture/output.h"
#include "picture/qr.h"
#include "picture/raster.h"

struct page_random {
  uint64_t state;
};

/* The next 64 random bits (splitmix64); a number in [0, 1); one that is normally distributed, deviation 1. */
uint64_t page_next(struct page_random *random);
double page_uniform(struct page_random *random);
double page_normal(struct page_random *random);

/* prefix + '#' + 88 random characters of base32, NUL-terminated; text holds 256 bytes. */
void page_random_text(struct page_random *random, const char *prefix, char text[static 256]);

/* A white page, freed with vd_raster_free. */
void page_new(struct vd_raster *page, uint32_t width, uint32_t height);

/* Lines of writing, a ruled table and a grainy portrait, as on a certificate; dpi sets their size. */
void page_clutter(struct vd_raster *page, struct page_random *random, double dpi);

/* Draws a code with its quiet border, anti-aliased; (x, y) is the outer corner before turning by `degrees`
 * about the centre of the code. */
void page_draw(struct vd_raster *page, const struct vd_qr *qr, double x, double y, double module_pixels,
               double degrees);

/* Gaussian blur and additive noise, both in place; sigma in pixels and in grey levels. */
void page_blur(struct vd_raster *page, double sigma);
void page_noise(struct vd_raster *page, struct page_random *random, double sigma);

/* The page as a camera sees it that is tilted by tilt_degrees about the horizontal axis and turned by
 * turn_degrees: a new picture of width × height on a dark table. */
void page_photograph(const struct vd_raster *page, uint32_t width, uint32_t height, double tilt_degrees,
                     double turn_degrees, struct vd_raster *photo);

/* Grey JPEG of this quality, and 8-bit grey PNG, appended to *file. */
void page_write_jpeg(const struct vd_raster *page, int quality, struct vd_output *file);
void page_write_png(const struct vd_raster *page, struct vd_output *file);

#endif
