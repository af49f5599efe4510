/* A game's loop whose rules are a script: one call per frame, with limits, and new rules while it runs.
 *
 * usage: game_host RULES.ska NEW-RULES.ska FRAMES
 *
 * The state of the game is the host's: an array of numbers, which the rules change in place. So new rules are
 * a new machine, made beside the old one; the array is copied into it, and if anything is wrong with the new
 * rules, the old ones go on. A frame that fails (an error, or a limit) is told and skipped.
 *
 * A real game would load the new rules when the file's time changes; here that is half-way.
 */
#include <skua/embed.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { THINGS = 200, NUMBERS = 4 * THINGS };

/* The rules as they run at the moment. */
typedef struct Rules {
    SkuaVm* vm;
    SkuaFunction* update;
    SkuaRef* world; /* an array of the machine, and where its numbers are */
    double* numbers;
} Rules;

static void count_sound(SkuaCall* call, void* sounds, const SkuaValue* args, size_t count) {
    (void)call, (void)args, (void)count;
    ++*(long*)sounds;
}

static void free_rules(Rules* rules) {
    skua_ref_free(rules->world);
    skua_vm_free(rules->vm);
}

/* False, and `rules` is as it was, if the rules in the file are of no use. */
static bool load_rules(const char* file, const double* state, long* sounds, Rules* rules) {
    const SkuaOptions options = {.size = sizeof options,
                                 .max_instructions = 2 * 1000 * 1000,       /* of one frame */
                                 .max_nanoseconds = 2000ull * 1000 * 1000}; /* however slow the machine */
    Rules made = {0};
    SkuaError* error = NULL;
    if (skua_vm_new(&options, &made.vm, &error) || skua_vm_load(made.vm, file, &error) ||
        skua_vm_define(made.vm, "game", "drift.sound", "(string)void", count_sound, sounds, NULL, &error) ||
        skua_function(made.vm, "drift", "update", &made.update, &error) ||
        skua_array_new(made.vm, SK_F64, NUMBERS, &made.world, &error)) {
        fprintf(stderr, "%s: %s\n", file, skua_error_text(error));
        skua_error_free(error);
        free_rules(&made);
        return false;
    }
    made.numbers = skua_ref_elements(made.world, NULL, NULL);
    memcpy(made.numbers, state, NUMBERS * sizeof *state);
    *rules = made;
    return true;
}

static double milliseconds(void) {
    struct timespec t;
    timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int compare(const void* a, const void* b) {
    const double x = *(const double*)a, y = *(const double*)b;
    return (x > y) - (x < y);
}

int main(int argc, char** argv) {
    const int frames = argc == 4 ? atoi(argv[3]) : 0;
    if (frames < 10)
        return fprintf(stderr, "usage: game_host RULES.ska NEW-RULES.ska FRAMES (10 or more)\n"), 2;
    double state[NUMBERS];
    for (int i = 0; i < NUMBERS; i++) state[i] = i % 4 < 2 ? i * 7 % 50 : (i * 13 % 20 - 10) / 10.0;
    long sounds = 0;
    Rules rules;
    if (!load_rules(argv[1], state, &sounds, &rules)) return 1;
    double* times = malloc((size_t)frames * sizeof *times);
    int failed = 0;
    for (int frame = 0; frame < frames; frame++) {
        if (frame == frames / 2) {
            memcpy(state, rules.numbers, sizeof state);
            Rules next;
            const double start = milliseconds();
            if (load_rules(argv[2], state, &sounds, &next)) {
                free_rules(&rules);
                rules = next;
                printf("frame %d: new rules, in %.1f ms\n", frame, milliseconds() - start);
            }
        }
        const SkuaValue args[] = {skua_object(rules.world), skua_float(1 / 60.0)};
        SkuaError* error = NULL;
        const double start = milliseconds();
        const SkuaStatus status = skua_call(rules.update, args, 2, NULL, &error);
        times[frame] = milliseconds() - start;
        if (status == SKUA_OK) continue;
        if (failed++ == 0)
            printf("frame %d: %s%s (%s:%u)\n", frame, status == SKUA_LIMIT ? "limit of " : "",
                   status == SKUA_LIMIT ? skua_error_limit(error) : skua_error_message(error),
                   skua_error_frame_file(error, 0), skua_error_frame_line(error, 0));
        skua_error_free(error);
    }
    qsort(times, (size_t)frames, sizeof *times, compare);
    printf(
        "%d frames, %d failed, %ld sounds; milliseconds: median %.3f, 99th percentile %.3f, longest %.3f\n",
        frames, failed, sounds, times[frames / 2], times[frames - 1 - frames / 100], times[frames - 1]);
    double sum = 0;
    for (int i = 0; i < NUMBERS; i++) sum += rules.numbers[i];
    printf("state %.6f\n", sum);
    free(times);
    free_rules(&rules);
    return 0;
}
