#include "tui/theme_state.h"

#include <math.h>

/* xterm's first sixteen; terminals vary, so contrast on these is a guess. */
static const int ansi_rgb[16] = {0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd,
    0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff,
    0xffffff};
static const int cube[6] = {0, 95, 135, 175, 215, 255};

int rgb_of_index(int index)
{
    if (index < 16) {
        return ansi_rgb[index];
    }
    if (index >= 232) {
        return (8 + 10 * (index - 232)) * 0x010101;
    }
    int i = index - 16;
    return cube[i / 36] << 16 | cube[i / 6 % 6] << 8 | cube[i % 6];
}

static int distance(int a, int b)
{
    int red = (a >> 16 & 255) - (b >> 16 & 255);
    int green = (a >> 8 & 255) - (b >> 8 & 255);
    int blue = (a & 255) - (b & 255);
    return 2 * red * red + 4 * green * green + 3 * blue * blue;
}

static int nearest(int rgb, int from, int to)
{
    int best = from;
    for (int i = from; i < to; i++) {
        if (distance(rgb, rgb_of_index(i)) < distance(rgb, rgb_of_index(best))) {
            best = i;
        }
    }
    return best;
}

int index_of_rgb(int rgb)
{
    return nearest(rgb, 16, 256);
}

int ansi_of_rgb(int rgb)
{
    return nearest(rgb, 0, 16);
}

int colour_rgb(struct colour c)
{
    if (c.rgb != COLOUR_UNSET) {
        return c.rgb;
    }
    int index = c.index != COLOUR_UNSET ? c.index : c.ansi;
    return index < 0 ? COLOUR_DEFAULT : rgb_of_index(index);
}

/* Values 0 to 7 of a direct-colour terminal are palette indexes: black becomes nearly black. */
static int direct(int rgb)
{
    return COLOUR_RGB | (rgb < 8 ? 0x080808 : rgb);
}

int colour_at(struct colour c, enum depth d)
{
    int rgb = colour_rgb(c);
    if (d == DEPTH_MONO || (rgb == COLOUR_DEFAULT && c.index < 0 && c.ansi < 0)) {
        return COLOUR_DEFAULT;
    }
    if (d == DEPTH_DIRECT) {
        return c.rgb >= 0      ? direct(c.rgb)
               : c.index >= 16 ? direct(rgb)
               : c.index >= 0  ? c.index
                               : c.ansi;
    }
    if (d == DEPTH_256) {
        return c.index != COLOUR_UNSET ? c.index : c.rgb >= 0 ? index_of_rgb(c.rgb) : c.ansi;
    }
    int ansi = c.ansi != COLOUR_UNSET ? c.ansi : ansi_of_rgb(rgb);
    return d == DEPTH_8 && ansi >= 8 ? ansi - 8 : ansi;
}

static double channel(int value)
{
    double v = value / 255.0;
    return v <= 0.03928 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double luminance(int rgb)
{
    return 0.2126 * channel(rgb >> 16 & 255) + 0.7152 * channel(rgb >> 8 & 255) +
           0.0722 * channel(rgb & 255);
}

/* https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio */
double rgb_contrast(int a, int b)
{
    double la = luminance(a), lb = luminance(b);
    return la > lb ? (la + 0.05) / (lb + 0.05) : (lb + 0.05) / (la + 0.05);
}
