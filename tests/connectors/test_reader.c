#include "connectors/reader.h"
#include "core/compress.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#define FLOW(n)                                                                                    \
    "{\"timestamp\":\"2026-03-11T11:42:0" n ".000000+0000\",\"event_type\":\"flow\","              \
    "\"src_ip\":\"192.0.2." n "\"}"

struct fixture {
    char *folder;
    char path[512];
    struct batch batch;
    struct err e;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->folder = folder_new();
    snprintf(f->path, sizeof f->path, "%s/eve.json", f->folder);
    batch_init(&f->batch);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    batch_release(&f->batch);
    folder_remove(f->folder);
    free(f);
    return 0;
}

static void put(struct fixture *f, struct slice bytes)
{
    int fd = open(f->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.p, bytes.n), (ssize_t)bytes.n);
    close(fd);
}

/* All of the file into f->batch; the offset and line behind it. */
static void read_all(
    struct fixture *f, struct reader_options options, uint64_t *offset, uint64_t *line)
{
    struct reader *r;
    int more = 1;
    batch_reset(&f->batch);
    if (reader_open(&r, f->path, &options, &f->e))
        fail_msg("%s", f->e.text);
    while (more > 0)
        more = reader_next(r, &f->batch, &f->e);
    assert_int_equal(more, 0);
    if (offset)
        *offset = reader_offset(r);
    if (line)
        *line = reader_line(r);
    reader_close(r);
}

static void assert_sources(const struct fixture *f, const char *expected)
{
    char seen[256] = "";
    size_t n = 0;
    for (size_t i = 0; i < f->batch.count && n + 2 < sizeof seen; i++) {
        struct slice ip = f->batch.records[i].first[FIELD_SOURCE_IP];
        seen[n++] = ip.p[ip.n - 1];
    }
    assert_string_equal(seen, expected);
}

static void a_last_line_without_its_newline_is_read(void **state)
{
    struct fixture *f = *state;
    uint64_t offset, line;
    put(f, SLICE(FLOW("1") "\n\n" FLOW("2")));
    read_all(f, (struct reader_options){.line = 0}, &offset, &line);
    assert_sources(f, "12");
    assert_int_equal(offset, 2 * strlen(FLOW("1")) + 2);
    char place[600];
    snprintf(place, sizeof place, "%s:3", f->path);
    assert_true(slice_is(f->batch.records[1].place, place));
}

static void a_file_that_grows_keeps_its_unfinished_line(void **state)
{
    struct fixture *f = *state;
    uint64_t offset, line;
    put(f, SLICE(FLOW("1") "\n{\"timestamp\":\"2026"));
    read_all(f, (struct reader_options){.tail = true}, &offset, &line);
    assert_sources(f, "1");
    assert_int_equal(f->batch.bad_count, 0);
    assert_int_equal(offset, strlen(FLOW("1")) + 1);
    put(f, SLICE(FLOW("1") "\n" FLOW("2") "\n"));
    read_all(f, (struct reader_options){.tail = true, .offset = offset, .line = line}, NULL, &line);
    assert_sources(f, "2");
    assert_int_equal(line, 3);
}

static void any_piece_is_a_place_to_resume_from(void **state)
{
    struct fixture *f = *state;
    static const char *const texts[] = {FLOW("1") "\n" FLOW("2") "\n" FLOW("3") "\n",
        "[" FLOW("1") ",\n" FLOW("2") "," FLOW("3") "]"};
    for (size_t i = 0; i < 2; i++) {
        put(f, slice_of(texts[i]));
        read_all(f, (struct reader_options){.line = 0}, NULL, NULL);
        assert_sources(f, "123");
        const char *second = strstr(texts[i], FLOW("2"));
        read_all(f, (struct reader_options){.offset = (uint64_t)(second - texts[i]), .line = 2},
            NULL, NULL);
        assert_sources(f, "23");
    }
}

static void one_bad_element_never_kills_a_page(void **state)
{
    struct fixture *f = *state;
    put(f, SLICE("[" FLOW("1") ",{\"event_type\":\"flow\",\"timestamp\":nonsense}," FLOW("3") "]"));
    read_all(f, (struct reader_options){.format = "suricata"}, NULL, NULL);
    assert_sources(f, "13");
    assert_int_equal(f->batch.bad_count, 1);
    assert_true(slice_starts(f->batch.bad[0].raw, SLICE("{\"event_type\"")));
    assert_true(f->batch.bad[0].reason.n > 0);
}

static void pretty_printed_objects_are_read(void **state)
{
    struct fixture *f = *state;
    put(f,
        SLICE("{\n  \"timestamp\": \"2026-03-11T11:42:07.1+0000\",\n  \"event_type\": \"flow\",\n"
              "  \"src_ip\": \"192.0.2.1\"\n}\n{\n  \"timestamp\": \"2026-03-11T11:42:08Z\",\n"
              "  \"event_type\": \"dns\",\n  \"src_ip\": \"192.0.2.2\"\n}\n"));
    read_all(f, (struct reader_options){.line = 0}, NULL, NULL);
    assert_sources(f, "12");
}

static void gzip_and_zstd_are_opened_and_resumed(void **state)
{
    struct fixture *f = *state;
    static const char text[] = FLOW("1") "\n" FLOW("2") "\n" FLOW("3") "\n";
    const uint64_t second = strlen(FLOW("1")) + 1;
    struct str packed = STR_INIT;
    compress_block(1, SLICE(text), &packed);
    put(f, str_as_slice(&packed));
    str_release(&packed);
    read_all(f, (struct reader_options){.line = 0}, NULL, NULL);
    assert_sources(f, "123");
    read_all(f, (struct reader_options){.offset = second, .line = 2}, NULL, NULL);
    assert_sources(f, "23");
    gzFile z = gzopen(f->path, "wb");
    assert_int_equal(gzwrite(z, text, sizeof text - 1), (int)(sizeof text - 1));
    gzclose(z);
    read_all(f, (struct reader_options){.line = 0}, NULL, NULL);
    assert_sources(f, "123");
}

static void a_packed_file_that_is_cut_says_so(void **state)
{
    struct fixture *f = *state;
    struct str packed = STR_INIT;
    struct reader *r;
    struct reader_options options = {.line = 0};
    int more = 1;
    static char text[200000];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)('a' + (i * i / 7 + i) % 23);
    memcpy(text, FLOW("1") "\n", strlen(FLOW("1")) + 1);
    compress_block(1, (struct slice){text, sizeof text}, &packed);
    put(f, (struct slice){packed.p, packed.n / 2});
    str_release(&packed);
    int rc = reader_open(&r, f->path, &options, &f->e);
    while (rc == 0 && more > 0)
        more = reader_next(r, &f->batch, &f->e);
    assert_true(rc < 0 || more < 0);
    assert_true(f->e.text[0] != '\0');
    if (rc == 0)
        reader_close(r);
}

static void a_giant_line_is_quarantined_and_the_next_is_read(void **state)
{
    struct fixture *f = *state;
    static const size_t beyond = READER_PIECE_MAX + 3 * 1024 * 1024;
    char *text = malloc(beyond);
    size_t n = strlen(FLOW("1")) + 1;
    memset(text, 'x', beyond);
    memcpy(text, FLOW("1") "\n", n);
    int fd = open(f->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, text, beyond), (ssize_t)beyond);
    assert_int_equal(write(fd, "\n" FLOW("2") "\n", n + 1), (ssize_t)n + 1);
    close(fd);
    free(text);
    struct reader *r;
    struct reader_options options = {.line = 0};
    size_t good = 0, bad = 0;
    int more = 1;
    assert_int_equal(reader_open(&r, f->path, &options, &f->e), 0);
    while (more > 0) {
        batch_reset(&f->batch);
        more = reader_next(r, &f->batch, &f->e);
        good += f->batch.count;
        bad += f->batch.bad_count;
    }
    assert_int_equal(reader_line(r), 4);
    reader_close(r);
    assert_int_equal(good, 2);
    assert_int_equal(bad, 1);
}

static void what_no_format_knows_is_refused_with_advice(void **state)
{
    struct fixture *f = *state;
    struct reader *r;
    struct reader_options options = {.line = 0};
    put(f, SLICE("a,b,c\n1,2,3\n"));
    assert_int_equal(reader_open(&r, f->path, &options, &f->e), -1);
    assert_int_equal(f->e.code, ERR_INPUT);
    assert_non_null(strstr(f->e.text, "--format"));
    options.format = "sysmom";
    assert_int_equal(reader_open(&r, f->path, &options, &f->e), -1);
    assert_int_equal(f->e.code, ERR_USAGE);
    unlink(f->path);
    assert_int_equal(reader_open(&r, f->path, &options, &f->e), -1);
    assert_int_equal(f->e.code, ERR_NOT_FOUND);
}

static void an_empty_file_is_fine(void **state)
{
    struct fixture *f = *state;
    put(f, SLICE(""));
    read_all(f, (struct reader_options){.line = 0}, NULL, NULL);
    assert_int_equal(f->batch.count + f->batch.bad_count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_last_line_without_its_newline_is_read),
        TEST(a_file_that_grows_keeps_its_unfinished_line),
        TEST(any_piece_is_a_place_to_resume_from),
        TEST(one_bad_element_never_kills_a_page),
        TEST(pretty_printed_objects_are_read),
        TEST(gzip_and_zstd_are_opened_and_resumed),
        TEST(a_packed_file_that_is_cut_says_so),
        TEST(a_giant_line_is_quarantined_and_the_next_is_read),
        TEST(what_no_format_knows_is_refused_with_advice),
        TEST(an_empty_file_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
