#include "connectors/connector.h"

extern const struct connector_ops connector_elastic, connector_file;

const struct connector_ops *const connector_kinds[] = {
    &connector_elastic,
    &connector_file,
    NULL,
};
