/* One request to the simulator, and its answer. */
#ifndef HINOMI_TESTS_RANGE_ASK_H
#define HINOMI_TESTS_RANGE_ASK_H

#include "range/sim_elastic.h"

#include "core/str.h"

#include <curl/curl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct exchange {
    long status;
    CURLcode rc;
    struct str body, head;
    json_t *json;
};

static struct sim_elastic *sim;

static size_t keep(char *p, size_t size, size_t n, void *owner)
{
    str_add(owner, p, size * n);
    return size * n;
}

struct asked {
    const char *method, *path, *body, *key, *extra;
};

static struct exchange ask(struct asked a)
{
    struct exchange x = {.body = STR_INIT, .head = STR_INIT};
    CURL *c = curl_easy_init();
    struct curl_slist *headers = NULL;
    char url[512], auth[128];
    snprintf(url, sizeof(url), "%s%s", sim_elastic_url(sim), a.path);
    snprintf(auth, sizeof(auth), "Authorization: ApiKey %s", a.key ? a.key : SIM_ELASTIC_API_KEY);
    if (!a.key || *a.key)
        headers = curl_slist_append(headers, auth);
    headers = curl_slist_append(headers, a.extra ? a.extra : "Accept: application/json");
    if (!a.extra || strncmp(a.extra, "Content-Type", 12) != 0)
        headers = curl_slist_append(headers, "Content-Type: application/json");
    curl_easy_setopt(c, CURLOPT_URL, url);
    curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, a.method);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    if (a.body)
        curl_easy_setopt(c, CURLOPT_POSTFIELDS, a.body);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, &x.body);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, &x.head);
    curl_easy_setopt(c, CURLOPT_TIMEOUT, 20L);
    x.rc = curl_easy_perform(c);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &x.status);
    x.json = x.body.n ? json_loadb(x.body.p, x.body.n, 0, NULL) : NULL;
    curl_slist_free_all(headers);
    curl_easy_cleanup(c);
    return x;
}

static void done(struct exchange *x)
{
    str_release(&x->body);
    str_release(&x->head);
    json_decref(x->json);
}

static const json_t *at(const json_t *j, const char *path)
{
    char key[64];
    while (*path && j) {
        size_t n = strcspn(path, "/");
        snprintf(key, sizeof(key), "%.*s", (int)n, path);
        j = json_is_array(j) ? json_array_get(j, (size_t)strtoul(key, NULL, 10))
                             : json_object_get(j, key);
        path += n + (path[n] == '/');
    }
    return j;
}

static const char *text_at(const struct exchange *x, const char *path)
{
    const char *s = json_string_value(at(x->json, path));
    return s ? s : "";
}

#endif
