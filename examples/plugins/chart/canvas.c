/* Pictures for Skua, by cairo: lines, shapes and texts on a canvas, which becomes a PNG or an SVG.
 *
 * A canvas records what is drawn (cairo's recording surface) and is replayed for each picture, so that one
 * drawing gives pixels of any density and curves as well. What it records is counted, since a guest may draw
 * for ever.
 *
 * Files are none of this plugin's business: pictures are byte arrays, which the guest writes with std.fs.
 * Fonts are the system's, found by fontconfig, whatever the program's grants are.
 *
 * A canvas belongs to one thread at a time, which its lock sees to. */
#include <cairo-svg.h>
#include <cairo.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "skua/native.h"

#define MOST_SIDE 16384
#define MOST_RECORDED ((size_t)64 << 20)
#define BYTES_PER_CALL 512 /* of a call that draws, besides its points: measured, rounded up */
#define BYTES_PER_POINT 32
#define FAR 1e6 /* cairo counts in 1/256 of a unit, in 32 bits */

typedef struct Canvas {
    pthread_mutex_t lock;
    cairo_surface_t* recording;
    cairo_t* pen;
    double width, height;
    size_t left; /* bytes that may still be recorded */
} Canvas;

static void drop_canvas(void* pointer) {
    Canvas* c = pointer;
    cairo_destroy(c->pen);
    cairo_surface_destroy(c->recording);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

static const SkHandleType canvas_type = {"canvas", drop_canvas};

static bool is_well(SkEnv* env, cairo_status_t status) {
    if (status == CAIRO_STATUS_SUCCESS) return true;
    if (env->api->has_pending(env)) return false;
    if (status == CAIRO_STATUS_NO_MEMORY) {
        env->api->throw_error(env, "std.core.OutOfMemoryError", "no memory for a picture");
    } else {
        env->api->throw_format(env, "std.core.StateError", "cairo cannot draw this: %s",
                               cairo_status_to_string(status));
    }
    return false;
}

/* fn newCanvas(width: float, height: float): int */
static int64_t new_canvas(SkEnv* env, double width, double height) {
    if (!(width >= 1 && width <= MOST_SIDE && height >= 1 && height <= MOST_SIDE)) {
        env->api->throw_format(env, "std.core.ArgumentError",
                               "a canvas of %g by %g: both must lie between 1 and %d", width, height,
                               MOST_SIDE);
        return 0;
    }
    Canvas* c = calloc(1, sizeof *c);
    if (c == NULL) {
        env->api->throw_error(env, "std.core.OutOfMemoryError", "no memory for a canvas");
        return 0;
    }
    cairo_rectangle_t whole = {0, 0, width, height};
    pthread_mutex_init(&c->lock, NULL);
    c->width = width;
    c->height = height;
    c->left = env->api->memory_limit(env) / 8;
    if (c->left > MOST_RECORDED) c->left = MOST_RECORDED;
    c->recording = cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, &whole);
    c->pen = cairo_create(c->recording);
    /* Texts have the same width at every density. */
    cairo_font_options_t* fonts = cairo_font_options_create();
    cairo_font_options_set_hint_style(fonts, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(fonts, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(fonts, CAIRO_ANTIALIAS_GRAY);
    cairo_set_font_options(c->pen, fonts);
    cairo_font_options_destroy(fonts);
    cairo_set_line_join(c->pen, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_cap(c->pen, CAIRO_LINE_CAP_BUTT);
    int64_t handle = 0;
    if (is_well(env, cairo_status(c->pen)))
        handle = env->api->handle_new_sized(env, &canvas_type, c, c->left);
    if (handle == 0) drop_canvas(c);
    return handle;
}

/* The canvas, to be drawn on with so many points; NULL if an error is pending. */
static Canvas* take(SkEnv* env, SkObject* canvas, size_t points) {
    Canvas* c = env->api->resource_acquire(env, &canvas_type, canvas);
    if (c == NULL) return NULL;
    pthread_mutex_lock(&c->lock);
    if (points > MOST_RECORDED || BYTES_PER_CALL + points * BYTES_PER_POINT > c->left) {
        pthread_mutex_unlock(&c->lock);
        env->api->resource_release(env, canvas);
        env->api->throw_error(env, "std.core.OutOfMemoryError", "too much has been drawn on this canvas");
        return NULL;
    }
    c->left -= BYTES_PER_CALL + points * BYTES_PER_POINT;
    return c;
}

static void put_back(SkEnv* env, SkObject* canvas, Canvas* c) {
    cairo_status_t status = cairo_status(c->pen);
    pthread_mutex_unlock(&c->lock);
    env->api->resource_release(env, canvas);
    is_well(env, status);
}

static bool near(double x) {
    return x > -FAR && x < FAR; /* false for NaN */
}

static bool all_near(SkEnv* env, const double* numbers, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (near(numbers[i])) continue;
        env->api->throw_format(env, "std.core.ArgumentError", "%g is no position on a canvas", numbers[i]);
        return false;
    }
    return true;
}

/* Colours are 0xRRGGBBAA. */
static void dip(cairo_t* pen, uint32_t color) {
    cairo_set_source_rgba(pen, (color >> 24) / 255.0, (color >> 16 & 255) / 255.0, (color >> 8 & 255) / 255.0,
                          (color & 255) / 255.0);
}

/* fn drawLines(canvas: Canvas, points: [float], width: float, color: u32, dashes: [float])
 * x, y, x, y, ...; NaN interrupts the line. */
static void draw_lines(SkEnv* env, SkObject* canvas, SkArray* points, double width, uint32_t color,
                       SkArray* dashes) {
    const double* at = env->api->array_data(env, points);
    size_t count = env->api->array_len(env, points) / 2;
    const double* dash = env->api->array_data(env, dashes);
    size_t dash_count = env->api->array_len(env, dashes);
    double total = 0;
    bool down = false;
    for (size_t i = 0; i < dash_count; i++) {
        if (!(dash[i] >= 0 && dash[i] < FAR))
            dash_count = 0, total = -1;
        else
            total += dash[i];
    }
    if (!(width > 0 && width < FAR) || total < 0 || (dash_count > 0 && total < 0.01) || dash_count > 16) {
        env->api->throw_error(env, "std.core.ArgumentError",
                              "widths and dashes of lines must be numbers above 0, at most 16 of them");
        return;
    }
    Canvas* c = take(env, canvas, count);
    if (c == NULL) return;
    for (size_t i = 0; i < count; i++) {
        double x = at[2 * i], y = at[2 * i + 1];
        if (isnan(x) || isnan(y)) {
            down = false;
            continue;
        }
        x = fmax(-FAR, fmin(FAR, x));
        y = fmax(-FAR, fmin(FAR, y));
        if (down)
            cairo_line_to(c->pen, x, y);
        else
            cairo_move_to(c->pen, x, y);
        down = true;
    }
    dip(c->pen, color);
    cairo_set_line_width(c->pen, width);
    cairo_set_dash(c->pen, dash, (int)dash_count, 0);
    cairo_stroke(c->pen);
    put_back(env, canvas, c);
}

/* fn fillPolygon(canvas: Canvas, points: [float], color: u32) */
static void fill_polygon(SkEnv* env, SkObject* canvas, SkArray* points, uint32_t color) {
    const double* at = env->api->array_data(env, points);
    size_t count = env->api->array_len(env, points) / 2;
    if (!all_near(env, at, 2 * count)) return;
    Canvas* c = take(env, canvas, count);
    if (c == NULL) return;
    for (size_t i = 0; i < count; i++) cairo_line_to(c->pen, at[2 * i], at[2 * i + 1]);
    dip(c->pen, color);
    cairo_fill(c->pen);
    put_back(env, canvas, c);
}

/* fn drawCircles(canvas: Canvas, centers: [float], radius: float, color: u32, outline: float)
 * Filled, or, with the outline's width, not. */
static void draw_circles(SkEnv* env, SkObject* canvas, SkArray* centers, double radius, uint32_t color,
                         double outline) {
    const double* at = env->api->array_data(env, centers);
    size_t count = env->api->array_len(env, centers) / 2;
    const double sizes[] = {radius, outline};
    if (!all_near(env, at, 2 * count) || !all_near(env, sizes, 2)) return;
    Canvas* c = take(env, canvas, 8 * count);
    if (c == NULL) return;
    for (size_t i = 0; i < count; i++) {
        cairo_new_sub_path(c->pen);
        cairo_arc(c->pen, at[2 * i], at[2 * i + 1], fabs(radius), 0, 6.283185307179586);
    }
    dip(c->pen, color);
    if (outline > 0) {
        cairo_set_dash(c->pen, NULL, 0, 0);
        cairo_set_line_width(c->pen, outline);
        cairo_stroke(c->pen);
    } else {
        cairo_fill(c->pen);
    }
    put_back(env, canvas, c);
}

/* fn clipTo(canvas: Canvas, x: float, y: float, width: float, height: float) -- a width below 0:
 * to all */
static void clip_to(SkEnv* env, SkObject* canvas, double x, double y, double width, double height) {
    const double numbers[] = {x, y, width, height};
    if (!all_near(env, numbers, 4)) return;
    Canvas* c = take(env, canvas, 4);
    if (c == NULL) return;
    cairo_reset_clip(c->pen);
    if (width >= 0) {
        cairo_rectangle(c->pen, x, y, width, height);
        cairo_clip(c->pen);
    }
    put_back(env, canvas, c);
}

static void choose_font(cairo_t* pen, double size, bool bold) {
    cairo_select_font_face(pen, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                           bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(pen, size);
}

static bool is_font_size(SkEnv* env, double size) {
    if (size >= 1 && size <= 1000) return true;
    env->api->throw_format(env, "std.core.ArgumentError", "texts have a size from 1 to 1000, not %g", size);
    return false;
}

/* fn drawText(canvas: Canvas, text: string, x: float, y: float, size: float, bold: bool, color:
 * u32, align: float, angle: float) The base line begins at (x, y), or has so much of its length in front of
 * it; the angle is in degrees, to the left. */
static void draw_text(SkEnv* env, SkObject* canvas, SkString* text, double x, double y, double size,
                      bool bold, uint32_t color, double align, double angle) {
    const char* shown = env->api->string_cstr(env, text);
    const double numbers[] = {x, y, align, angle};
    if (shown == NULL || !is_font_size(env, size) || !all_near(env, numbers, 4)) return;
    Canvas* c = take(env, canvas, env->api->string_len(env, text));
    if (c == NULL) return;
    cairo_text_extents_t extents;
    choose_font(c->pen, size, bold);
    cairo_text_extents(c->pen, shown, &extents);
    dip(c->pen, color);
    cairo_save(c->pen);
    cairo_translate(c->pen, x, y);
    cairo_rotate(c->pen, -angle * 0.017453292519943295);
    cairo_move_to(c->pen, -align * extents.x_advance, 0);
    cairo_show_text(c->pen, shown);
    cairo_restore(c->pen);
    cairo_new_path(c->pen);
    put_back(env, canvas, c);
}

/* fn measureText(canvas: Canvas, text: string, size: float, bold: bool): float */
static double measure_text(SkEnv* env, SkObject* canvas, SkString* text, double size, bool bold) {
    const char* shown = env->api->string_cstr(env, text);
    if (shown == NULL || !is_font_size(env, size)) return 0;
    Canvas* c = env->api->resource_acquire(env, &canvas_type, canvas);
    if (c == NULL) return 0;
    cairo_text_extents_t extents;
    pthread_mutex_lock(&c->lock);
    choose_font(c->pen, size, bold);
    cairo_text_extents(c->pen, shown, &extents);
    put_back(env, canvas, c);
    return extents.x_advance;
}

/* ---- pictures
 * ---------------------------------------------------------------------------------------------------- */

typedef struct Bytes {
    unsigned char* data;
    size_t used, room, most;
} Bytes;

static cairo_status_t append(void* pointer, const unsigned char* data, unsigned length) {
    Bytes* b = pointer;
    if (b->used + length > b->room) {
        size_t room = 2 * (b->used + length);
        unsigned char* more = room > b->most ? NULL : realloc(b->data, room);
        if (more == NULL) return CAIRO_STATUS_NO_MEMORY;
        b->data = more;
        b->room = room;
    }
    memcpy(b->data + b->used, data, length);
    b->used += length;
    return CAIRO_STATUS_SUCCESS;
}

static void replay(Canvas* c, cairo_surface_t* onto, double scale) {
    cairo_t* pen = cairo_create(onto);
    cairo_scale(pen, scale, scale);
    cairo_set_source_surface(pen, c->recording, 0, 0);
    cairo_paint(pen);
    cairo_destroy(pen);
}

static SkArray* finish(SkEnv* env, SkObject* canvas, Canvas* c, cairo_status_t status, Bytes* bytes) {
    SkArray* result = NULL;
    pthread_mutex_unlock(&c->lock);
    env->api->resource_release(env, canvas);
    if (is_well(env, status)) result = env->api->array_new(env, SK_U8, bytes->used);
    if (result != NULL) memcpy(env->api->array_data(env, result), bytes->data, bytes->used);
    free(bytes->data);
    return result;
}

/* fn pngOf(canvas: Canvas, scale: float): [u8] */
static SkArray* png_of(SkEnv* env, SkObject* canvas, double scale) {
    Canvas* c = env->api->resource_acquire(env, &canvas_type, canvas);
    if (c == NULL) return NULL;
    double width = ceil(c->width * scale), height = ceil(c->height * scale);
    Bytes bytes = {NULL, 0, 0, env->api->memory_limit(env) / 2};
    if (!(scale > 0 && width <= MOST_SIDE && height <= MOST_SIDE &&
          width * height * 4 <= (double)bytes.most)) {
        env->api->resource_release(env, canvas);
        env->api->throw_format(env, "std.core.ArgumentError",
                               "a picture of %g by %g pixels is larger than %d, or than half of --max-heap",
                               width, height, MOST_SIDE);
        return NULL;
    }
    pthread_mutex_lock(&c->lock);
    cairo_surface_t* image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, (int)width, (int)height);
    replay(c, image, scale);
    cairo_status_t status = cairo_surface_write_to_png_stream(image, append, &bytes);
    cairo_surface_destroy(image);
    return finish(env, canvas, c, status, &bytes);
}

/* fn svgOf(canvas: Canvas): [u8] */
static SkArray* svg_of(SkEnv* env, SkObject* canvas) {
    Canvas* c = env->api->resource_acquire(env, &canvas_type, canvas);
    if (c == NULL) return NULL;
    Bytes bytes = {NULL, 0, 0, env->api->memory_limit(env) / 2};
    pthread_mutex_lock(&c->lock);
    cairo_surface_t* page = cairo_svg_surface_create_for_stream(append, &bytes, c->width, c->height);
    cairo_svg_surface_set_document_unit(page, CAIRO_SVG_UNIT_PX);
    replay(c, page, 1);
    cairo_surface_finish(page);
    cairo_status_t status = cairo_surface_status(page);
    cairo_surface_destroy(page);
    return finish(env, canvas, c, status, &bytes);
}

#define C "canvas.Canvas"
static const SkNative natives[] = {
    {"canvas.newCanvas", "(f64,f64)i64", (SkFunction)new_canvas, NULL},
    {"canvas.drawLines", "(" C ",[f64],f64,u32,[f64])void", (SkFunction)draw_lines, NULL},
    {"canvas.fillPolygon", "(" C ",[f64],u32)void", (SkFunction)fill_polygon, NULL},
    {"canvas.drawCircles", "(" C ",[f64],f64,u32,f64)void", (SkFunction)draw_circles, NULL},
    {"canvas.clipTo", "(" C ",f64,f64,f64,f64)void", (SkFunction)clip_to, NULL},
    {"canvas.drawText", "(" C ",string,f64,f64,f64,bool,u32,f64,f64)void", (SkFunction)draw_text, NULL},
    {"canvas.measureText", "(" C ",string,f64,bool)f64", (SkFunction)measure_text, NULL},
    {"canvas.pngOf", "(" C ",f64)[u8]", (SkFunction)png_of, NULL},
    {"canvas.svgOf", "(" C ")[u8]", (SkFunction)svg_of, NULL},
};

static const SkPlugin plugin = {
    SK_ABI_VERSION, "chart", "1.0", natives, sizeof natives / sizeof natives[0], NULL,
};

SK_EXPORT const SkPlugin* skua_plugin(const SkHost* host) {
    if (host->api->size < offsetof(SkApi, resource_release) + sizeof host->api->resource_release) return NULL;
    return &plugin;
}
