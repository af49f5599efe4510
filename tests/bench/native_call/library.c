/* The library for those that call C as it is. */
#define WORK
#include "library.h"
