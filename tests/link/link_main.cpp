// The program of every link test. That it links is the test; that it runs shows that no static
// object of the layer needs another layer to start.
#include <cstdio>

int main() {
    std::puts(SKUA_LAYER ": links alone");
    return 0;
}
