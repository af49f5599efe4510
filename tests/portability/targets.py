"""The machines that Skua is ported to: their cross compilers, their packages, their builds.

Nothing of another architecture is installed on this machine. The -dev packages are fetched by an apt-get that has
lists and a cache of its own below the build, and unpacked there, because many of them cannot be installed
beside their x86-64 namesakes. Only the cross compilers and the emulator are ordinary packages.
"""
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

# What vmrun, vmar and vmdis are linked with; libffi calls natives where we do not (vm/CMakeLists.txt).
LIBRARIES = ["libgc-dev", "zlib1g-dev", "libre2-dev", "libutf8proc-dev", "libsodium-dev", "libffi-dev", "libcli11-dev"]
# What vmc needs beside these.
COMPILER_LIBRARIES = ["libantlr4-runtime-dev", "libfmt-dev", "libtomlplusplus-dev"]


class Target:
    def __init__(self, processor, debian, little_endian, loader):
        self.processor, self.debian, self.little_endian, self.loader = processor, debian, little_endian, loader
        self.triple = f"{processor}-linux-gnu"

    @property
    def compiler(self):
        return f"{self.triple}-g++"

    @property
    def packages(self):
        """What must be installed on this machine: package and the command that proves it."""
        return {f"g++-{self.triple}": [self.compiler],
                "qemu-user-static": [f"qemu-{self.processor}-static", f"qemu-{self.processor}"]}

    @property
    def link_options(self):
        """The cross compiler's C library by its place on this machine. qemu's -L would find it, too, but takes the root
        folder, from which the guest's files are opened, for the library's folder."""
        libraries = f"/usr/{self.triple}/lib"
        return f"-Wl,--dynamic-linker={libraries}/{self.loader} -Wl,-rpath,{libraries}"

    @property
    def emulator(self):
        name = next(n for n in self.packages["qemu-user-static"] if shutil.which(n))
        # The stack is as large as vmrun would have it (vm/tools/native_stack.cpp): qemu's setrlimit only says so.
        return [name, "-s", str(120 << 20)]


TARGETS = {t.processor: t for t in (Target("aarch64", "arm64", True, "ld-linux-aarch64.so.1"),
                                     Target("s390x", "s390x", False, "ld64.so.1"))}


def missing_packages(targets):
    return sorted({package for target in targets for package, proofs in target.packages.items()
                   if not any(shutil.which(proof) for proof in proofs)})


def install(packages):
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if os.getuid() != 0:
        command = ["sudo", *command]
    subprocess.run(command, check=True, stdout=sys.stderr)


def call(command, log, **more):
    """Runs a step whose output only matters if it fails."""
    with open(log, "ab") as out:
        done = subprocess.run([str(c) for c in command], stdout=out, stderr=subprocess.STDOUT, **more)
    if done.returncode != 0:
        tail = pathlib.Path(log).read_text(errors="replace").splitlines()[-30:]
        sys.exit("\n".join(tail) + f"\n{command[0]} failed with {done.returncode}; all of its output is in {log}")


def unpack_sysroot(target, packages, folder, log):
    """The packages' files below folder/sysroot. Does nothing if they are there."""
    sysroot, stamp = folder / "sysroot", folder / "packages"
    wanted = "\n".join(packages)
    if stamp.is_file() and stamp.read_text() == wanted:
        return sysroot
    shutil.rmtree(sysroot, ignore_errors=True)
    for part in ("state/lists/partial", "cache/archives/partial", "debs", "sysroot"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "status").touch()
    config = folder / "apt.conf"
    config.write_text(f'''APT::Architecture "{target.debian}";
APT::Architectures {{ "{target.debian}"; }};
APT::Sandbox::User "";
Dir::State "{folder}/state";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}/cache";
''')
    environment = {**os.environ, "APT_CONFIG": str(config)}
    call(["apt-get", "update"], log, env=environment)
    call(["apt-get", "download", *packages], log, env=environment, cwd=folder / "debs")
    for package in sorted((folder / "debs").glob("*.deb")):
        call(["dpkg-deb", "-x", package, sysroot], log)
    stamp.write_text(wanted)
    return sysroot


def build(target, work, std_archive, with_compiler, jobs):
    """Cross-compiles what runs programs; the folder of the programs."""
    tree = work / target.processor
    tree.mkdir(parents=True, exist_ok=True)
    log = tree / "portability.log"
    packages = LIBRARIES + (COMPILER_LIBRARIES if with_compiler else [])
    sysroot = unpack_sysroot(target, packages, tree / "libraries", log)
    # Up to 16 sources are compiled as one, which takes half the time.
    call(["cmake", "-S", ROOT, "-B", tree, "-G", "Ninja", "--toolchain", ROOT / f"cmake/toolchains/{target.triple}.cmake",
          f"-DSKUA_SYSROOT={sysroot}", f"-DCMAKE_EXE_LINKER_FLAGS={target.link_options}", f"-DSKUA_STD_ARCHIVE={std_archive}",
          f"-DSKUA_COMPILER={'ON' if with_compiler else 'OFF'}", "-DSKUA_JIT=OFF",
          "-DCMAKE_UNITY_BUILD=ON", "-DCMAKE_UNITY_BUILD_BATCH_SIZE=16"], log)
    programs = ["vmrun", "vmar", "vmdis", "skua_std"] + (["vmc"] if with_compiler else [])
    call(["ninja", "-C", tree, f"-j{jobs}", *programs], log)
    return tree / "bin"
