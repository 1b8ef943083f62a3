/* What a test or the range itself asks of the simulator while it runs. */
#include "range/elastic_server.h"

#include <string.h>

int sim_elastic_add(
    struct sim_elastic *sim, const char *index, const char *id, const char *text, struct err *e)
{
    json_error_t why;
    json_t *source = json_loads(text, 0, &why);
    if (!json_is_object(source)) {
        json_decref(source);
        return err_set(e, ERR_INPUT, "a document must be a JSON object: %s", why.text);
    }
    pthread_mutex_lock(&sim->lock);
    sim_store_put(&sim->store, index, id, source);
    pthread_mutex_unlock(&sim->lock);
    return 0;
}

size_t sim_elastic_served(struct sim_elastic *sim, const char *route)
{
    size_t n = 0, i;
    json_t *entry;
    pthread_mutex_lock(&sim->lock);
    json_array_foreach(sim->ledger, i, entry)
    {
        const char *name = json_string_value(json_object_get(entry, "route"));
        n += !*route || (name && strcmp(name, route) == 0);
    }
    pthread_mutex_unlock(&sim->lock);
    return n;
}

size_t sim_elastic_open_pits(struct sim_elastic *sim)
{
    size_t n = 0;
    pthread_mutex_lock(&sim->lock);
    sim_pit_expire(sim);
    for (const struct sim_pit *p = sim->pits; p; p = p->next)
        n++;
    pthread_mutex_unlock(&sim->lock);
    return n;
}

char *sim_elastic_ledger(struct sim_elastic *sim)
{
    pthread_mutex_lock(&sim->lock);
    char *text = json_dumps(sim->ledger, JSON_COMPACT);
    pthread_mutex_unlock(&sim->lock);
    return text;
}

char *sim_elastic_document(struct sim_elastic *sim, const char *index, const char *id)
{
    pthread_mutex_lock(&sim->lock);
    const struct sim_document *d = sim_store_find(&sim->store, index, id);
    char *text = d ? json_dumps(d->source, JSON_COMPACT) : NULL;
    pthread_mutex_unlock(&sim->lock);
    return text;
}
