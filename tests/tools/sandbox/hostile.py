"""Programs that try to get out of the sandbox, to stay in it for ever, or to take more than their share.

Each is a Python program that finds in `given` what it may attack, and calls `escaped()` when it got through. What it
may end with is named beside it; anything is fine where nothing is named, as long as it ends and nothing escaped.
"""

from __future__ import annotations

from dataclasses import dataclass

PRELUDE = '''
import ctypes, json, os, platform, sys, time
given = json.load(sys.stdin)
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
COLUMN = 0 if platform.machine() == "x86_64" else 1

def call(numbers, *arguments):
    """Whether the kernel made a system call, given by its numbers on x86_64 and aarch64."""
    words = [ctypes.c_void_p(a) if isinstance(a, int) or a is None else a for a in arguments]
    return libc.syscall(ctypes.c_long(numbers[COLUMN]), *words) >= 0

def escaped(through=True):
    if through:
        print("ESCAPED", flush=True)

def tries(action):
    """Whether an action works."""
    try:
        action()
    except (OSError, ValueError, AttributeError, MemoryError, RuntimeError):
        return False
    return True

def buffer(size=4096):
    return ctypes.addressof(ctypes.create_string_buffer(size))
'''


@dataclass(frozen=True, slots=True)
class Hostile:
    """One program, and the kinds of outcome it may have (None: it ended well)."""

    name: str
    text: str
    kinds: tuple[str | None, ...] = ()


def _parse(text: str) -> list[Hostile]:
    """Programs of a text in which each begins with `### name` or `### name -> kind, kind`."""
    found = []
    for part in text.split("\n### ")[1:]:
        head, _, body = part.partition("\n")
        name, _, kinds = head.partition(" -> ")
        wanted = tuple(None if kind == "well" else kind for kind in kinds.split(", ") if kind)
        found.append(Hostile(name, PRELUDE + body, wanted))
    return found


NETWORK = """
### connect by TCP
import socket
escaped(tries(lambda: socket.create_connection(("127.0.0.1", given["port"]), timeout=1)))
### connect by TCP over IPv6
import socket
escaped(tries(lambda: socket.socket(socket.AF_INET6).connect(("::1", given["port"]))))
### send a datagram
import socket
escaped(tries(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", given["port"]))))
### connect to a Unix socket
import socket
escaped(tries(lambda: socket.socket(socket.AF_UNIX).connect(given["unix"])))
### connect to an abstract Unix socket
import socket
escaped(tries(lambda: socket.socket(socket.AF_UNIX).connect(chr(0) + given["abstract"])))
### open a raw socket
import socket
escaped(tries(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)))
### open a netlink socket
import socket
escaped(tries(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)))
### open a packet socket
import socket
escaped(tries(lambda: socket.socket(17, socket.SOCK_RAW)))
### open a vsock
import socket
escaped(tries(lambda: socket.socket(40, socket.SOCK_STREAM).connect((2, 22))))
### listen
import socket
escaped(tries(lambda: socket.create_server(("127.0.0.1", 0))))
### look a name up
import socket
escaped(tries(lambda: socket.getaddrinfo("example.org", 80)))
### an internet socket pair
import socket
escaped(tries(lambda: socket.socketpair(socket.AF_INET)))
"""

FILES = """
### read a file of everybody
escaped(tries(lambda: open(given["file"]).read()))
### read the list of users
escaped(tries(lambda: open("/etc/passwd").read()))
### read shadow passwords
escaped(tries(lambda: open("/etc/shadow").read()))
### list a folder of everybody
escaped(tries(lambda: os.listdir(given["folder"])))
### list homes
escaped(any(tries(lambda p=p: os.listdir(p)) and os.listdir(p) for p in ("/home", os.path.expanduser("~"))))
### write into a folder of everybody
escaped(tries(lambda: open(given["folder"] + "/written", "w").write("x")))
### write over a file of everybody
escaped(tries(lambda: open(given["file"], "w").write("x")))
### append to a file of everybody
escaped(tries(lambda: open(given["file"], "a").write("x")))
### truncate a file of everybody
escaped(tries(lambda: os.truncate(given["file"], 0)))
### remove a file of everybody
escaped(tries(lambda: os.unlink(given["file"])))
### rename a file of everybody
escaped(tries(lambda: os.rename(given["file"], given["file"] + "2")))
### change the mode of a file of everybody
escaped(tries(lambda: os.chmod(given["file"], 0o777)))
### change the time of a file of everybody
escaped(tries(lambda: os.utime(given["file"], (1, 1))))
### change the owner of a file of everybody
escaped(tries(lambda: os.chown(given["file"], os.getuid(), -1)))
### set an attribute of a file of everybody
escaped(tries(lambda: os.setxattr(given["file"], "user.x", b"x")))
### follow a symbolic link out
os.symlink(given["file"], "link")
escaped(tries(lambda: open("link").read()))
### write through a symbolic link
os.symlink(given["folder"] + "/through", "link")
escaped(tries(lambda: open("link", "w").write("x")))
### a hard link to a file outside
escaped(tries(lambda: os.link(given["file"], "hard")) and open("hard").read())
### zip with paths that climb
import zipfile
with zipfile.ZipFile("a.zip", "w") as archive:
    archive.writestr("../../../../../.." + given["folder"] + "/slipped", "x")
with zipfile.ZipFile("a.zip") as archive:
    for name in archive.namelist():
        try:
            os.makedirs(os.path.dirname(os.path.join(os.getcwd(), name)), exist_ok=True)
            open(os.path.join(os.getcwd(), name), "w").write("x")
            escaped(os.path.exists(given["folder"] + "/slipped"))
        except OSError:
            pass
### tar with an absolute path
import io, tarfile
text = io.BytesIO()
with tarfile.open(fileobj=text, mode="w") as archive:
    info = tarfile.TarInfo(given["folder"] + "/tarred")
    archive.addfile(info)
text.seek(0)
tries(lambda: tarfile.open(fileobj=text).extractall("/", filter="fully_trusted"))
escaped(tries(lambda: open(given["folder"] + "/tarred")))
### the root of another process
escaped(any(tries(lambda p=p: open(f"/proc/{p}/root{given['file']}").read()) for p in (1, os.getppid(), given["pid"])))
### own memory as a file
escaped(tries(lambda: open("/proc/self/mem", "r+b")))
### own maps
escaped(tries(lambda: open("/proc/self/maps").read()))
### list processes
escaped(tries(lambda: os.listdir("/proc")) and len(os.listdir("/proc")) > 0)
### a folder descriptor and a way up
place = os.open(".", os.O_RDONLY)
escaped(tries(lambda: os.close(os.open("../../../../../.." + given["file"], os.O_RDONLY, dir_fd=place))))
### a path descriptor that is opened again
place = os.open(given["file"], os.O_PATH) if os.path.exists(given["file"]) else -1
escaped(tries(lambda: open(f"/proc/self/fd/{place}").read()))
### open by handle
escaped(call((304, 265), os.open(".", os.O_RDONLY), buffer(), os.O_RDONLY))
### a nameless file that is linked out
place = os.open(".", os.O_TMPFILE | os.O_RDWR)
target = ctypes.c_char_p(given["folder"].encode() + b"/linked")
escaped(call((265, 37), place, ctypes.c_char_p(b""), -100, target, 0x1000))
### write into the code of the sandbox
frame = sys._getframe()
while frame is not None:
    path = frame.f_code.co_filename
    escaped(os.path.isabs(path) and tries(lambda: open(path, "a").write("")))
    frame = frame.f_back
### write into the standard library
escaped(tries(lambda: open(os.__file__, "a").write("")))
### write beside the interpreter
escaped(tries(lambda: open(os.path.dirname(sys.executable) + "/x", "w")))
### make a device
escaped(tries(lambda: os.mknod("disk", 0o60600, os.makedev(254, 0))) and tries(lambda: open("disk", "rb").read(1)))
### make a named pipe
escaped(tries(lambda: os.mkfifo("pipe")))
### the disk itself
paths = ("/dev/vda", "/dev/sda", "/dev/nvme0n1", "/dev/mem", "/dev/kmsg", "/dev/fuse")
escaped(any(tries(lambda p=p: open(p, "rb").read(1)) for p in paths))
### a terminal
escaped(tries(lambda: open("/dev/tty", "r+")))
### shared memory of the machine
escaped(tries(lambda: open("/dev/shm/x", "w")))
### kernel settings
escaped(tries(lambda: open("/proc/sys/kernel/hostname", "w").write("x")))
### control groups
escaped(tries(lambda: os.mkdir("/sys/fs/cgroup/x")))
### sockets of services
paths = ("/var/run/docker.sock", "/run/dbus/system_bus_socket")
escaped(any(os.path.exists(p) and tries(lambda p=p: open(p)) for p in paths))
"""

ENVIRONMENT = """
### own environment
escaped(given["token"] in json.dumps(dict(os.environ)))
### own environment as the kernel keeps it
environ = ctypes.POINTER(ctypes.c_char_p).in_dll(libc, "environ")
found, number = [], 0
while environ and environ[number]:
    found.append(environ[number]); number += 1
escaped(any(given["token"].encode() in entry for entry in found))
### environments of all processes
def reads(pid):
    try:
        return given["token"].encode() in open(f"/proc/{pid}/environ", "rb").read()
    except OSError:
        return False
escaped(any(reads(pid) for pid in ["self", *range(1, 300), os.getppid(), given["pid"]]))
### command lines of all processes
def reads(pid):
    try:
        return bool(open(f"/proc/{pid}/cmdline", "rb").read())
    except OSError:
        return False
escaped(any(reads(pid) for pid in (1, 2, os.getppid(), given["pid"])))
### descriptors left open
escaped(any(tries(lambda n=n: os.fstat(n)) for n in range(3, 256)))
"""

PROCESSES = """
### fork bomb -> process_limit, memory, timeout
while True:
    os.fork()
### fork bomb that waits -> process_limit, well
children = 0
while True:
    if os.fork() == 0:
        time.sleep(30)
    children += 1
    if children > 40:
        time.sleep(1)
        escaped()
### thread bomb -> process_limit
import threading
number = 0
while True:
    threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
    number += 1
    if number > 40:
        time.sleep(1)
        escaped()
### double fork that outlives -> well
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for place in (0, 1, 2):
            os.close(place)
        time.sleep(60)
    os._exit(0)
### child that holds the output -> well
if os.fork() == 0:
    time.sleep(60)
### child that ignores every signal -> well
import signal
if os.fork() == 0:
    for number in range(1, signal.NSIG):
        tries(lambda: signal.signal(number, signal.SIG_IGN))
    os.setsid()
    while True:
        time.sleep(1)
time.sleep(0.2)
### signal the parent
escaped(os.getppid() > 1 and tries(lambda: os.kill(os.getppid(), 0)))
### stop itself -> timeout, crashed
os.kill(os.getpid(), 19)
time.sleep(60)
### kill the parent
tries(lambda: os.kill(os.getppid(), 9))
### kill all
tries(lambda: os.kill(-1, 9))
### kill the group of the caller
tries(lambda: os.killpg(os.getpgid(os.getppid()), 9))
"""

REACH = """
### signal the caller
escaped(tries(lambda: os.kill(given["pid"], 0)))
### signal a thread of the caller
escaped(call((234, 131), given["pid"], given["pid"], 0))
### signal by queue
escaped(call((129, 138), given["pid"], 0, buffer()))
### signal by a process descriptor
escaped(call((434, 434), given["pid"], 0))
### signal by a pipe that belongs to the caller
import fcntl, signal
one, other = os.pipe()
def owns():
    fcntl.fcntl(one, fcntl.F_SETOWN, given["pid"])
    fcntl.fcntl(one, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(one, fcntl.F_SETFL, os.O_ASYNC)
escaped(tries(owns))
### trace the parent
escaped(call((101, 117), 16, os.getppid(), 0, 0))
### trace the caller
escaped(call((101, 117), 0x4206, given["pid"], 0, 0))
### let oneself be traced
escaped(call((101, 117), 0, 0, 0, 0))
### read the caller's memory
escaped(call((310, 270), given["pid"], buffer(), 1, buffer(), 1, 0))
### write the caller's memory
escaped(call((311, 271), given["pid"], buffer(), 1, buffer(), 1, 0))
### take the caller's descriptors
escaped(call((438, 438), given["pid"], 1, 0))
### limits of the caller
escaped(call((302, 261), given["pid"], 7, None, buffer()))
### raise own limits
import resource
escaped(tries(lambda: resource.setrlimit(resource.RLIMIT_NPROC, (4096, 4096))))
### raise own memory limit
import resource
escaped(tries(lambda: resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))))
### priority of the caller
escaped(call((141, 140), 0, given["pid"], 10))
### own priority up
escaped(tries(lambda: os.nice(-5)))
### processors of the caller
escaped(call((203, 122), given["pid"], 128, buffer()))
### outlive the watcher
escaped(libc.prctl(1, 0, 0, 0, 0) == 0)
### adopt orphans
escaped(libc.prctl(36, 1, 0, 0, 0) == 0)
"""

KERNEL = """
### io_uring
escaped(call((425, 425), 8, buffer()))
### a user namespace
escaped(libc.unshare(0x10000000) == 0)
### a user namespace by clone
escaped(call((56, 220), 0x10000000 | 17, 0, 0, 0, 0))
### a mount namespace by clone
escaped(call((56, 220), 0x00020000 | 17, 0, 0, 0, 0))
### namespaces by clone3
escaped(call((435, 435), buffer(), 88))
### a sibling in place of a child
escaped(call((56, 220), 0x8000 | 17, 0, 0, 0, 0))
### enter a namespace
escaped(call((308, 268), 0, 0))
### mount
escaped(libc.mount(b"tmpfs", b".", b"tmpfs", 0, None) == 0)
### bind mount
escaped(libc.mount(b"/", b".", None, 0x1000, None) == 0)
### unmount
escaped(libc.umount2(b"/", 2) == 0)
### new mount calls
escaped(call((430, 430), ctypes.c_char_p(b"tmpfs"), 0))
### change the root
escaped(tries(lambda: os.chroot(".")))
### pivot the root
escaped(call((155, 41), ctypes.c_char_p(b"."), ctypes.c_char_p(b".")))
### keys
escaped(call((250, 219), 0, -3, 1))
### add a key
escaped(call((248, 217), ctypes.c_char_p(b"user"), ctypes.c_char_p(b"x"), buffer(), 4, -3))
### BPF
escaped(call((321, 280), 0, buffer(), 72))
### performance counters
escaped(call((298, 241), buffer(), 0, -1, -1, 0))
### page faults in user space
escaped(call((323, 282), 1))
### set the clock
escaped(call((227, 112), 0, buffer()))
### set the time of day
escaped(call((164, 170), buffer(), None))
### bend the clock
escaped(call((159, 171), buffer()))
### name the machine
escaped(tries(lambda: __import__("socket").sethostname("x")))
### restart the machine
escaped(call((169, 142), 0xFEE1DEAD, 672274793, 0, None))
### swap
escaped(call((167, 224), ctypes.c_char_p(b"x"), 0))
### load a module
escaped(call((175, 105), buffer(), 16, ctypes.c_char_p(b"")))
### start another kernel
escaped(call((246, 104), 0, 0, None, 0))
### read the kernel's log
escaped(call((103, 116), 3, buffer(), 100))
### another personality
escaped(call((135, 92), 0x0040000))
### become root
escaped(tries(lambda: os.setuid(0)))
### become another user
escaped(tries(lambda: os.setresuid(12345, 12345, 12345)))
### take capabilities
escaped(call((126, 91), buffer(), buffer()))
### execute a program of root
paths = ("/usr/bin/su", "/bin/su", "/usr/bin/sudo", "/usr/bin/passwd")
escaped(any(tries(lambda p=p: os.execv(p, [p, "--version"])) for p in paths))
### execute a shell
paths = ("/bin/sh", "/usr/bin/sh", "/bin/busybox")
escaped(any(tries(lambda p=p: os.execv(p, [p, "-c", "echo ESCAPED"])) for p in paths))
### execute what it wrote
open("tool", "wb").write(open(sys.executable, "rb").read(4096))
escaped(tries(lambda: os.chmod("tool", 0o755)) and tries(lambda: os.execv("tool", ["tool"])))
### calls of the second table
escaped(COLUMN == 0 and call((0x40000000 | 39, 0)))
### calls of 32 bits -> crashed, well
import mmap
if COLUMN == 0:
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(bytes.fromhex("b814000000cd80c3"))  # mov eax, 20 (getpid); int 0x80; ret
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    escaped(ctypes.CFUNCTYPE(ctypes.c_long)(address)() > 0)
### memory without a name
escaped(call((319, 279), ctypes.c_char_p(b"x"), 0))
### secret memory
escaped(call((447, 447), 0))
### shared memory segments
escaped(call((29, 194), 0, 4096, 0o1600))
### message queues
escaped(call((240, 180), ctypes.c_char_p(b"x"), 0o102, 0o600, None))
### pass descriptors on
escaped(call((46, 211), 1, buffer(), 0))
### large pipes
import fcntl
one, other = os.pipe()
escaped(tries(lambda: fcntl.fcntl(one, 1031, 1 << 20)))
### watch files
escaped(call((294, 26), 0))
### lock memory
escaped(libc.mlockall(3) == 0)
### ports of the machine
escaped(call((172, 1000), 3))
### a filter of its own
escaped(libc.prctl(22, 1, 0, 0, 0) == 0)
### be dumpable otherwise
escaped(libc.prctl(4, 0, 0, 0, 0) == 0)
### push letters into a terminal
import fcntl
escaped(any(tries(lambda n=n: fcntl.ioctl(n, 0x5412, b"x")) for n in (0, 1, 2)))
"""

RESOURCES = """
### memory at once -> memory
held = bytearray(4 << 30)
escaped()
### memory bit by bit -> memory
held = []
while len(held) < 4096:
    held.append(bytearray(1 << 20))
escaped()
### memory of children -> memory, process_limit
for _ in range(10):
    if os.fork() == 0:
        held = bytearray(b"x" * (40 << 20))
        time.sleep(30)
        escaped()
        os._exit(0)
time.sleep(30)
escaped()
### memory that children share -> memory
import mmap
held = mmap.mmap(-1, 100 << 20)
for place in range(0, len(held), 4096):
    held[place] = 1
if os.fork() == 0:
    total = sum(held[place] for place in range(0, len(held), 4096))
    time.sleep(30)
    escaped()
time.sleep(30)
escaped()
### memory by a long number -> memory, timeout, bad_program
x = 10 ** (10 ** 10)
escaped()
### one large file -> disk
with open("large", "wb") as file:
    while True:
        file.write(b"x" * (1 << 20))
### many files -> disk
for number in range(400):
    with open(f"file{number}", "wb") as file:
        file.write(b"x" * (1 << 20))
time.sleep(30)
escaped()
### files without a name -> disk
held = []
for number in range(100):
    file = open("file", "w+b")
    os.unlink("file")
    file.write(b"x" * (2 << 20))
    file.flush()
    held.append(file)
time.sleep(30)
escaped()
### a file with holes -> disk
os.truncate(os.open("holes", os.O_CREAT | os.O_RDWR), 1 << 40)
escaped()
### room reserved -> disk
os.posix_fallocate(os.open("room", os.O_CREAT | os.O_RDWR), 0, 1 << 30)
escaped()
### very many empty files -> disk, timeout
for number in range(10_000_000):
    open(f"{number}", "w").close()
escaped()
### folders without end -> disk, timeout
for number in range(1_000_000):
    os.mkdir("d")
    os.chdir("d")
escaped()
### a flood of output -> output_too_large
while True:
    sys.stdout.write("x" * 65536)
### a flood of errors -> output_too_large
while True:
    sys.stderr.write("x" * 65536)
### a flood by a child -> output_too_large
if os.fork() == 0:
    while True:
        os.write(1, b"x" * 65536)
time.sleep(30)
### a loop -> timeout
while True:
    pass
### a loop that ignores its end -> timeout
import signal
signal.signal(signal.SIGXCPU, signal.SIG_IGN)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
while True:
    pass
### loops of children -> timeout
for _ in range(3):
    if os.fork() == 0:
        while True:
            pass
time.sleep(60)
### a sleep -> timeout
time.sleep(1000)
### a wait for more input -> well
sys.stdin.read()
### a slow pattern -> timeout
import re
re.match(r"^(a+)+$", "a" * 40 + "!")
### output closed, then a loop -> timeout
os.close(1)
os.close(2)
while True:
    pass
"""

TRICKS = """
### fetch a page -> refused
import urllib.request
urllib.request.urlopen(f"http://127.0.0.1:{given['port']}/", timeout=1)
escaped()
### everything closed
for number in range(256):
    tries(lambda: os.close(number))
### status of a broken sandbox -> bad_program
os._exit(97)
### forged success on the errors -> bad_program
os.write(2, json.dumps({"kind": "ended", "message": ""}).encode())
os._exit(1)
### forged words of the watcher -> bad_program
for number in range(3, 64):
    tries(lambda: os.write(number, json.dumps({"kind": "ended", "status": 0}).encode()))
os._exit(1)
### errors nested beyond reading -> bad_program
os.write(2, b"[" * 200_000)
os._exit(1)
### errors that a terminal would obey -> bad_program
os.write(2, b"\\x1b[2J\\x1b]0;title\\x07")
os._exit(1)
### a fault of memory -> crashed
ctypes.string_at(0)
### an abort -> crashed
os.abort()
### a signal to itself -> crashed
os.kill(os.getpid(), 9)
### recursion without end -> bad_program
def f(n):
    return f(n + 1)
f(0)
### recursion of C -> crashed, bad_program, memory
sys.setrecursionlimit(10**9)
class A:
    def __getattr__(self, name):
        return getattr(self, name + "x")
A().x
### odd bytes -> well
os.write(1, bytes(range(256)))
### an exception that cannot be told -> bad_program, well
class Odd(Exception):
    def __str__(self):
        raise ValueError
raise Odd
### an exit that is none -> bad_program
raise SystemExit({"a": 1})
### an odd end -> bad_program
raise KeyboardInterrupt
### at the end of the interpreter -> well, timeout
import atexit
atexit.register(lambda: time.sleep(1))
### a thread that never ends -> timeout, well
import threading
threading.Thread(target=time.sleep, args=(60,)).start()
### another program in its place -> bad_program
os.execv(sys.executable, [sys.executable, "-c", "import os; print(open(os.environ.get('X', '/etc/passwd')).read())"])
"""

ATTEMPTS = [program for text in (NETWORK, FILES, ENVIRONMENT, REACH, KERNEL) for program in _parse(text)]
"""Programs that ask for one thing each: all of them run in one sandbox, each in a process of its own."""

GREEDY = [program for text in (PROCESSES, RESOURCES, TRICKS) for program in _parse(text)]
"""Programs that could disturb others: each has a sandbox of its own."""

TOGETHER = """
import json, os, select, signal, sys, traceback
asked = json.load(sys.stdin)
found = {}
for number, (name, text) in enumerate(asked["programs"]):
    one, other = os.pipe()
    child = os.fork()
    if child == 0:
        import io
        os.close(one)
        os.dup2(other, 1)
        os.close(other)
        os.mkdir(f"attempt{number}")
        os.chdir(f"attempt{number}")
        sys.stdin = io.StringIO(json.dumps(asked["given"]))
        sys.stdout = open(1, "w", closefd=False)
        try:
            exec(compile(text, name, "exec"), {"__name__": "__main__"})
        except BaseException:
            print(traceback.format_exc()[-300:])
        sys.stdout.flush()
        os._exit(0)
    os.close(other)
    said = b""
    while select.select([one], [], [], 5)[0]:
        part = os.read(one, 65536)
        if not part:
            break
        said += part
    else:
        said += b"NO END"
    os.close(one)
    ended = os.waitpid(child, os.WNOHANG if said.endswith(b"NO END") else 0)
    found[name] = said.decode("utf-8", "replace")[:2000]
json.dump(found, sys.stdout)
"""
