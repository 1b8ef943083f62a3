#include "core/hash.h"

#include "core/base64.h"
#include "tests/support/cmocka.h"

#include <stdlib.h>

static void digests_equal_the_published_vectors(void **state)
{
    (void)state;
    char hex[HASH_SHA256_TEXT];
    hash_sha256_hex(SLICE("abc"), hex); /* FIPS 180-4's example */
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    hash_sha256_hex((struct slice){NULL, 0}, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void pieces_give_the_digest_of_the_whole(void **state)
{
    (void)state;
    char whole[HASH_SHA256_TEXT], pieces[HASH_SHA256_TEXT], data[5000];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (char)(i * 7);
    hash_sha256_hex((struct slice){data, sizeof data}, whole);
    struct hash *h = hash_new();
    for (size_t at = 0; at < sizeof data;) {
        size_t n = at % 97 + 1;
        n = n < sizeof data - at ? n : sizeof data - at;
        hash_add(h, (struct slice){data + at, n});
        at += n;
    }
    hash_end_hex(h, pieces);
    assert_string_equal(whole, pieces);
    hash_free(hash_new());
    hash_free(NULL);
}

static void hmac_equals_the_rfc(void **state)
{
    (void)state;
    unsigned char mac[HASH_SHA1_BYTES];
    char hex[2 * HASH_SHA1_BYTES + 1];
    hash_hmac_sha1(SLICE("Jefe"), SLICE("what do ya want for nothing?"), mac); /* RFC 2202, 2 */
    assert_string_equal(hash_hex(mac, sizeof mac, hex), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    hash_hmac_sha1((struct slice){NULL, 0}, (struct slice){NULL, 0}, mac);
    assert_string_equal(hash_hex(mac, sizeof mac, hex), "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d");
}

static void comparison_and_random_work(void **state)
{
    (void)state;
    unsigned char a[600], b[600];
    hash_random(a, sizeof a);
    hash_random(b, sizeof b);
    assert_false(hash_equal(a, b, sizeof a));
    memcpy(b, a, sizeof a);
    assert_true(hash_equal(a, b, sizeof a));
    b[599] ^= 1;
    assert_false(hash_equal(a, b, sizeof a));
}

static void base64_equals_the_rfc_both_ways(void **state)
{
    (void)state;
    static const char *const table[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"},
        {"\xfb\xff\xfe", "+//+"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct str text = STR_INIT, bytes = STR_INIT;
        base64_encode(&text, slice_of(table[i][0]));
        assert_string_equal(text.p, table[i][1]);
        assert_true(base64_decode(&bytes, str_as_slice(&text)));
        assert_string_equal(bytes.p, table[i][0]);
        str_release(&text);
        str_release(&bytes);
    }
}

static void base64_takes_what_people_paste_and_refuses_the_rest(void **state)
{
    (void)state;
    static const struct {
        const char *text, *bytes;
    } table[] = {{"Zm9v\nYmFy", "foobar"}, {"Zg", "f"}, {"-__-", "\xfb\xff\xfe"}, {"Z", NULL},
        {"Zg=", NULL}, {"Zg==Zg==", NULL}, {"Zm9!", NULL}, {"====", NULL}, {"Zm9v===", NULL}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct str out = STR_INIT;
        str_puts(&out, "x");
        bool ok = base64_decode(&out, slice_of(table[i].text));
        if (ok != (table[i].bytes != NULL))
            fail_msg("%s", table[i].text);
        assert_string_equal(out.p + 1, ok ? table[i].bytes : "");
        str_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_equal_the_published_vectors),
        cmocka_unit_test(pieces_give_the_digest_of_the_whole),
        cmocka_unit_test(hmac_equals_the_rfc),
        cmocka_unit_test(comparison_and_random_work),
        cmocka_unit_test(base64_equals_the_rfc_both_ways),
        cmocka_unit_test(base64_takes_what_people_paste_and_refuses_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
