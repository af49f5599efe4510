"""Plugins in processes of their own: run as in this process, and what becomes of a program whose plugin does not
come back. One test per function; `check.py ... cost` measures what calls cost."""

import argparse
import glob
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
GRANTS = ("--allow=plugin", "--allow=net:granted.org")
UNCAUGHT = 70
options = None
folder = None


class Wrong(Exception):
    pass


def compile_sources(*names):
    sources = [os.path.join(HERE, name + ".skua") for name in names]
    subprocess.run([os.path.join(options.bin, "vmc"), "-Wno-all", *sources, "-o", os.path.join(folder, "classes")], check=True)


def command(*args, plugins=None):
    return [os.path.join(options.bin, "vmrun"), "--plugin-path", plugins or options.plugins, *GRANTS, *args]


def environment(**more):
    env = dict(os.environ, **more)
    # Signals end the plugin's process as they do without a sanitizer.
    env["ASAN_OPTIONS"] = env.get("ASAN_OPTIONS", "") + ":handle_segv=0:handle_abort=0:handle_sigill=0:detect_leaks=0"
    return env


def run(*args, code=0, plugins=None, **env):
    outcome = subprocess.run(command(*args, plugins=plugins), capture_output=True, text=True, timeout=60, cwd=folder,
                             env=environment(**env))
    if outcome.returncode != code:
        raise Wrong(f"{args}: exit code {outcome.returncode}\n{outcome.stdout}{outcome.stderr}")
    return outcome


def classes(module, *args):
    return ("--class-path", os.path.join(folder, "classes"), module, *args)


def expect(what, found, wanted):
    if found != wanted:
        raise Wrong(f"{what}: found\n{found}\nwanted\n{wanted}")


def contains(what, text, *parts):
    for part in parts:
        if part not in text:
            raise Wrong(f"{what}: '{part}' is not in\n{text}")


def children_of(process):
    """The processes that this one has started, by the kernel's word; zombies too."""
    found = []
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path) as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == process:
            found.append(int(path.split("/")[2]))
    return found


def tiers():
    probe = subprocess.run([os.path.join(options.bin, "vmrun"), "--jit=on", "--version"], capture_output=True)
    return ["off", "on", "force"] if probe.returncode == 0 else [None]


def test_agrees():
    """Everything that the API has does the same in both ways, in all tiers, and while the heap is collected."""
    compile_sources("nasty", "agree")
    with open(os.path.join(folder, "file.txt"), "w") as file:
        file.write("hello\n")
    program = ("--allow=fs.read:file.txt", *classes("agree", "argument", "file.txt"))
    wanted = run(*program).stdout
    contains("the program", wanted, "mix: 8999990425.75", "hook: first")
    for tier in tiers():
        mode = (f"--jit={tier}",) if tier else ()
        expect(f"isolated, {tier}", run("--isolate-plugins", *mode, *program).stdout, wanted)
    expect("collecting", run("--isolate-plugins=other,nasty", "--gc-stress=97", *program).stdout, wanted)
    here, there = (run("--deterministic=3", "--trace-hash", *mode, *program) for mode in ((), ("--isolate-plugins",)))
    expect("deterministic", there.stdout + there.stderr, here.stdout + here.stderr)


def test_checksum_example():
    """The example plugin, from the header alone, which knows nothing of isolation."""
    example = os.path.join(HERE, "..", "..", "examples", "plugins", "checksum")
    sources = [os.path.join(example, name) for name in ("checksum.skua", "demo.skua")]
    subprocess.run([os.path.join(options.bin, "vmc"), *sources, "-o", os.path.join(folder, "classes")], check=True)
    with open(os.path.join(folder, "digits.txt"), "w") as file:
        file.write("123456789")
    program = ("--allow=fs.read:digits.txt", *classes("demo", "digits.txt", "nowhere.txt"))
    wanted = run(*program, plugins=options.checksum).stdout
    expect("isolated", run("--isolate-plugins", *program, plugins=options.checksum).stdout, wanted)
    contains("the example", wanted, "3421780262\n3421780262\n", "this checksum stream is closed", "--allow=fs.read:nowhere.txt")


def test_crossing():
    """Structs, tuples, nullable values, completions and threads of a plugin's own: the same in both ways."""
    compile_sources("crossing", "use_crossing")
    program = classes("use_crossing")
    wanted = run(*program).stdout
    contains("the program", wanted, "\n(a, 1) null\n", "\n1000: 1364338 1000\n", "\n[0, 1, 2, 3, 4]\n1999000\n")
    for tier in tiers():
        mode = (f"--jit={tier}",) if tier else ()
        expect(f"isolated, {tier}", run("--isolate-plugins", *mode, *program).stdout, wanted)
    expect("collecting", run("--isolate-plugins", "--gc-stress=211", *program).stdout, wanted)
    # Threads of the plugin's count.
    few = run("--isolate-plugins", "--max-threads=1", *program).stdout
    expect("--max-threads", few.splitlines()[-7:], ["-11", "-88", "-33", "-22", "-44", "[]", "0"])


def test_other_plugins():
    """What the machine's own tests of the native API do with plugins, from the header alone."""
    tests = os.path.join(HERE, "..", "plugins")
    sources = [os.path.join(tests, name + ".skua") for name in ("geo", "use_geo")]
    subprocess.run([os.path.join(options.bin, "vmc"), *sources, "-o", os.path.join(folder, "classes")], check=True)
    program = classes("use_geo", "20")
    wanted = run(*program, plugins=options.geo).stdout
    expect("isolated", run("--isolate-plugins", *program, plugins=options.geo).stdout, wanted)
    contains("the program", wanted, "Body(id: 7", "std.core.KeyError: key")


DIES = """with structs: PLUGIN ENDED in crossing.fallBetween
inner: PLUGIN ENDED in crossing.end
in a callback: PLUGIN ENDED in crossing.apply
begun: yes
waits: PLUGIN ENDED before it had completed this
forgotten: PLUGIN ENDED before it had completed this
attached: PLUGIN crashed (SIGABRT) in crossing.onThreads
under guest code of threads: PLUGIN ENDED in crossing.onThreads
again: HOW 3
"""

NO_VALUES = """result: PLUGIN returned a crossing.Item that holds what is no character from crossing.badResult
result: PLUGIN returned a crossing.Item that holds a std.core.KeyError, not a string from crossing.badResult
result: PLUGIN returned an object that it was not given from crossing.badResult
no character: PLUGIN was stopped, since it wrote into an array of crossing.Item one that holds what is no character in crossing.spoil
Item(letter: a, name: null, flag: true, count: 0, at: Point(x: 0, y: 0.0))
no text: PLUGIN was stopped, since it wrote into an array of (string,i64)? one that holds null, not a string in crossing.spoilGaps
[null]
"""


def test_crossing_dies():
    """The plugin ends in the middle of each of these, and sends what is no value."""
    compile_sources("crossing", "crossing_dies")
    ends = ("crashed (SIGABRT)", "ended by itself (exit code 5)", "crashed (SIGSEGV)", "was killed (SIGKILL)")
    wanted = "".join(DIES.replace("ENDED", end).replace("HOW", str(how)) for how, end in enumerate(ends)) + NO_VALUES
    wanted = wanted.replace("PLUGIN", "std.core.PluginError: plugin 'crossing'")
    for tier in tiers():
        mode = (f"--jit={tier}",) if tier else ()
        expect(f"dies, {tier}", run("--isolate-plugins", *mode, *classes("crossing_dies")).stdout, wanted)


CRASHES = """end 0: std.core.PluginError: plugin 'nasty' crashed (SIGSEGV) in nasty.end
again: 0
end 1: std.core.PluginError: plugin 'nasty' crashed (SIGABRT) in nasty.end
again: 2
end 2: std.core.PluginError: plugin 'nasty' ended by itself (exit code 3) in nasty.end
again: 4
end 3: std.core.PluginError: plugin 'nasty' was killed (SIGKILL) in nasty.end
again: 6
end 4: std.core.PluginError: plugin 'nasty' ended by itself (exit code 0) in nasty.end
again: 8
end 5: std.core.PluginError: plugin 'nasty' crashed (SIGSEGV) in nasty.end
again: 10
end 6: std.core.PluginError: plugin 'nasty' crashed (SIGILL) in nasty.end
again: 12
end 7: std.core.PluginError: plugin 'nasty' crashed (SIGABRT) in nasty.end
again: 14
"""

STATE = """end: std.core.PluginError: plugin 'nasty' crashed (SIGSEGV) in nasty.end
another process: true
handle: std.core.StateError: this thing is closed
close: false, root: null, closed: 0
"""

NESTED = """inner: std.core.PluginError: plugin 'nasty' crashed (SIGABRT) in nasty.end
new: 42
outer: std.core.PluginError: plugin 'nasty' crashed (SIGABRT) in nasty.apply
after: 42
"""

VALUES = """wrong type: std.core.PluginError: plugin 'nasty' returned a string from nasty.wrongType
forged: std.core.PluginError: plugin 'nasty' returned an object that it was not given from nasty.forged
no character: std.core.PluginError: plugin 'nasty' returned what is no character from nasty.nextChar
[true, true, true] true
no character: std.core.PluginError: plugin 'nasty' was stopped, since it wrote into an array of char what is no character in nasty.spoil
true 2
deep: std.core.StackOverflowError: calls through the isolated plugin 'nasty' are nested too deeply
after: 4
"""


def test_crashes():
    """However the plugin ends, the call throws, the next one works, and nothing is left behind."""
    compile_sources("nasty", "crash")
    for tier in tiers():
        mode = (f"--jit={tier}",) if tier else ()
        expect(f"ways, {tier}", run("--isolate-plugins", *mode, *classes("crash", "ways")).stdout, CRASHES)
    expect("state", run("--isolate-plugins", *classes("crash", "state")).stdout, STATE)
    expect("nested", run("--isolate-plugins", *classes("crash", "nested")).stdout, NESTED)
    # Channel and standard streams, one lane with its socket, and one for loading: the same after twenty crashes.
    first, last = (run("--isolate-plugins", *classes("crash", how)).stdout for how in ("values", "many"))
    expect("descriptors", last.split()[1], re.search(r"descriptors: (\d+)", first).group(1))
    contains("uncaught", run("--isolate-plugins", *classes("crash", "uncaught"), code=UNCAUGHT).stderr,
             "uncaught std.core.PluginError: plugin 'nasty' crashed (SIGSEGV) in nasty.end", "crash.main (crash.skua:")


def test_values():
    """What is not what the plugin's types say is an error, and what is asked for is refused as in process."""
    compile_sources("nasty", "crash")
    found = run("--isolate-plugins", *classes("crash", "values")).stdout
    if options.slow:  # frames of sanitizers are large, so that the machine's own limit is reached first
        found = found.replace("calls through native code are", "calls through the isolated plugin 'nasty' are")
    found = found.splitlines()
    expect("values", found[:8], VALUES.splitlines()[:8])
    contains("not granted", run("--isolate-plugins", "--deny=net", *classes("crash", "values")).stdout,
             "guarded: std.core.PermissionError: net")


def test_limits():
    """A plugin that does not come back ends with the program's time; one that listens, at once."""
    compile_sources("nasty", "crash")
    for how, most in (("spin", 2.5), ("politely", 1.5)):
        start = time.monotonic()
        errors = run("--isolate-plugins", "--timeout=200ms", *classes("crash", how), code=UNCAUGHT).stderr
        contains(how, errors, "LimitError: the limit of 200 ms is reached")
        if not options.slow and time.monotonic() - start > most:
            raise Wrong(f"{how}: took {time.monotonic() - start:.1f} s")


def test_killed_from_outside():
    """Kill -9 of the plugin is an error of the program; of the program, the end of the plugin. No zombies."""
    compile_sources("nasty", "crash")
    program = subprocess.Popen(command("--isolate-plugins", *classes("crash", "wait")), stdout=subprocess.PIPE, text=True,
                               cwd=folder, env=environment())
    deadline = time.monotonic() + 20
    while not children_of(program.pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.1)  # it is called all the time
    plugin, = children_of(program.pid)
    os.kill(plugin, signal.SIGKILL)
    output = program.communicate(timeout=20)[0]
    expect("output", output, f"{plugin}\nkilled: std.core.PluginError: plugin 'nasty' was killed (SIGKILL) in nasty.twice\n8\n")

    program = subprocess.Popen(command("--isolate-plugins", *classes("crash", "wait")), stdout=subprocess.DEVNULL, cwd=folder,
                               env=environment())
    while not children_of(program.pid) and time.monotonic() < deadline + 20:
        time.sleep(0.01)
    plugin, = children_of(program.pid)
    program.kill()
    program.wait()
    for _ in range(500):
        try:
            with open(f"/proc/{plugin}/stat") as file:
                if file.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return  # whoever inherited it reaps it
        except OSError:
            return
        time.sleep(0.01)
    raise Wrong("the plugin's process outlives the program's")


def test_ends():
    """exit_program, hooks, and a plugin that cannot be loaded."""
    compile_sources("nasty", "crash")
    expect("exit_program", run("--isolate-plugins", *classes("crash", "quit"), code=7).stdout, "hook: before the end\n")
    contains("hook of loading", run("--isolate-plugins", *classes("crash", "nested"), NASTY_HOOK="1").stdout, "hook of loading")
    errors = run("--isolate-plugins", *classes("crash", "uncaught"), code=UNCAUGHT, NASTY_AT_LOAD="1").stderr
    contains("crash while loading", errors, "LinkError", "nasty.so: its process crashed (SIGABRT)")
    with open(os.path.join(folder, "nasty.so"), "w") as file:
        file.write("no library")
    errors = run("--isolate-plugins", *classes("crash", "uncaught"), code=UNCAUGHT, plugins=folder).stderr
    contains("no library", errors, "LinkError", "cannot load the plugin")
    host = subprocess.run([os.path.join(options.bin, "skua-plugin-host")], capture_output=True, text=True)
    expect("by hand", (host.returncode, host.stderr), (64, "skua-plugin-host: is started by vmrun --isolate-plugins, not by hand\n"))


def run_machine(how, host, count):
    std = os.path.join(options.bin, "..", "lib", "skua", "std.ska")
    outcome = subprocess.run([options.machine, std, os.path.join(folder, "classes"), host, options.plugins, how, str(count)],
                             capture_output=True, text=True, timeout=110, env=environment())
    if outcome.returncode != 0:
        raise Wrong(f"{how}: exit code {outcome.returncode}\n{outcome.stdout[-2000:]}{outcome.stderr[-3000:]}")
    return outcome.stdout


def test_threads():
    """Guest threads at the same time, with a plugin that crashes under them."""
    compile_sources("nasty", "threads")
    run_machine("threads", os.path.join(options.bin, "skua-plugin-host"), 6)


def test_hostile_process():
    """A process that says anything at all: the machine stays whole."""
    compile_sources("hostilenatives", "hostile")
    with open(os.path.join(folder, "hostile.so"), "w"):
        pass  # it is not looked at
    options.plugins = folder
    rounds = int(os.environ.get("HOSTILE_ROUNDS", "3" if options.slow else "6"))
    output = run_machine("hostile", options.hostile, rounds)
    expect("machines that got through", output.count("survived"), rounds)


def cost():
    compile_sources("nasty", "cost")
    for mode in ((), ("--isolate-plugins",)):
        print(" ".join(mode) or "in process")
        print(run(*mode, *classes("cost")).stdout)


def main():
    global options, folder
    parser = argparse.ArgumentParser()
    for name in ("bin", "plugins", "checksum", "geo", "machine", "hostile"):
        parser.add_argument("--" + name)
    parser.add_argument("--slow", action="store_true")
    parser.add_argument("test")
    options = parser.parse_args()
    for name in ("bin", "plugins", "checksum", "geo"):
        if path := getattr(options, name):
            setattr(options, name, os.path.abspath(path))
    with tempfile.TemporaryDirectory(prefix="skua-isolate-") as folder:
        try:
            cost() if options.test == "cost" else globals()["test_" + options.test]()
        except Wrong as wrong:
            sys.exit(str(wrong))


main()
