"""System calls that a sandboxed program may make, by name, with their numbers on x86_64 and aarch64.

Numbers are those of the kernel's `asm/unistd_64.h` and `asm-generic/unistd.h`; None where an architecture has no such
call. What is not here is refused: sockets, mounts, namespaces, tracing, keys, io_uring, memory outside the accounts
(memfd, shared segments), signals and limits of other processes, changes of owner, mode or time of files.
Standard library only: this is read inside the sandbox.
"""

from __future__ import annotations

ALLOWED = """
read:0:63 write:1:64 close:3:57 fstat:5:80 lseek:8:62 mmap:9:222 mprotect:10:226 munmap:11:215 brk:12:214
rt_sigaction:13:134 rt_sigprocmask:14:135 rt_sigreturn:15:139 pread64:17:67 pwrite64:18:68 readv:19:65 writev:20:66
preadv:295:69 pwritev:296:70 preadv2:327:286 pwritev2:328:287 access:21: pipe:22: pipe2:293:59 select:23:
pselect6:270:72 poll:7: ppoll:271:73 sched_yield:24:124 mremap:25:216 msync:26:227 mincore:27:232 madvise:28:233
dup:32:23 dup2:33: dup3:292:24 pause:34: nanosleep:35:101 clock_nanosleep:230:115 getitimer:36:102 setitimer:38:103
alarm:37: getpid:39:172 gettid:186:178 getppid:110:173 sendto:44:206 recvfrom:45:207 shutdown:48:210
getsockname:51:204 getsockopt:55:209 fork:57: vfork:58: execve:59:221 exit:60:93 exit_group:231:94 wait4:61:260
waitid:247:95 uname:63:160 flock:73:32 fsync:74:82 fdatasync:75:83 truncate:76:45 ftruncate:77:46 fallocate:285:47
getdents:78: getdents64:217:61 getcwd:79:17 chdir:80:49 fchdir:81:50 rename:82: renameat:264:38 renameat2:316:276
mkdir:83: mkdirat:258:34 rmdir:84: creat:85: link:86: linkat:265:37 unlink:87: unlinkat:263:35 symlink:88:
symlinkat:266:36 readlink:89: readlinkat:267:78 umask:95:166 gettimeofday:96:169 time:201: clock_gettime:228:113
clock_getres:229:114 times:100:153 getrlimit:97:163 getrusage:98:165 sysinfo:99:179 getuid:102:174 getgid:104:176
geteuid:107:175 getegid:108:177 getresuid:118:148 getresgid:120:150 getgroups:115:158 getpgrp:111: getpgid:121:155
getsid:124:156 setsid:112:157 setpgid:109:154 capget:125:90 rt_sigpending:127:136 rt_sigtimedwait:128:137
rt_sigsuspend:130:133 sigaltstack:131:132 statfs:137:43 fstatfs:138:44 getpriority:140:141 sched_getparam:143:121
sched_getscheduler:145:120 sched_get_priority_max:146:125 sched_get_priority_min:147:126 sched_getaffinity:204:123
sched_rr_get_interval:148:127 arch_prctl:158: futex:202:98 futex_waitv:449:449 set_tid_address:218:96
set_robust_list:273:99 get_robust_list:274:100 restart_syscall:219:128 rseq:334:293 membarrier:324:283 getcpu:309:168
fadvise64:221:223 readahead:187:213 epoll_create:213: epoll_create1:291:20 epoll_ctl:233:21 epoll_wait:232:
epoll_pwait:281:22 epoll_pwait2:441:441 eventfd:284: eventfd2:290:19 timer_create:222:107 timer_settime:223:110
timer_gettime:224:108 timer_getoverrun:225:109 timer_delete:226:111 timerfd_create:283:85 timerfd_settime:286:86
timerfd_gettime:287:87 open:2: openat:257:56 stat:4: lstat:6: newfstatat:262:79 statx:332:291 faccessat:269:48
faccessat2:439:439 getrandom:318:278 copy_file_range:326:285 sendfile:40:71 close_range:436:436
"""
"""Whatever their arguments: what stays inside the program, or touches files that the variant lets it touch."""

WITH_ARGUMENTS = """
clone:56:220 ioctl:16:29 fcntl:72:25 kill:62:129 tkill:200:130 tgkill:234:131 prctl:157:167 prlimit64:302:261
socketpair:53:199 sched_setaffinity:203:122
"""
"""Only with the arguments that `seccomp.py` names."""

ABSENT = "clone3:435:435 openat2:437:437"
"""Answered as if the kernel had none of them, so that the C library takes the older call, whose arguments can be seen:
theirs lie in memory that a filter cannot read."""

LAST_KNOWN = 451
"""The highest number when this list was made. Later calls are unknown to it, and answered as absent."""


def numbers(names: str, column: int) -> dict[str, int]:
    """Name to number of one of the lists above; `column` 0 is x86_64, 1 is aarch64."""
    found = {}
    for entry in names.split():
        name, *columns = entry.split(":")
        if columns[column]:
            found[name] = int(columns[column])
    return found
