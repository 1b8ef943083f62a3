/* cmocka wants these four before it. */
#ifndef HINOMI_TESTS_SUPPORT_CMOCKA_H
#define HINOMI_TESTS_SUPPORT_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
