// The main function of every unit test program, compiled once: Catch2's own takes seconds.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
